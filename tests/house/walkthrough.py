"""The commands of a page for readers, as one shell script.

A fenced ``sh`` block runs when an HTML comment stands on the line before it:

``<!-- run -->``
    in the reader's terminal, after the blocks before it; variables stay. A command that fails ends the walk.
``<!-- run: serve URL -->``
    in a terminal of its own, where it stays up; the walk goes on when ``URL`` answers. It is stopped at the end.

Blocks without the comment are shown to readers and not run.
"""

import re
from dataclasses import dataclass

_BLOCK = re.compile(r"^<!-- run(?:: serve (?P<url>\S+))? -->\n+```sh\n(?P<commands>.*?)^```$", re.MULTILINE | re.DOTALL)

# No pipefail: readers have none, and a pipe into `head` ends its writer early.
_OPENING = """\
set -eu
answers() {  # URL SECONDS
  for _ in $(seq "$2"); do
    if curl -fsS -o /dev/null "$1" 2>/dev/null; then return 0; fi
    sleep 1
  done
  echo "nothing answered at $1 within $2 s" >&2
  return 1
}
"""


@dataclass(frozen=True)
class Block:
    """Commands that a reader types; ``url`` answers once those that stay up are ready."""

    commands: str
    url: str | None = None


def blocks(page: str) -> list[Block]:
    """Return the blocks that are to be run, in order."""
    return [Block(found["commands"], found["url"]) for found in _BLOCK.finditer(page)]


def script(steps: list[Block], *, seconds_to_start: int = 240) -> str:
    """Return a bash script that walks through ``steps``; what it started ends with its process group."""
    parts = [_OPENING]
    for number, block in enumerate(steps, 1):
        parts.append(f"echo '== block {number} of {len(steps)}'\n")
        if block.url is None:
            parts.append(block.commands)
        else:
            parts.append(f"(\n{block.commands}) > served-{number}.log 2>&1 &\n")
            parts.append(f"answers {block.url} {seconds_to_start} || {{ cat served-{number}.log >&2; exit 1; }}\n")
    return "".join(parts)
