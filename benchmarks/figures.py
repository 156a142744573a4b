"""The figures of one run of the benchmarks: as a table for people and as JSON for programs."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from statistics import median, quantiles
from typing import Any

from benchmarks.flatness import Stretch
from benchmarks.floor import Floor


@dataclass(frozen=True, slots=True)
class Cost:
    """A grader's cost: processor seconds a submission with the start shared out, and without (`each_s`).

    `above_s`: how much lies above the floor, of every submission: each is held against a floor of its own.
    """

    name: str
    copies: int
    total_s: float
    start_s: float
    each_s: float
    above_s: tuple[float, ...]
    wall_s: float
    peak_bytes: int
    others_cores: float

    @property
    def with_start_s(self) -> float:
        return self.total_s / self.copies

    @property
    def overhead_s(self) -> float:
        """Processor seconds a submission above the students' own computing, without the start."""
        return median(self.above_s)

    def middle_half(self) -> str:
        """Between which figures the middle half of the submissions lies above the floor; needs two or more."""
        lowest, _, highest = quantiles(self.above_s, n=4, method="inclusive")
        return f"{self.name} {lowest:.2f} to {highest:.2f}"


@dataclass(frozen=True, slots=True)
class Speedup:
    """Hand-ins a second with one and with two jobs, over `copies` hand-ins, both without the start; and what a hand-in
    costs with two, in processor seconds with its share of the start. `others_cores` is how many cores were busy with other things."""

    copies: int
    one_job: float
    two_jobs: float
    two_jobs_cpu_s: float
    others_cores: float = 0.0

    @property
    def ratio(self) -> float:
        return self.two_jobs / self.one_job


@dataclass(frozen=True, slots=True)
class LongRun:
    """A long batch's first and last tenth."""

    copies: int
    jobs: int
    first: Stretch
    last: Stretch
    peak_bytes: int


@dataclass(slots=True)
class Figures:
    """Everything that was measured of one comparison; a peer that was not given is in none of the lists."""

    title: str
    floor: Floor
    isolation: str
    ours: Cost
    peers: list[Cost] = field(default_factory=list)
    speedup: Speedup | None = None
    long_run: LongRun | None = None
    machine: str = field(default_factory=lambda: machine())

    def as_json(self) -> dict[str, Any]:
        content: dict[str, Any] = asdict(self)
        for told, cost in zip((content["ours"], *content["peers"]), (self.ours, *self.peers), strict=True):
            told["overhead_s"] = cost.overhead_s
        if self.speedup is not None:
            content["speedup"]["ratio"] = self.speedup.ratio
        return content

    def table(self) -> str:
        """Markdown, so that it reads in a terminal and in the documentation."""
        lines = [f"{self.machine}; isolation: {self.isolation}", ""]
        lines += rows_of_table(
            (
                "grader",
                "submissions",
                "CPU-s each",
                "above floor",
                "with start",
                "above floor",
                "times ours",
                "peak MB",
            ),
            [self._row(cost) for cost in (self.ours, *self.peers)],
        )
        lines += ["", f"floor: {self.floor.cells_s:.3f} CPU-s the notebooks' cells"
                      f" + {self.floor.calls_s:.3f} the students' functions where our checks call them"
                      f" (with our probes around them: {self.floor.probes_s:.3f}); start of a batch: {self.ours.start_s:.1f} CPU-s"]  # fmt: skip
        scatter = "; ".join(cost.middle_half() for cost in (self.ours, *self.peers) if len(cost.above_s) > 1)
        if scatter:
            lines += ["", f"above floor, the middle half of the submissions: {scatter}"]
        busy = " and ".join(f"{cost.name} {cost.others_cores:.1f}" for cost in (self.ours, *self.peers))
        lines += ["", f"cores busy with other things meanwhile: {busy}"]
        if self.speedup is not None:
            found = self.speedup
            lines += ["", f"--jobs 2 / --jobs 1: {found.ratio:.2f} times the throughput"
                          f" ({found.one_job:.2f} and {found.two_jobs:.2f} submissions a second,"
                          f" {self.ours.with_start_s:.2f} and {found.two_jobs_cpu_s:.2f} CPU-s each, {found.copies} of them;"
                          f" {found.others_cores:.1f} cores busy with other things)"]  # fmt: skip
        if self.long_run is not None:
            long = self.long_run
            lines += ["", f"{long.copies} submissions, --jobs {long.jobs}:", ""]
            lines += rows_of_table(
                ("", "CPU-s each", "wall s each", "peak MB"),
                [
                    (name, f"{part.cpu_s:.3f}", f"{part.wall_s:.3f}", _megabytes(part.peak_bytes))
                    for name, part in (("first tenth", long.first), ("last tenth", long.last))
                ],
            )
        return "\n".join(lines)

    def _row(self, cost: Cost) -> tuple[str, ...]:
        whole = cost.overhead_s + cost.with_start_s - cost.each_s
        ratio = cost.overhead_s / self.ours.overhead_s
        return (cost.name, str(cost.copies), f"{cost.each_s:.2f}", f"{cost.overhead_s:.2f}", f"{cost.with_start_s:.2f}",
                f"{whole:.2f}", f"{ratio:.1f}", _megabytes(cost.peak_bytes))  # fmt: skip


def paired(marks: Sequence[float], floors: Sequence[float]) -> tuple[float, tuple[float, ...]]:
    """What a submission costs, the median; and how much of each lies above the floor, in processor seconds.

    `marks`: processor seconds so far at each stop after a submission; `floors`: the floor as measured at each. A submission
    is held against the floors right before and right after it, as a machine is not the same from one minute to the next.
    What comes before the first stop is left out: the start is in it. Raises ValueError for fewer than two stops.
    """
    if len(marks) < 2 or len(marks) != len(floors):
        raise ValueError(f"{len(marks)} stops and {len(floors)} floors: expected two or more, as many of each")
    spent = [after - before for before, after in pairwise(marks)]
    above = [each - (before + after) / 2 for each, (before, after) in zip(spent, pairwise(floors), strict=True)]
    return median(spent), tuple(above)


def machine() -> str:
    """Processor, number of cores, system, Python."""
    model = platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{model}, {cores} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f}"


def rows_of_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    shown = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)]
    rule = "-|-".join("-" * width for width in widths)
    return [f"| {line} |" for line in (shown[0], rule, *shown[1:])]
