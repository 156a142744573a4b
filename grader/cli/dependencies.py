"""What is not installed, in one line, before anything starts."""

from __future__ import annotations

import sys

from grader.engine import packages
from grader.model.errors import UsageError


def missing_line(missing: list[str]) -> str:
    """What to say of packages by their pip names. No catalogue here: what reads it may be what is missing."""
    names = " ".join(missing)
    noun, verb = ("package", "is") if len(missing) == 1 else ("packages", "are")
    return f"the {noun} {names} {verb} missing or broken; install with: {sys.executable} -m pip install {names}"


def require_for_batch(runner: str, appendix: bool = False) -> None:
    """Raises UsageError naming the packages that `batch` with this runner, and notebook pages, needs and does not find."""
    needed = packages.BATCH | (packages.NBCLIENT if runner == "nbclient" else {})
    missing = packages.missing(needed | (packages.APPENDIX if appendix else {}))
    if missing:
        raise UsageError(missing_line(missing))
