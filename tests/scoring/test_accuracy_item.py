"""Points for a measured accuracy: where the ramp ends, what chance decides, and what is not measured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.messages import catalogue
from grader.model.evidence import AccuracyEvidence, Measured, Problem
from grader.model.rubric import AccuracyScale, Rubric
from grader.model.scorecard import ItemResult
from grader.model.status import CallOutcome, ItemStatus
from grader.scoring import rubric_file
from grader.scoring.credit import accuracy_share, ramp_for
from grader.scoring.score import score
from tests.scoring.evidence_builder import RUBRIC_FILE, case, data_used, evidence, item

RUBRIC = rubric_file.load(RUBRIC_FILE)
ITEM = "p2.better.accuracy"
(CREDIT,) = [entry.credit for entry in RUBRIC.items if entry.id == ITEM]
assert isinstance(CREDIT, AccuracyScale)
SCALES = {"benefit": CREDIT, "measured": CREDIT.model_copy(update={"borderline": "measured"})}


def with_rule(borderline: str) -> Rubric:
    items = (
        entry.model_copy(update={"credit": SCALES[borderline]}) if entry.id == ITEM else entry for entry in RUBRIC.items
    )
    return RUBRIC.model_copy(update={"items": tuple(items)})


def result(
    correct: int, images: int = 10_000, kind: str = "cifar10", borderline: str = "benefit", **more: object
) -> ItemResult:
    split = "hidden" if kind == "stand_in" else "test"
    seen = AccuracyEvidence("submitted", Measured(split, images, correct), **more)  # type: ignore[arg-type]
    return judged(item("better.accuracy", accuracy=seen), kind, borderline)


def judged(observed, kind: str = "cifar10", borderline: str = "benefit") -> ItemResult:  # noqa: ANN001
    card = score(evidence({ITEM: observed}, data=data_used(kind)), with_rule(borderline))
    return next(entry for entry in card.items if entry.id == ITEM)


@pytest.mark.parametrize(
    ("kind", "correct", "points", "status"),
    [
        ("cifar10", 1000, 0, ItemStatus.FAILED),
        ("cifar10", 4500, 0, ItemStatus.FAILED),
        ("cifar10", 5750, 7.5, ItemStatus.PARTIAL),
        ("cifar10", 7000, 15, ItemStatus.PASSED),
        ("cifar10", 10_000, 15, ItemStatus.PASSED),
        ("cifar10_subset", 4500, 0, ItemStatus.FAILED),
        ("stand_in", 3000, 0, ItemStatus.FAILED),
        ("stand_in", 4500, 7.5, ItemStatus.PARTIAL),
        ("stand_in", 6000, 15, ItemStatus.PASSED),
    ],
)
def test_points_rise_between_the_ends_of_the_ramp_of_the_data(
    kind: str, correct: int, points: float, status: ItemStatus
) -> None:
    found = result(correct, kind=kind)
    assert (found.points, found.status) == (points, status)


@pytest.mark.parametrize(("borderline", "points"), [("benefit", 15.0), ("measured", 14.7)])
def test_the_rubric_says_what_becomes_of_a_borderline_accuracy(borderline: str, points: float) -> None:
    found = result(6950, borderline=borderline)
    assert found.points == pytest.approx(points)
    assert ("feedback2.accuracy.benefit" in {message.key for message in found.feedback}) is (borderline == "benefit")


def test_benefit_ends_where_chance_no_longer_explains_the_distance() -> None:
    assert [result(correct).points == 15 for correct in (6910, 6911)] == [False, True]
    # On a tenth of the images chance reaches further.
    assert result(675, 1000).points == 15


@given(
    images=st.integers(1, 10_000), shares=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    kind=st.sampled_from(["cifar10", "stand_in"]), borderline=st.sampled_from(sorted(SCALES)),
)  # fmt: skip
def test_more_correct_images_never_give_fewer_points(
    images: int, shares: tuple[float, float], kind: str, borderline: str
) -> None:
    scale = SCALES[borderline]
    ramp = ramp_for(scale, data_used(kind))
    fewer, more = (accuracy_share(scale, ramp, Measured("test", images, round(s * images))) for s in sorted(shares))
    assert 0 <= fewer <= more <= 1


def test_measured_value_interval_and_limit_are_told() -> None:
    found = result(6200, validation=Measured("validation", 10_000, 6400))
    assert [check.id for check in found.checks] == ["accuracy", "validation"]
    assert (found.checks[0].measured, found.checks[0].limit) == (0.62, 0.70)
    assert (found.checks[1].measured, found.checks[1].limit) == (0.64, None)
    told = " ".join(catalogue().text(message) for message in (*found.feedback, *(c.message for c in found.checks)))
    assert all(number in told for number in ("62.0 %", "61.0 %", "62.9 %", "70.0 %", "45.0 %", "64.0 %", "10,000"))


def test_validation_stands_beside_and_earns_nothing() -> None:
    assert result(1000, validation=Measured("validation", 10_000, 9900)).points == 0
    assert result(9000, validation=Measured("validation", 10_000, 100)).points == 15


@pytest.mark.parametrize(
    ("problem", "status"), [("nothing_saved", ItemStatus.MISSING), ("budget", ItemStatus.TIMEOUT), ("not_reached", ItemStatus.ERROR), ("other_network", ItemStatus.FAILED)]
)  # fmt: skip
def test_a_model_that_breaks_the_contract_earns_nothing_and_is_told_why(problem: str, status: ItemStatus) -> None:
    found = result(9900, problem=Problem(problem))
    assert (found.points, found.status) == (0, status)
    assert found.feedback[0].key.endswith(problem) and found.checks[0].message == found.feedback[0]


def test_how_a_call_ended_names_an_accuracy_that_could_not_be_measured() -> None:
    seen = AccuracyEvidence("none", problem=Problem("unreadable_network"))
    ended = item("better.accuracy", case("logits", outcome=CallOutcome.MEMORY), accuracy=seen)
    assert judged(ended).status is ItemStatus.MEMORY


@pytest.mark.parametrize("implementation", ["absent", "stub"])
def test_an_unwritten_model_is_missing(implementation: str) -> None:
    assert judged(item("better.accuracy", implementation=implementation)).status is ItemStatus.MISSING


@pytest.mark.parametrize("seen", [None, AccuracyEvidence("none"), AccuracyEvidence("none", Measured("test", 0, 0))])
def test_what_was_not_measured_without_a_reason_is_open_and_costs_nobody(seen: AccuracyEvidence | None) -> None:
    assert judged(item("better.accuracy", accuracy=seen)).status is ItemStatus.SKIPPED


def test_an_accuracy_that_nobody_asked_for_is_skipped_with_its_reason_and_the_total_provisional() -> None:
    observed = item("better.accuracy", implementation="not_asked", not_asked="no_cifar10")
    card = score(evidence({ITEM: observed}, data=data_used("stand_in")), RUBRIC)
    (found,) = (entry for entry in card.items if entry.id == ITEM)
    assert found.status is ItemStatus.SKIPPED and card.provisional
    assert [message.key for message in found.feedback] == ["skipped.no_cifar10"]
    assert "CIFAR-10" in catalogue().text(found.feedback[0])
