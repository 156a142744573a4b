"""What the verdicts on all kinds of items have in common: their frame, and the status that follows from the calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from grader.model.evidence import CaseEvidence, ItemEvidence
from grader.model.message import Message
from grader.model.rubric import Item
from grader.model.scorecard import CheckResult, ItemResult
from grader.model.status import CallOutcome, ItemStatus, Visibility

_BY_OUTCOME = {
    CallOutcome.TIMED_OUT: ItemStatus.TIMEOUT,
    CallOutcome.NOT_RUN: ItemStatus.TIMEOUT,
    CallOutcome.MEMORY: ItemStatus.MEMORY,
    CallOutcome.FORBIDDEN: ItemStatus.FORBIDDEN,
    CallOutcome.RAISED: ItemStatus.ERROR,
    CallOutcome.DIED: ItemStatus.ERROR,
    CallOutcome.EXITED: ItemStatus.ERROR,
    CallOutcome.MALFORMED: ItemStatus.ERROR,
    CallOutcome.MISSING: ItemStatus.MISSING,
}
#: Where cases ended differently, the first of these names the item.
_WORST_FIRST = (ItemStatus.FORBIDDEN, ItemStatus.TIMEOUT, ItemStatus.MEMORY, ItemStatus.ERROR, ItemStatus.MISSING)


def item_result(
    item: Item, points: float, status: ItemStatus, feedback: Sequence[Message], checks: Sequence[CheckResult] = ()
) -> ItemResult:
    """The verdict on `item`, points to four decimals."""
    return ItemResult(
        id=item.id,
        part=item.part,
        title=Message(f"{item.text}.title"),
        points=round(points, 4),
        max_points=item.points,
        status=status,
        feedback=tuple(feedback),
        checks=tuple(checks),
    )


def case_groups(item: Item, observed: ItemEvidence) -> dict[str, list[CaseEvidence]]:
    """The item's cases by the case class they belong to, without classes that the rubric leaves out."""
    groups: dict[str, list[CaseEvidence]] = {}
    for case in observed.cases:
        if item.classes is None or case.group in item.classes:
            groups.setdefault(case.group, []).append(case)
    return groups


def imposed_status(case: CaseEvidence) -> ItemStatus | None:
    """The status that a call's outcome alone imposes; None where the call returned."""
    return _BY_OUTCOME.get(case.outcome)


def overall_status(cases: Sequence[CaseEvidence], points: float, full: float) -> ItemStatus:
    """The item's status: of its points, unless the way in which calls ended says more."""
    if points >= full - 1e-9:
        return ItemStatus.PASSED
    imposed = Counter(status for case in cases if (status := imposed_status(case)) is not None)
    for status in _WORST_FIRST:
        if imposed[status] and (status in (ItemStatus.FORBIDDEN, ItemStatus.TIMEOUT, ItemStatus.MEMORY) or points == 0):
            return status
    return ItemStatus.PARTIAL if points > 0 else ItemStatus.FAILED


def uses_what_is_forbidden(cases: Sequence[CaseEvidence]) -> bool:
    return any(case.outcome is CallOutcome.FORBIDDEN for case in cases)


def summary_values(status: ItemStatus, passed: int, total: int, cases: Sequence[CaseEvidence]) -> dict[str, object]:
    """Values of the sentence that sums an item up."""
    values: dict[str, object] = {"passed": passed, "total": total}
    if status is ItemStatus.FORBIDDEN:
        values["used"] = ", ".join(sorted({_framework(c) for c in cases if c.outcome is CallOutcome.FORBIDDEN}))
    return values


def reason_of(case: CaseEvidence) -> str:
    """Why a call did not return, in a few words."""
    if case.error is not None:
        return f"{case.error.type}: {case.error.message}"
    return str(case.outcome.value).replace("_", " ")


def _framework(case: CaseEvidence) -> str:
    """What was used: the dotted name, or for a hidden case only the package, which the rubric lists."""
    return case.detail if case.visibility is Visibility.PUBLIC else case.detail.partition(".")[0]
