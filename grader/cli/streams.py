"""The process's own stderr and stdout, without any library: also for saying that a library is missing."""

from __future__ import annotations

import os
import sys

#: Set where GitHub runs the command: it obeys workflow commands that it finds in stdout and stderr.
GITHUB = "GITHUB_ACTIONS"


def complain(text: str) -> None:
    """One line on stderr, with the program's name, however many lines `text` has."""
    print(harmless(f"grade.py: {' '.join(text.split())}"), file=sys.stderr)


def harmless(text: str) -> str:
    """`text` in which GitHub, if it reads it, finds no workflow command, whoever wrote parts of it."""
    if not os.environ.get(GITHUB):
        return text
    lines = (f". {line}" if line.lstrip().startswith("::") else line for line in text.split("\n"))
    return "\n".join(lines).replace("##[", "## [")


def write_line(line: str) -> None:
    """One line on stdout as it is; what its encoding lacks becomes a question mark, and a reader that left is no error."""
    encoding = sys.stdout.encoding or "ascii"
    try:
        print(line.encode(encoding, "replace").decode(encoding), flush=True)
    except BrokenPipeError:
        silence_stdout()


def silence_stdout() -> None:
    """Sends what is still to come on stdout nowhere, so that flushing it at the end cannot fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
