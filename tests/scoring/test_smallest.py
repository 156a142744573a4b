"""Which case is shown where a class fails."""

from __future__ import annotations

from pathlib import Path

from grader.model.evidence import CaseEvidence, ItemEvidence, Problem
from grader.model.observation import StudentError
from grader.model.status import CallOutcome, ItemStatus, Visibility
from grader.scoring import rubric_file
from grader.scoring.score import score
from tests.scoring.evidence_builder import evidence

RUBRIC = rubric_file.load(Path(__file__).parents[2] / "rubrics" / "assignment2.yaml")
ITEM = "p1.max_pool_forward"


def case(number: int, size: int, off: float | None, group: str = "smaller", **more: object) -> CaseEvidence:
    """A case with an input of `size` x `size`, `off` away from the right answer (None: it says so in `more`)."""
    errors = {} if off is None else {"contract": {"out": off}}
    outcome = more.pop("outcome", CallOutcome.RETURNED)
    return CaseEvidence(
        f"{group}.public{number}", group, Visibility.PUBLIC, outcome,  # type: ignore[arg-type]
        asked={"x": [1, size, size, 1], "pool_height": 1, "pool_width": 1, "stride": [1, 1, 1, 1]}, errors=errors,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def shown(public: CaseEvidence, *smaller: CaseEvidence) -> str:
    observed = ItemEvidence("max_pool_forward", "key", "written", (public,), smaller=smaller)
    found = next(item for item in score(evidence({ITEM: observed}), RUBRIC).items if item.id == ITEM)
    assert found.checks[0].failing is not None
    return found.checks[0].failing.id


WRONG = case(0, 4, 0.5, "strides")


def test_the_first_smaller_case_that_fails_is_shown() -> None:
    assert shown(WRONG, case(1, 1, 0.0), case(2, 2, 0.9), case(3, 3, 0.9)) == "smaller.public2"


def test_without_a_smaller_failure_the_public_case_itself_is_shown() -> None:
    assert shown(WRONG) == shown(WRONG, case(1, 1, 0.0)) == "strides.public0"


def test_the_larger_public_case_goes_along_where_a_smaller_one_is_shown() -> None:
    for smaller, larger in (((case(2, 2, 0.9),), WRONG), ((), None)):
        observed = ItemEvidence("max_pool_forward", "key", "written", (WRONG,), smaller=smaller)
        found = next(item for item in score(evidence({ITEM: observed}), RUBRIC).items if item.id == ITEM)
        assert found.checks[0].larger == larger


def test_a_case_that_is_larger_anywhere_is_not_smaller() -> None:
    assert shown(WRONG, case(1, 5, 0.9)) == "strides.public0"


def test_a_failure_of_another_kind_is_not_the_same_failure() -> None:
    raised = case(1, 1, None, outcome=CallOutcome.RAISED, error=StudentError("IndexError", "out of range"))
    misshapen = case(2, 2, None, problems=(Problem("wrong_shape", {"name": "out", "got": "()", "expected": "()"}),))
    assert shown(WRONG, raised, misshapen, case(3, 3, 0.1)) == "smaller.public3"
    other = case(0, 4, None, "strides", outcome=CallOutcome.RAISED, error=StudentError("ValueError", "no"))
    assert shown(other, raised) == "strides.public0"


def test_a_recognised_mistake_is_shown_by_one_of_its_own_instances() -> None:
    named = case(0, 4, 0.5, "strides", matches=("stride_ignored",))
    assert shown(named, case(1, 1, 0.9), case(2, 2, 0.9, matches=("stride_ignored",))) == "smaller.public2"


def test_smaller_cases_change_neither_points_nor_status() -> None:
    def verdict(*smaller: CaseEvidence) -> list[tuple[float, ItemStatus]]:
        right = case(0, 4, 0.0, "negative")
        observed = ItemEvidence("max_pool_forward", "key", "written", (WRONG, right), smaller=smaller)
        return [(item.points, item.status) for item in score(evidence({ITEM: observed}), RUBRIC).items]

    changed = case(2, 1, 0.7, changed_inputs=("x",), fallback=True)
    assert verdict() == verdict(case(1, 1, 0.9)) == verdict(changed)
