"""From measured errors to points and reasons."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.messages import catalogue
from grader.model.evidence import CaseEvidence, Problem
from grader.model.message import Message
from grader.model.observation import StudentError
from grader.model.rubric import PointsByClass, Rubric, ShareOfClasses, Threshold, Thresholds
from grader.model.scorecard import CheckResult, ItemResult
from grader.model.status import CallOutcome, ItemStatus, Visibility
from grader.scoring import rubric_file
from grader.scoring.credit import credited_points
from grader.scoring.score import score
from tests.scoring.evidence_builder import case, evidence, item

RUBRIC = rubric_file.load(Path(__file__).parents[2] / "rubrics" / "assignment2.yaml")
POOL, SAME, SAME_BACKWARD = "p1.max_pool_forward", "p1.conv_forward.same", "p1.conv_backward.same"


def result(items: dict, of: str, rubric: Rubric = RUBRIC) -> ItemResult:
    return next(found for found in score(evidence(items), rubric).items if found.id == of)


def pool(*cases, **more) -> ItemResult:  # noqa: ANN002, ANN003
    return result({POOL: item("max_pool_forward", *cases, **more)}, POOL)


def test_all_classes_right_earns_all_points() -> None:
    found = pool(case("strides", {"contract": 1e-15}), case("negative", {"contract": 1e-12}))
    assert (found.status, found.points) == (ItemStatus.PASSED, 5)
    assert [check.limit for check in found.checks] == [1e-5, 1e-5]


def test_points_follow_the_share_of_classes_down_to_the_floor() -> None:
    def points(right: int, wrong: int) -> float:
        return pool(
            *(case(f"r{n}", {"contract": 0.0}) for n in range(right)),
            *(case(f"w{n}", {"contract": 0.3}) for n in range(wrong)),
        ).points

    assert points(8, 1) == pytest.approx(5 * 8 / 9, abs=1e-3)
    assert points(1, 1) == 2.5
    assert points(4, 5) == 0


def test_one_wrong_hidden_case_fails_its_class_without_showing_it() -> None:
    hidden = case("strides", {"contract": 0.5}, visibility=Visibility.HIDDEN)
    found = pool(case("strides", {"contract": 0.0}), hidden, case("negative", {"contract": 0.0}))
    check = found.checks[0]
    assert check.status is ItemStatus.FAILED and check.failing is None and check.message.key == "hidden.wrong_values"


def test_nothing_that_a_student_can_print_is_told_of_a_hidden_case() -> None:
    leaks = (
        case("a", outcome=CallOutcome.RAISED, visibility=Visibility.HIDDEN, error=StudentError("ValueError", "x=1.25"),
             detail="x=1.25", output="x=1.25"),
        case("b", outcome=CallOutcome.RAISED, visibility=Visibility.HIDDEN, error=StudentError("x=1.25", "x=1.25")),
        case("c", outcome=CallOutcome.DIED, visibility=Visibility.HIDDEN, detail="x=1.25"),
        case("d", outcome=CallOutcome.FORBIDDEN, visibility=Visibility.HIDDEN, detail="x=1.25"),
        case("e", visibility=Visibility.HIDDEN, problems=(Problem("wrong_shape", {"name": "x=1.25"}),)),
    )  # fmt: skip
    found = pool(*leaks, *(case(f"r{n}", {"contract": 0.0}) for n in range(9)))
    told = [catalogue().text(check.message) for check in found.checks] + [str(check) for check in found.checks]
    assert not any("1.25" in text for text in told)
    assert "ValueError" in told[0]


def test_float32_answers_have_their_own_tolerance() -> None:
    assert pool(case("strides", {"contract": 5e-5}, dtype="float32")).status is ItemStatus.PASSED
    assert pool(case("strides", {"contract": 5e-5}, dtype="float64")).status is ItemStatus.FAILED


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (CallOutcome.RAISED, ItemStatus.ERROR),
        (CallOutcome.DIED, ItemStatus.ERROR),
        (CallOutcome.EXITED, ItemStatus.ERROR),
        (CallOutcome.MALFORMED, ItemStatus.ERROR),
        (CallOutcome.TIMED_OUT, ItemStatus.TIMEOUT),
        (CallOutcome.MEMORY, ItemStatus.MEMORY),
        (CallOutcome.FORBIDDEN, ItemStatus.FORBIDDEN),
    ],
)
def test_how_the_calls_ended_names_the_item(outcome: CallOutcome, status: ItemStatus) -> None:
    found = pool(case("strides", outcome=outcome), case("negative", outcome=outcome))
    assert (found.status, found.points) == (status, 0)


def test_one_use_of_a_framework_forfeits_the_whole_item() -> None:
    used = case("negative", outcome=CallOutcome.FORBIDDEN, detail="tensorflow.zeros")
    found = pool(*(case(f"c{n}", {"contract": 0.0}) for n in range(8)), used)
    assert (found.status, found.points) == (ItemStatus.FORBIDDEN, 0)
    assert found.feedback[0].values["used"] == "tensorflow.zeros"


def test_a_timeout_in_one_class_keeps_the_points_of_the_others() -> None:
    found = pool(*(case(f"c{n}", {"contract": 0.0}) for n in range(3)), case("x", outcome=CallOutcome.TIMED_OUT))
    assert (found.status, found.points) == (ItemStatus.TIMEOUT, 3.75)


@pytest.mark.parametrize("implementation", ["stub", "absent"])
def test_what_is_not_written_is_missing_not_wrong(implementation: str) -> None:
    assert pool(implementation=implementation).status is ItemStatus.MISSING


def test_returning_none_everywhere_is_missing() -> None:
    nothing = case("strides", problems=(Problem("returned_none"),))
    assert pool(nothing, nothing).status is ItemStatus.MISSING


def test_an_unobserved_item_is_skipped_and_the_total_provisional() -> None:
    card = score(evidence({}), RUBRIC)
    assert {found.status for found in card.items} == {ItemStatus.SKIPPED} and card.provisional


CONVENTIONS = ("tensorflow", "stride_independent")


def convention_case(group: str, fits: str | None) -> CaseEvidence:
    """Right under one convention, under both (``both``) or under none (None)."""
    return case(group, {name: 0.0 if fits in (name, "both") else 0.4 for name in CONVENTIONS})


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_either_padding_convention_is_full_marks(convention: str) -> None:
    cases = [convention_case("odd_kernel", "both"), convention_case("strides", convention)]
    assert result({SAME: item("conv_forward.same", *cases)}, SAME).status is ItemStatus.PASSED


def test_mixing_conventions_is_not_and_is_named() -> None:
    cases = [convention_case("strides", "tensorflow"), convention_case("partial_windows", "stride_independent")]
    found = result({SAME: item("conv_forward.same", *cases)}, SAME)
    assert found.status is ItemStatus.PARTIAL
    assert "hint.two_padding_conventions" in {message.key for message in found.feedback}


@pytest.mark.parametrize(
    ("forward", "backward", "status"),
    [
        ("tensorflow", "tensorflow", ItemStatus.PASSED),
        ("stride_independent", "stride_independent", ItemStatus.PASSED),
        ("tensorflow", "stride_independent", ItemStatus.PARTIAL),
        ("stride_independent", "tensorflow", ItemStatus.PARTIAL),
        (None, "tensorflow", ItemStatus.PASSED),
        (None, "stride_independent", ItemStatus.PASSED),
    ],
)
def test_backward_follows_the_convention_that_forward_shows(
    forward: str | None, backward: str, status: ItemStatus
) -> None:
    wrong_or_both = "both" if forward else None
    items = {
        SAME: item("conv_forward.same", convention_case("odd", wrong_or_both), convention_case("strides", forward)),
        SAME_BACKWARD: item("conv_backward.same", convention_case("odd", "both"), convention_case("strides", backward)),
    }
    found = result(items, SAME_BACKWARD)
    assert found.status is status
    if status is ItemStatus.PARTIAL:
        assert "hint.padding_differs_from_forward" in {message.key for message in found.feedback}


def test_backward_is_free_where_forward_is_missing() -> None:
    items = {
        SAME: item("conv_forward.same", implementation="stub"),
        SAME_BACKWARD: item("conv_backward.same", convention_case("strides", "stride_independent")),
    }
    assert result(items, SAME_BACKWARD).status is ItemStatus.PASSED


def test_exact_gradient_of_a_wrong_forward_loses_and_is_told() -> None:
    wrong = replace(convention_case("strides", None), own_forward_error=1e-12)
    items = {SAME_BACKWARD: item("conv_backward.same", wrong)}
    found = result(items, SAME_BACKWARD)
    assert found.points == 0
    assert "hint.gradient_of_own_forward" in {message.key for message in found.feedback}


def with_slips(**slips: float) -> Rubric:
    return RUBRIC.model_copy(update={"slips": RUBRIC.slips.model_copy(update=slips)})


@pytest.mark.parametrize(("cost", "points"), [(0.0, 5), (0.4, 3), (1.0, 0)])
def test_the_rubric_prices_whole_gradients_to_ties(cost: float, points: float) -> None:
    tied = case("ties", {"contract": 1.0, "whole_gradient_to_every_tie": 0.0})
    items = {"p1.max_pool_backward": item("max_pool_backward", case("negative", {"contract": 0.0}), tied)}
    found = result(items, "p1.max_pool_backward", with_slips(whole_gradient_to_every_tie=cost))
    assert found.points == pytest.approx(points)
    assert any(message.key.startswith("slip.whole_gradient_to_every_tie") for message in found.feedback)


@pytest.mark.parametrize(("cost", "points"), [(0.0, 5), (1.0, 0)])
def test_the_rubric_prices_in_place_changes(cost: float, points: float) -> None:
    changed = case("strides", {"contract": 0.0}, changed_inputs=("x",))
    found = result({POOL: item("max_pool_forward", changed)}, POOL, with_slips(input_changed=cost))
    assert found.points == points


def judged(passed: int, total: int) -> list[CheckResult]:
    """As many verdicts on case classes as `total`, of which `passed` pass."""
    word = Message("check.passed")
    return [
        CheckResult(f"class{number}", ItemStatus.PASSED if number < passed else ItemStatus.FAILED, word)
        for number in range(total)
    ]


@given(st.integers(0, 12), st.integers(1, 12))
def test_credit_never_leaves_its_bounds_and_grows_with_classes(passed: int, total: int) -> None:
    passed = min(passed, total)
    thresholds = Thresholds(rule="thresholds", steps=(Threshold(share=1, points=5), Threshold(share=0.5, points=2)))
    by_class = PointsByClass(
        rule="points_by_class", points={f"class{number}": RUBRIC.items[0].points / total for number in range(total)}
    )
    for credit in (ShareOfClasses(rule="share_of_classes", floor=0.5), thresholds, by_class):
        priced = RUBRIC.items[0].model_copy(update={"credit": credit})
        points = credited_points(priced, judged(passed, total))
        assert 0 <= points <= priced.points
        assert points >= credited_points(priced, judged(max(passed - 1, 0), total))
        assert (points == pytest.approx(priced.points)) == (passed == total)


def test_scoring_twice_gives_the_same_card() -> None:
    seen = evidence({POOL: item("max_pool_forward", case("strides", {"contract": 0.2}, matches=("stride_ignored",)))})
    assert score(seen, RUBRIC) == score(seen, RUBRIC)
