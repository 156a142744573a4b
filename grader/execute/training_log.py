"""What a notebook's process tells of its training, frame by frame. Runs in the grader and believes nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from grader.execute.replies import checked_text
from grader.execute.training_data_seen import KINDS
from grader.execute.wire import Frame, MalformedFrame
from grader.model.observation import EpochSeen, TrainingRun

#: Twice what our own recorder would send: whoever sends more is not it.
_MOST_FRAMES = 4000
_MOST_VALUES = 16
_LONGEST_NAME = 64
_LARGEST = 1 << 40
#: A loop whose last update is longer ago hangs, or does something else.
_RECENT_S = 10.0


@dataclass(slots=True)
class _Run:
    cell: int
    kind: str
    on: str
    samples: int | None
    batch_size: int | None
    epochs_planned: int | None
    steps: int = 0
    epochs: list[EpochSeen] = field(default_factory=list)
    ended: bool = False
    heard_at: float = 0.0

    def finished(self) -> TrainingRun:
        return TrainingRun(
            cell=self.cell,
            kind=self.kind,
            on=self.on,
            samples=self.samples,
            batch_size=self.batch_size,
            steps=self.steps,
            epochs_planned=self.epochs_planned,
            epochs=tuple(self.epochs),
        )


class TrainingLog:
    """The stretches of training of one notebook's run."""

    def __init__(self) -> None:
        self._runs: dict[int, _Run] = {}
        self._frames = 0

    def runs(self) -> tuple[TrainingRun, ...]:
        """All that were told of, in order."""
        return tuple(run.finished() for run in self._runs.values())

    def going_on(self, cell: int) -> str:
        """How far the training in code cell `cell` (from 1) has come; empty where none is going on there."""
        for run in reversed(self._runs.values()):
            if run.cell != cell:
                break
            if run.kind == "fit" and not run.ended:
                return f"epoch {len(run.epochs) + 1} of {run.epochs_planned}"
            if run.kind == "steps" and time.monotonic() - run.heard_at < _RECENT_S:
                updates = sum(each.steps for each in self._runs.values() if (each.cell, each.kind) == (cell, "steps"))
                return f"had made {updates} updates"
        return ""

    def take(self, frame: Frame, cell: int) -> bool:
        """Whether the frame is about training, in code cell `cell` (from 1).

        One that says nothing sensible is passed over. Raises MalformedFrame where there are too many.
        """
        body = frame.body
        if type(body) is not dict or "training" not in body:
            return False
        self._frames += 1
        if self._frames > _MOST_FRAMES or frame.blobs:
            raise MalformedFrame("too much told of training")
        try:
            match body:
                case {"training": "run", "run": int(number), **rest} if number not in self._runs:
                    self._runs[number] = _begun(rest, cell)
                case {"training": "epoch" | "steps" | "end" as what, "run": int(number), **rest} if (
                    number in self._runs
                ):
                    _go_on(self._runs[number], what, rest)
        except MalformedFrame:
            pass
        return True


def _begun(told: dict[str, Any], cell: int) -> _Run:
    match told:
        case {"kind": "fit" | "steps" as kind, "on": on, "samples": samples, "batch_size": batch, "epochs": epochs}:
            planned = _count(epochs)
            if kind == "fit" and planned is None:
                raise MalformedFrame("a fit without epochs")
            return _Run(cell, kind, _kind_of_data(on), _count(samples), _count(batch), planned)
    raise MalformedFrame("bad beginning of training")


def _go_on(run: _Run, what: str, told: dict[str, Any]) -> None:
    run.heard_at = time.monotonic()
    run.steps = _count(told.get("steps")) or 0
    if what == "end":
        run.ended = True
    elif what == "steps":
        run.on, run.batch_size = _kind_of_data(told.get("on")), _count(told.get("batch_size"))
    else:
        number, seconds, values = _count(told.get("number")), told.get("seconds"), told.get("values")
        if number is None or type(seconds) is not float or not 0.0 <= seconds or type(values) is not dict:
            raise MalformedFrame("bad epoch")
        run.epochs.append(EpochSeen(number, seconds, _checked_values(values)))


def _checked_values(values: dict[str, Any]) -> dict[str, float]:
    if len(values) > _MOST_VALUES or any(type(value) is not float for value in values.values()):
        raise MalformedFrame("bad values of an epoch")
    if any(len(name) > _LONGEST_NAME for name in values):
        raise MalformedFrame("name of a value is too long")
    return {checked_text(name): value for name, value in values.items()}


def _kind_of_data(told: object) -> str:
    kind = next((known for known in KINDS if known == told), None)
    if kind is None:
        raise MalformedFrame("bad kind of data")
    return kind


def _count(told: object) -> int | None:
    if told is None:
        return None
    if type(told) is not int or not 0 <= told <= _LARGEST:
        raise MalformedFrame("bad count")
    return told
