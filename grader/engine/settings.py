"""What one run was asked to do, settled before anything is graded."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from grader.engine.installation import Installation
from grader.messages import catalogue, spoken
from grader.model.errors import IsolationTooWeak, UsageError
from grader.model.evidence import IsolationUsed
from grader.model.isolation import IsolationLevel, IsolationReport
from grader.model.limits import IntakeLimits
from grader.model.rubric import Rubric

Runner = Literal["shell", "nbclient"]
RUNNERS: tuple[Runner, ...] = ("shell", "nbclient")


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How every submission of a run is graded; travels to the worker processes.

    `isolation` is the level in use with its gaps, `seed` the one asked for (None: derived for each submission with `salt`),
    `hidden` the paths that a student's process may not see, `scratch` the folder for work folders (None: the system's),
    `appendix` whether executed notebooks become pages, `language` what reports are written in.
    """

    installation: Installation
    rubric: Rubric
    parts: tuple[int, ...]
    isolation: IsolationUsed
    runner: Runner = "shell"
    seed: int | None = None
    salt: bytes = field(default=b"", repr=False)
    hidden: tuple[Path, ...] = ()
    scratch: Path | None = None
    language: str = field(default_factory=spoken)
    appendix: bool = False


def chosen_parts(asked: Sequence[int], rubric: Rubric) -> tuple[int, ...]:
    """The parts to grade, ascending; all of the rubric's if none was asked for. Raises UsageError for one without items."""
    graded = sorted({item.part for item in rubric.items})
    for part in asked:
        if part not in graded:
            listed = ", ".join(map(str, graded))
            raise UsageError(catalogue().text("engine.part_without_items", part=part, rubric=rubric.name, parts=listed))
    return tuple(sorted(set(asked))) or tuple(graded)


def chosen_isolation(report: IsolationReport, weakest: IsolationLevel) -> IsolationUsed:
    """The strongest level that works here. Raises IsolationTooWeak if it is below `weakest`."""
    strongest = report.strongest
    if strongest.level.strength >= weakest.strength:
        return IsolationUsed(strongest.level, strongest.gaps)
    finding = next((f for f in report.findings if f.level is weakest), None)
    raise IsolationTooWeak(
        catalogue().text(
            "engine.isolation_too_weak",
            asked=weakest.value,
            offered=strongest.level.value,
            detail=finding.detail if finding is not None else "-",
        )
    )


def intake_limits(settings: RunSettings, given_bytes: int) -> IntakeLimits:
    """Limits on a hand-in such that its work folder, with our `given_bytes`, fits on the disk that a child gets."""
    disks = (settings.rubric.parts[number].limits.execution_limits().disk_bytes for number in settings.parts)  # type: ignore[index]
    limits = IntakeLimits()
    room = min((limits.unpacked_bytes, *(disk - given_bytes for disk in disks)))
    return dataclasses.replace(limits, unpacked_bytes=max(room, 0))


def usable_cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)
