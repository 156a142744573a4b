"""Whether a long batch costs at its end what it costs at its start."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.batch_run import BatchRun
from benchmarks.process_tree import Sample


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive hand-ins of a batch: processor and wall seconds a hand-in, and the most memory seen meanwhile."""

    cpu_s: float
    wall_s: float
    peak_bytes: int


def first_and_last(run: BatchRun, share: float = 0.1) -> tuple[Stretch, Stretch]:
    """The first and the last `share` of the hand-ins; the very first of each worker, which pays for its start, not."""
    size = max(2, int(run.copies * share))
    return _stretch(run, run.jobs, run.jobs + size), _stretch(run, run.copies - size - 1, run.copies - 1)


def _stretch(run: BatchRun, first: int, last: int) -> Stretch:
    start, end = run.done[first], run.done[last]
    inside = [sample for sample in run.usage.samples if start <= sample.time <= end]
    count = last - first
    return Stretch(
        cpu_s=(_cpu_at(run.usage.samples, end) - _cpu_at(run.usage.samples, start)) / count,
        wall_s=(end - start) / count,
        peak_bytes=max((sample.resident_bytes for sample in inside), default=0),
    )


def _cpu_at(samples: tuple[Sample, ...], time: float) -> float:
    """Processor seconds of the tree up to `time`; between two samples on the line between them."""
    before = max((sample for sample in samples if sample.time <= time), key=lambda s: s.time, default=samples[0])
    after = min((sample for sample in samples if sample.time > time), key=lambda s: s.time, default=samples[-1])
    if after.time <= before.time:
        return before.cpu_s
    share = (time - before.time) / (after.time - before.time)
    return before.cpu_s + share * (after.cpu_s - before.cpu_s)
