"""Items of Part 2 that are judged by what networks compute."""

from __future__ import annotations

import pytest

from grader.messages import catalogue
from grader.model.evidence import Problem
from grader.model.observation import StudentError
from grader.model.scorecard import ItemResult
from grader.model.status import CallOutcome, ItemStatus, Visibility
from grader.scoring import rubric_file
from grader.scoring.score import score
from tests.scoring.evidence_builder import RUBRIC_FILE, case, evidence, item

RUBRIC = rubric_file.load(RUBRIC_FILE)
EVALUATE = "p2.simple.evaluate"


def result(*cases, of: str = EVALUATE, tell: str = "class", **more) -> ItemResult:  # noqa: ANN002, ANN003
    rubric = RUBRIC.model_copy(update={"hidden_cases": RUBRIC.hidden_cases.model_copy(update={"tell": tell})})
    check = next(entry.check for entry in rubric.items if entry.id == of)
    card = score(evidence({of: item(check, *cases, **more)}), rubric)
    return next(entry for entry in card.items if entry.id == of)


def right(group: str, **more):  # noqa: ANN003, ANN201
    return case(group, {"contract": 1e-6}, dtype="float32", **more)


def told(found: ItemResult) -> set[str]:
    return {message.key for message in found.feedback} | {check.message.key for check in found.checks}


def test_classes_within_the_tolerance_earn_all_points() -> None:
    found = result(right("loss"), right("accuracy"))
    assert (found.points, found.status) == (3, ItemStatus.PASSED)
    assert catalogue().text(found.feedback[0]) == "All 2 checks pass."


def test_points_follow_the_share_of_classes_that_pass() -> None:
    wrong = case("accuracy", {"contract": 0.3}, dtype="float32")
    found = result(right("loss"), right("weights"), wrong)
    assert (found.points, found.status) == (2, ItemStatus.PARTIAL)


def test_a_class_with_a_problem_fails_though_its_numbers_are_right() -> None:
    found = result(
        right("loss"), right("weights", problems=(Problem("not_finite", {"name": "loss", "count": 1, "total": 1}),))
    )
    assert found.checks[1].status is ItemStatus.FAILED and found.checks[1].message.key == "problem.not_finite"


def test_a_case_of_which_nothing_was_compared_does_not_pass() -> None:
    assert result(case("loss")).points == 0


def test_every_problem_of_a_class_is_told_once() -> None:
    two = (Problem("returned_none"), Problem("wrong_count", {"got": 1, "expected": 2, "names": "loss, accuracy"}))
    found = result(case("loss", problems=two))
    assert found.checks[0].message.key == "problem.returned_none"
    assert [message.key for message in found.feedback[1:]] == ["problem.wrong_count"]


def test_a_recognised_mistake_is_the_hint_of_its_failing_class() -> None:
    wrong = case("accuracy", {"contract": 0.3}, dtype="float32", matches=("sum_of_losses",))
    found = result(right("loss"), wrong)
    assert found.checks[1].hint is not None and found.checks[1].hint.key.endswith(".sum_of_losses")
    assert len(found.feedback) == 1


def test_a_slip_that_costs_nothing_is_told_beside_full_points() -> None:
    found = result(right("loss"), right("accuracy", matches=("percent",)))
    assert found.points == 3 and found.checks[1].hint is None
    assert any(message.key.endswith(".percent") for message in found.feedback)


def test_nothing_is_remarked_of_hidden_cases_where_the_rubric_says_so() -> None:
    hidden = case(
        "loss", {"contract": 0.3}, visibility=Visibility.HIDDEN, matches=("percent",), problems=(Problem("x"),)
    )
    assert len(result(hidden, tell="nothing").feedback) == 1
    assert len(result(hidden, tell="class").feedback) > 1


@pytest.mark.parametrize("implementation", ["absent", "stub"])
def test_functions_that_are_not_written_are_missing_and_named(implementation: str) -> None:
    found = result(implementation=implementation)
    assert (found.status, found.points) == (ItemStatus.MISSING, 0)
    assert found.feedback[0].key == f"feedback2.{implementation}"
    assert found.feedback[0].values["functions"] == "simple_model, run_model"


@pytest.mark.parametrize(
    ("outcome", "status"),
    [(CallOutcome.RAISED, ItemStatus.ERROR), (CallOutcome.TIMED_OUT, ItemStatus.TIMEOUT),
     (CallOutcome.MEMORY, ItemStatus.MEMORY), (CallOutcome.DIED, ItemStatus.ERROR), (CallOutcome.MISSING, ItemStatus.MISSING),
     (CallOutcome.FORBIDDEN, ItemStatus.FORBIDDEN)],
)  # fmt: skip
def test_how_calls_ended_names_the_item(outcome: CallOutcome, status: ItemStatus) -> None:
    found = result(case("loss", outcome=outcome, error=StudentError("ValueError", "no")))
    assert catalogue().text(found.feedback[0])
    assert (found.status, found.points) == (status, 0) and found.feedback[0].key == f"feedback2.{status.value}"


def test_definitions_that_cannot_be_made_are_an_error_with_its_reason() -> None:
    failed = case("import", outcome=CallOutcome.RAISED, error=StudentError("NameError", "x"))
    found = result(failed, implementation="module_failed")
    assert found.status is ItemStatus.ERROR and found.feedback[0].values["reason"] == "NameError: x"


def test_texts_of_both_parts_are_never_mixed_up() -> None:
    assert all(key.startswith(("feedback2.", "check.", "problem")) for key in told(result(right("loss"))))


@pytest.mark.parametrize("reason", ["no_tensorflow", "self_check", "no_data", "no_isolation"])
def test_what_could_not_be_asked_is_open_with_its_reason(reason: str) -> None:
    found = result(implementation="not_asked", not_asked=reason)
    assert (found.status, found.points) == (ItemStatus.SKIPPED, 0)
    assert [message.key for message in found.feedback] == [f"skipped.{reason}"]


@pytest.mark.parametrize(("cost", "points"), [(0.0, 2.4), (0.5, 1.2), (1.0, 0.0)])
def test_the_rubric_prices_training_while_evaluating(cost: float, points: float) -> None:
    slips = RUBRIC.slips.model_copy(update={"trains_while_evaluating": cost})
    trains = case("unchanged", {"contract": 0.1}, dtype="float32", matches=("trains_while_evaluating",))
    seen = evidence({EVALUATE: item("simple.evaluate", *(right(name) for name in "abcd"), trains)})
    card = score(seen, RUBRIC.model_copy(update={"slips": slips}))
    (found,) = (entry for entry in card.items if entry.id == EVALUATE)
    assert found.points == pytest.approx(points)
    assert found.feedback[1].key == f"slip.trains_while_evaluating.{'costs' if cost else 'warning'}"


@pytest.mark.parametrize(("of", "right_ones", "earns"), [
    ("p2.simple.define", 3, False), ("p2.simple.define", 4, True),
    ("p2.simple.train", 2, False), ("p2.simple.train", 3, True),
])  # fmt: skip
def test_what_any_network_gets_right_earns_nothing(of: str, right_ones: int, earns: bool) -> None:
    wrong = [case(f"wrong{number}", {"contract": 0.5}, dtype="float32") for number in range(6 - right_ones)]
    assert (result(*(right(f"right{number}") for number in range(right_ones)), *wrong, of=of).points > 0) is earns
