"""The operator of the demonstration: the service's own command line, command by command."""

import contextlib
import io
import os
import sys

from app.cli import run as command_line
from demo.deployment import CannotStart, Deployment


def operate(deployment: Deployment, *arguments: str) -> str:
    """Run ``python -m app ARGUMENTS`` with the configuration of ``deployment``, and return what it printed.

    It runs in this process: starting Python anew for each of two dozen commands would take longer than everything else
    in the demonstration.

    Raises:
        CannotStart: with the command and everything it said, when it fails.
    """
    os.environ.update(deployment.settings)
    printed, complained = io.StringIO(), io.StringIO()
    earlier, sys.argv = sys.argv, ["app", *arguments]
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(complained):
            command_line()
    except SystemExit as end:
        if end.code:
            said = f"{printed.getvalue()}{complained.getvalue()}"
            raise CannotStart(f"python -m app {' '.join(arguments)} ended with {end.code}:\n{said}") from None
    finally:
        sys.argv = earlier
    return printed.getvalue()
