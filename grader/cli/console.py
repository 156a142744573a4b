"""Where messages for people go."""

from __future__ import annotations

import sys

from rich.console import Console

from grader.cli.streams import silence_stdout

#: Columns where stdout is no terminal.
_FILE_WIDTH = 120


class PipeTolerantConsole(Console):
    """Falls silent when the reader of its output goes away (`grade.py ... | head`): the work goes on."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        silence_stdout()


def make_console() -> Console:
    """A console on stdout."""
    return PipeTolerantConsole(highlight=False, width=None if sys.stdout.isatty() else _FILE_WIDTH)


def say(console: Console, text: str) -> None:
    """Prints one line as it is: no markup in it is obeyed, and it is not folded."""
    console.print(text, markup=False, soft_wrap=True)
