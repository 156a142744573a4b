"""Words of training from a student's process are taken where they make sense, and harm nothing where they do not."""

from __future__ import annotations

from typing import Any

import pytest

from grader.execute.training_log import TrainingLog
from grader.execute.wire import Frame, MalformedFrame
from grader.model.observation import EpochSeen, TrainingRun

FIT = {
    "training": "run",
    "run": 1,
    "kind": "fit",
    "on": "train",
    "samples": 40,
    "batch_size": 8,
    "epochs": 20,
}
EPOCH = {"training": "epoch", "run": 1, "number": 1, "seconds": 0.5, "values": {"loss": 2.3}, "steps": 5}
STEPS = {
    "training": "run",
    "run": 2,
    "kind": "steps",
    "on": "other",
    "samples": None,
    "batch_size": None,
    "epochs": None,
}


def log_of(*bodies: Any, cell: int = 7) -> TrainingLog:
    log = TrainingLog()
    for body in bodies:
        assert log.take(Frame(body), cell)
    return log


def test_a_fit_is_put_together_from_what_is_told() -> None:
    log = log_of(FIT, EPOCH, {**EPOCH, "number": 2, "steps": 10})
    epochs = (EpochSeen(1, 0.5, {"loss": 2.3}), EpochSeen(2, 0.5, {"loss": 2.3}))
    assert log.runs() == (TrainingRun(7, "fit", "train", 40, 8, 10, 20, epochs),)


def test_training_goes_on_until_its_end_is_told_or_the_next_cell_comes() -> None:
    assert log_of(FIT).going_on(7) == "epoch 1 of 20"
    assert log_of(FIT, EPOCH, EPOCH).going_on(7) == "epoch 3 of 20"
    assert log_of(FIT, EPOCH).going_on(8) == ""
    assert log_of(FIT, EPOCH, {"training": "end", "run": 1, "steps": 5}).going_on(7) == ""
    update = {"training": "steps", "run": 2, "steps": 812, "on": "test", "batch_size": 5}
    assert log_of(FIT, {"training": "end", "run": 1, "steps": 5}, STEPS, update).going_on(7) == "had made 812 updates"
    other = [{**STEPS, "run": 3, "on": "train"}, {**update, "run": 3, "steps": 8, "on": "train"}]
    assert log_of(STEPS, update, *other).going_on(7) == "had made 820 updates"


def test_other_answers_are_not_of_training() -> None:
    log = TrainingLog()
    for body in ({"cell": 1}, [], None, 1, "training"):
        assert not log.take(Frame(body), 1)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"run": 1},
        {**FIT, "run": "1"},
        {**FIT, "run": 1.0},
        {**FIT, "kind": "fitness"},
        {**FIT, "on": "hidden"},
        {**FIT, "on": ["train"]},
        {**FIT, "samples": -1},
        {**FIT, "samples": True},
        {**FIT, "batch_size": 1 << 60},
        {**FIT, "epochs": None},
        {**FIT, "epochs": 1.5},
        EPOCH,
        {"training": "end", "run": 9, "steps": 1},
        {"training": "burn", "run": 1},
    ],
)
def test_beginnings_that_make_no_sense_are_passed_over(body: dict[str, Any]) -> None:
    assert log_of({**body, "training": body.get("training", "run")}).runs() == ()


@pytest.mark.parametrize(
    "change",
    [
        {"number": "1"},
        {"number": -1},
        {"seconds": 1},
        {"seconds": -0.5},
        {"seconds": float("nan")},
        {"values": [1.0]},
        {"values": {"loss": "2.3"}},
        {"values": {"loss": 10**400}},
        {"values": {f"v{n}": 1.0 for n in range(17)}},
        {"values": {"x" * 65: 1.0}},
        {"steps": "many"},
    ],
)
def test_epochs_that_make_no_sense_are_passed_over(change: dict[str, Any]) -> None:
    (run,) = log_of(FIT, {**EPOCH, **change}, EPOCH).runs()
    assert run.epochs == (EpochSeen(1, 0.5, {"loss": 2.3}),)


def test_losses_that_are_no_numbers_are_kept() -> None:
    (run,) = log_of(FIT, {**EPOCH, "values": {"loss": float("nan")}}).runs()
    assert str(run.epochs[0].values["loss"]) == "nan"


def test_a_flood_ends_the_run() -> None:
    log = log_of(FIT)
    with pytest.raises(MalformedFrame):
        for _ in range(10_000):
            log.take(Frame(EPOCH), 7)
