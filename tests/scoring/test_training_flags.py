"""What staff is told of claims and of training on images that were not for it; points stay as they are."""

from __future__ import annotations

import pytest

from grader.messages import catalogue
from grader.model.evidence import AccuracyEvidence, ItemEvidence, Measured, NotebookEvidence, Problem
from grader.model.message import Message
from grader.model.observation import EpochSeen, TrainingRun
from grader.model.status import Severity
from grader.model.submission import Flag
from grader.scoring import rubric_file
from grader.scoring.training_flags import training_flags
from tests.scoring.evidence_builder import RUBRIC_FILE, case, evidence, item

RUBRIC = rubric_file.load(RUBRIC_FILE)
#: 70 % with an interval from 67.1 to 72.8 %.
VALIDATION = Measured("validation", 1000, 700)


def flags(
    items: dict[str, ItemEvidence] | None = None, *training: TrainingRun, status: str = "completed"
) -> dict[str, Flag]:
    notebooks = {2: NotebookEvidence("key", status, training=training)}
    found = {flag.id: flag for flag in training_flags(evidence(items or {}, notebooks), RUBRIC)}
    for flag in found.values():
        assert catalogue().text(Message(f"flag.{flag.id}", flag.values))
    return found


def claiming(**claims: object) -> dict[str, ItemEvidence]:
    seen = AccuracyEvidence("reexecuted", VALIDATION, VALIDATION, **claims)  # type: ignore[arg-type]
    return {"p2.better.accuracy": item("better.accuracy", accuracy=seen)}


@pytest.mark.parametrize(
    "claims",
    [
        {"claimed_stored": 0.99, "same_data": True},
        {"claimed_rerun": 0.99},
        {"claimed_rerun": 0.80, "claimed_stored": 0.70, "same_data": True},
    ],
)
def test_a_claim_clearly_above_the_measured_interval_is_a_staff_flag(claims: dict[str, object]) -> None:
    assert flags(claiming(**claims))["claim_contradicted"].severity is Severity.STAFF


def measured(paying: Measured, validation: Measured) -> dict[str, ItemEvidence]:
    return {"p2.better.accuracy": item("better.accuracy", accuracy=AccuracyEvidence("reexecuted", paying, validation))}


@pytest.mark.parametrize(
    ("paying", "validation", "on"),
    [
        (Measured("hidden", 1000, 217), Measured("validation", 1000, 1000), "validation"),
        (Measured("hidden", 1000, 590), Measured("validation", 1000, 710), "validation"),
        (Measured("test", 10_000, 9_990), Measured("validation", 10_000, 7_000), "test"),
    ],
)
def test_images_that_a_model_is_clearly_better_on_are_known_to_it(
    paying: Measured, validation: Measured, on: str
) -> None:
    flag = flags(measured(paying, validation))["images_known"]
    assert (flag.severity, flag.values["on"]) == (Severity.STAFF, on)
    assert flag.values["than"] in {"hidden", "validation"} - {on} and flag.values["better"] != flag.values["worse"]


@pytest.mark.parametrize(
    ("paying", "validation"),
    [
        (Measured("hidden", 1000, 700), Measured("validation", 1000, 700)),
        (Measured("hidden", 1000, 660), Measured("validation", 1000, 740)),
        (Measured("test", 10_000, 7_000), Measured("validation", 10_000, 7_450)),
        (Measured("hidden", 40, 20), Measured("validation", 40, 28)),
        (Measured("hidden", 0, 0), Measured("validation", 1000, 1000)),
    ],
)
def test_chance_and_the_best_of_many_are_no_flag(paying: Measured, validation: Measured) -> None:
    assert "images_known" not in flags(measured(paying, validation))


def test_all_three_numbers_are_told() -> None:
    values = flags(claiming(claimed_rerun=0.99, claimed_stored=0.985))["claim_contradicted"].values
    assert (values["stored"], values["again"], values["measured"]) == ("98.5 %", "99.0 %", "70.0 %")


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"claimed_stored": 0.70, "claimed_rerun": 0.70, "same_data": True},
        {"claimed_rerun": 0.77},
        {"claimed_stored": 0.10, "claimed_rerun": 0.10, "same_data": True},
        {"claimed_stored": 0.95, "same_data": False},
    ],
    ids=["none", "true", "an epoch's difference", "too modest", "other images"],
)
def test_honest_claims_are_not_flagged(claims: dict[str, object]) -> None:
    assert not flags(claiming(**claims))


def test_claims_are_left_alone_where_nothing_was_measured() -> None:
    seen = AccuracyEvidence("none", problem=Problem("nothing_saved"), claimed_rerun=0.99)
    assert not flags({"p2.better.accuracy": item("better.accuracy", accuracy=seen)})


def test_saving_another_network_is_flagged() -> None:
    seen = AccuracyEvidence("submitted", VALIDATION, VALIDATION, problem=Problem("other_network"))
    assert "other_network_saved" in flags({"p2.better.accuracy": item("better.accuracy", accuracy=seen)})


def test_training_while_evaluating_is_flagged_once() -> None:
    trains = case("weights", {"contract": 0.1}, matches=("trains_while_evaluating",))
    assert "evaluation_trains" in flags({"p2.simple.evaluate": item("simple.evaluate", trains, trains)})
    other = case("weights", {"contract": 0.1}, matches=("percent",))
    assert not flags({"p2.simple.evaluate": item("simple.evaluate", other)})


@pytest.mark.parametrize("on", ["validation", "test"])
def test_training_on_images_that_are_for_judging_is_flagged_with_its_place(on: str) -> None:
    honest = TrainingRun(2, "fit", "train", steps=8)
    found = flags(None, honest, TrainingRun(5, "fit", on, steps=3), TrainingRun(6, "steps", on, steps=2))
    assert found["trained_on_evaluation_data"].values == {"part": 2, "cell": 5, "on": on, "steps": 5}
    assert found["trained_on_evaluation_data"].severity is Severity.STAFF


@pytest.mark.parametrize(
    "run", [TrainingRun(2, "fit", "train", steps=80), TrainingRun(2, "steps", "other", steps=80), TrainingRun(3, "steps", "validation")]
)  # fmt: skip
def test_training_on_training_images_and_evaluating_are_not_flagged(run: TrainingRun) -> None:
    assert not flags(None, run)


def test_a_budget_that_ran_out_is_told_apart_from_a_hang() -> None:
    seen = (EpochSeen(1, 9.0), EpochSeen(2, 9.0))
    training = TrainingRun(7, "fit", "train", steps=16, epochs_planned=20, epochs=seen)
    cut_short = flags(None, training, status="timeout")["training_cut_short"]
    assert (cut_short.values["epoch"], cut_short.values["planned"], cut_short.severity) == (3, 20, Severity.WARNING)
    finished = TrainingRun(7, "fit", "train", steps=16, epochs_planned=2, epochs=seen)
    assert not flags(None, finished, status="timeout")
    assert not flags(None, training)
