"""What one run was asked to do, settled before anything is graded."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from grader.datasets.profile import Profile
from grader.dialects.dialect import Dialect
from grader.engine.installation import Installation
from grader.messages import catalogue, spoken
from grader.model.errors import IsolationTooWeak, UsageError
from grader.model.evidence import IsolationUsed
from grader.model.isolation import IsolationLevel, IsolationReport
from grader.model.limits import ExecutionLimits, IntakeLimits
from grader.model.rubric import Rubric

if TYPE_CHECKING:
    from grader.engine.run_data import RunData
    from grader.engine.run_pretrained import RunPretrained

Runner = Literal["shell", "nbclient"]
RUNNERS: tuple[Runner, ...] = ("shell", "nbclient")


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How every submission of a run is graded; travels to the worker processes.

    `isolation` is the level in use with its gaps, `seed` the one asked for (None: derived for each submission with `salt`),
    `dialect` the TensorFlow that code is written for (None: read from each submission's code),
    `hidden` the paths that a student's process may not see, `scratch` the folder for work folders (None: the system's),
    `appendix` whether executed notebooks become pages, `language` what reports are written in. `profile` decides the
    limits, and how much of `data` there is: the images, None where no part needs any or where TensorFlow is not
    installed. `pretrained` is the network that Part 3 is about where it is not the one handed out. Without `run_notebooks`
    they are read and not run. `jobs` hand-ins are graded at a time.
    """

    installation: Installation
    rubric: Rubric
    parts: tuple[int, ...]
    isolation: IsolationUsed
    runner: Runner = "shell"
    seed: int | None = None
    dialect: Dialect | None = None
    salt: bytes = field(default=b"", repr=False)
    hidden: tuple[Path, ...] = ()
    scratch: Path | None = None
    language: str = field(default_factory=spoken)
    appendix: bool = False
    profile: Profile = Profile.QUICK
    data: RunData | None = None
    pretrained: RunPretrained | None = None
    run_notebooks: bool = True
    jobs: int = 1

    @property
    def training_parts(self) -> tuple[int, ...]:
        """The parts whose code is written with TensorFlow."""
        return tuple(part for part in self.parts if trains(self.rubric, part))

    @property
    def threads(self) -> int:
        """How many threads the code of one hand-in may compute with: the cores are shared out."""
        return max(1, usable_cores() // self.jobs)


def trains(rubric: Rubric, part: int) -> bool:
    """Whether the code of this part is written with TensorFlow."""
    return rubric.parts[part].framework == "tensorflow"  # type: ignore[index]


def chosen_parts(asked: Sequence[int], rubric: Rubric) -> tuple[int, ...]:
    """The parts to grade, ascending; if none was asked for, all that have items.

    A part without items may be asked for where its notebook is to be run. Raises UsageError for any other.
    """
    graded = sorted({item.part for item in rubric.items})
    run = [number for number, part in rubric.parts.items() if part.run_notebook]
    for part in asked:
        if part not in (*graded, *run):
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
    disks = (limits_of(settings, part).disk_bytes for part in settings.parts)
    limits = IntakeLimits()
    room = min((limits.unpacked_bytes, *(disk - given_bytes for disk in disks)))
    return dataclasses.replace(limits, unpacked_bytes=max(room, 0))


def limits_of(settings: RunSettings, part: int) -> ExecutionLimits:
    """The limits on a process of one part, in the run's profile."""
    return settings.rubric.parts[part].limits_for(settings.profile.value)  # type: ignore[index]


def usable_cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)
