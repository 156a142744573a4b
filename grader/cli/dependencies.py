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
    _require(packages.BATCH | _of_runner(runner) | (packages.APPENDIX if appendix else {}))


def require_for_notebooks(runner: str) -> None:
    """Raises UsageError naming the packages that a self-check which runs notebooks needs and does not find."""
    _require(packages.SELF_CHECK | packages.NOTEBOOKS | _of_runner(runner))


def _of_runner(runner: str) -> dict[str, str]:
    return packages.NBCLIENT if runner == "nbclient" else {}


def _require(needed: dict[str, str]) -> None:
    missing = packages.missing(needed)
    if missing:
        raise UsageError(missing_line(missing))
