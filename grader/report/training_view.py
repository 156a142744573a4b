"""What a notebook's process told of its training, made ready to be shown. Nothing of it earns points."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from grader.model.observation import EpochSeen, TrainingRun
from grader.report.learning_curve import ACCURACY, LOSS, Chart, chart, logged, thinned
from grader.report.number_table import number_text
from grader.report.wording import write
from grader.scoring.accuracy_item import percent

#: Runs that are drawn, and runs that are listed at most. A search over hyperparameters makes many of them.
_DRAWN, _LISTED = 6, 30

_KINDS = ("fit", "steps")


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run on one line of the table; a text is empty where it was not told."""

    cell: int
    kind: str
    images: str
    batch_size: str
    epochs: str
    steps: str
    seconds: str
    accuracy: str
    validation: str


@dataclass(frozen=True, slots=True)
class RunCurves:
    """`epochs` are rows for the text alternative: number, loss, accuracy, both of validation, seconds."""

    title: str
    charts: tuple[Chart, ...]
    epochs: tuple[tuple[str, ...], ...]
    every_epoch: bool


@dataclass(frozen=True, slots=True)
class TrainingView:
    """`more` runs are not listed, `undrawn` of those with curves are not drawn: the longest ones are."""

    part: int
    rows: tuple[RunRow, ...]
    more: int
    curves: tuple[RunCurves, ...]
    undrawn: int


def training_view(part: int, runs: Sequence[TrainingRun]) -> TrainingView | None:
    """None where nothing was told."""
    if not runs:
        return None
    curved = [run for run in runs if len(run.epochs) >= 2]
    longest = sorted(curved, key=lambda run: -len(run.epochs))[:_DRAWN]
    drawn = [curves for run in curved if any(run is one for one in longest) and (curves := _curves(run)) is not None]
    return TrainingView(
        part=part,
        rows=tuple(_row(run) for run in runs[:_LISTED]),
        more=max(len(runs) - _LISTED, 0),
        curves=tuple(drawn),
        undrawn=len(curved) - len(longest),
    )


def seconds_per_epoch(run: TrainingRun) -> float | None:
    """The median: the first epoch of a run also builds its graph. None without an epoch."""
    seconds = [epoch.seconds for epoch in run.epochs if math.isfinite(epoch.seconds)]
    return statistics.median(seconds) if seconds else None


def longest_run(runs: Sequence[TrainingRun]) -> TrainingRun | None:
    """The run that took longest in all; None where no epoch was told."""
    timed = [run for run in runs if run.epochs]
    return max(timed, key=lambda run: sum(epoch.seconds for epoch in run.epochs), default=None)


def seconds_text(seconds: float) -> str:
    """Two significant digits; from ten seconds on whole ones."""
    return f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.2g}"


def _curves(run: TrainingRun) -> RunCurves | None:
    charts = tuple(found for quantity in (LOSS, ACCURACY) if (found := chart(run, quantity)) is not None)
    if not charts:
        return None
    shown = thinned(run.epochs)
    images = _images(run)
    key = "training_report.run.title_of" if images else "training_report.run.title"
    return RunCurves(
        title=write(key, cell=run.cell, kind=_kind(run), images=images),
        charts=charts,
        epochs=tuple(_epoch(epoch) for epoch in shown),
        every_epoch=len(shown) == len(run.epochs),
    )


def _epoch(epoch: EpochSeen) -> tuple[str, ...]:
    values = (logged(epoch, quantity, validation) for validation in (False, True) for quantity in (LOSS, ACCURACY))
    return (str(epoch.number), *(_number(value) for value in values), seconds_text(epoch.seconds))


def _row(run: TrainingRun) -> RunRow:
    each = seconds_per_epoch(run)
    last = run.epochs[-1] if run.epochs else None
    return RunRow(
        cell=run.cell,
        kind=_kind(run),
        images=_images(run),
        batch_size="" if run.batch_size is None else f"{run.batch_size:,}",
        epochs=_epochs(run),
        steps=f"{run.steps:,}" if run.steps else "",
        seconds="" if each is None else seconds_text(each),
        accuracy=_share(logged(last, ACCURACY)) if last else "",
        validation=_share(logged(last, ACCURACY, validation=True)) if last else "",
    )


def _kind(run: TrainingRun) -> str:
    return write(f"training_report.run.kind.{run.kind if run.kind in _KINDS else 'other'}")


def _images(run: TrainingRun) -> str:
    """How many images they were, empty where that is not known.

    Which split they come from is told of training images alone: that somebody trained on others is a suspicion, and a
    suspicion is for the staff.
    """
    owner = "train" if run.on == "train" else "other"
    if run.samples is None:
        return write("training_report.run.training_images") if owner == "train" else ""
    return write(f"training_report.run.samples_of.{owner}", count=f"{run.samples:,}")


def _epochs(run: TrainingRun) -> str:
    if run.epochs_planned is not None and run.epochs_planned != len(run.epochs):
        return write("training_report.run.epochs_of", done=len(run.epochs), planned=run.epochs_planned)
    return str(len(run.epochs)) if run.epochs else ""


def _share(value: float | None) -> str:
    """An accuracy as the report writes all of them; what is no share, a metric of the team's own, as the number it is."""
    return percent(value) if value is not None and 0 <= value <= 1 else _number(value)


def _number(value: float | None) -> str:
    return "" if value is None else number_text(value)
