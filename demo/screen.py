"""What the demonstration shows: headings, commands, tables. No colour codes unless a terminal reads them."""

import os
import sys
from collections.abc import Sequence
from typing import Final, TextIO

_BOLD: Final = "1"
_GREEN: Final = "32"
_RED: Final = "31"
_DIM: Final = "2"


class Screen:
    """A terminal, or a file that takes its place."""

    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self._stream = stream
        # https://no-color.org: any value of NO_COLOR counts.
        self._coloured = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def line(self, text: str = "") -> None:
        """Show one line, at once: someone may be waiting."""
        self._stream.write(text + "\n")
        self._stream.flush()

    def heading(self, text: str) -> None:
        """Begin a part."""
        self.line()
        self.line(self._painted(text, _BOLD))

    def command(self, text: str) -> None:
        """Show a command as it can be typed."""
        self.line(self._painted(f"  $ {text}", _DIM))

    def good(self, text: str) -> None:
        """Say that something is as it should be."""
        self.line(self._painted(text, _GREEN))

    def bad(self, text: str) -> None:
        """Say that something is not as it should be."""
        self.line(self._painted(text, _RED))

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show ``rows`` in columns as wide as their contents."""
        widths = [max(len(row[column]) for row in (headers, *rows)) for column in range(len(headers))]

        def laid_out(row: Sequence[str]) -> str:
            return "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()

        self.line(self._painted(laid_out(headers), _BOLD))
        self.line("  " + "  ".join("-" * width for width in widths))
        for row in rows:
            self.line(laid_out(row))

    def _painted(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._coloured else text
