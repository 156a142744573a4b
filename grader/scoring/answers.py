"""Which accepted answers an item may give: one padding convention, kept in forward and backward alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader.model.evidence import CaseEvidence, Evidence, ItemEvidence
from grader.model.rubric import Item, Rubric, Tolerance
from grader.model.status import CallOutcome

#: Accepted answers that stand for a slip which the rubric prices, not for another reading of the contract.
SLIP_ANSWERS = frozenset({"whole_gradient_to_every_tie"})

Passes = Callable[[CaseEvidence, str], bool]


def within(case: CaseEvidence, answer: str, tolerance: Tolerance) -> bool:
    """Whether every returned array of `case` is within the tolerance of `answer`."""
    errors = case.errors.get(answer)
    return bool(errors) and max(errors.values()) <= limit(case, tolerance)


def limit(case: CaseEvidence, tolerance: Tolerance) -> float:
    """The tolerance for the dtypes that came back."""
    return tolerance.limit_for([fact.dtype for fact in case.returned.values()])


def passes(case: CaseEvidence, reading: str | None, tolerance: Tolerance) -> bool:
    """Whether `case` is right in `reading`, or gives the answer of a slip that is priced elsewhere."""
    if case.outcome is not CallOutcome.RETURNED or case.problems or reading is None:
        return False
    return any(within(case, answer, tolerance) for answer in (reading, *SLIP_ANSWERS))


def readings(cases: Sequence[CaseEvidence]) -> list[str]:
    """Names of the contract's accepted readings that the cases know, in their order, without slips."""
    names = dict.fromkeys(name for case in cases for name in case.errors)
    return [name for name in names if name not in SLIP_ANSWERS]


def best_reading(item: ItemEvidence, tolerance: Tolerance, among: Sequence[str]) -> str | None:
    """The one reading of `among` under which most cases pass; the first of equals. None if there is none."""
    names = [name for name in readings(item.cases) if not among or name in among]
    if not names:
        return None
    return max(names, key=lambda name: sum(within(case, name, tolerance) for case in item.cases))


def _told_apart(item: ItemEvidence, tolerance: Tolerance) -> list[str]:
    """The readings that this item's answers are right in, if they are right in some and wrong in others."""
    names = readings(item.cases)
    scores = {name: sum(within(case, name, tolerance) for case in item.cases) for name in names}
    best = max(scores.values(), default=0)
    winners = [name for name in names if scores[name] == best]
    return winners if best > 0 and len(winners) < len(names) else []


def accepted_answers(evidence: Evidence, rubric: Rubric, item: Item) -> tuple[str, ...]:
    """The readings in which `item` is judged; empty means any.

    A backward pass follows the reading of its forward pass (the item whose check has the same name but for the
    direction), where that one shows a reading; where it does not (missing, or wrong in all), any is accepted.
    """
    if "_backward" not in item.check:
        return ()
    forward_check = item.check.replace("_backward", "_forward")
    for other in rubric.items:
        observed = evidence.items.get(other.id)
        if other.check == forward_check and observed is not None and observed.implementation == "written":
            return tuple(_told_apart(observed, rubric.tolerance_of(other)))
    return ()
