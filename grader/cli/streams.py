"""The process's own stderr and stdout, without any library: also for saying that a library is missing."""

from __future__ import annotations

import os
import sys


def complain(text: str) -> None:
    """One line on stderr, with the program's name, however many lines `text` has."""
    print(f"grade.py: {' '.join(text.split())}", file=sys.stderr)


def silence_stdout() -> None:
    """Sends what is still to come on stdout nowhere, so that flushing it at the end cannot fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
