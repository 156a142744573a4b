"""The verdict on one item: its case classes, its slips, its points and the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from grader.model.evidence import CaseEvidence, ItemEvidence
from grader.model.message import Message
from grader.model.rubric import Item, Rubric, Tolerance
from grader.model.scorecard import IMPORT_CHECK, CheckResult, ItemResult
from grader.model.status import CallOutcome, ItemStatus, Visibility
from grader.scoring.answers import best_reading, passes, within
from grader.scoring.case_class import score_class
from grader.scoring.credit import credited_points
from grader.scoring.diagnosis import item_hint, outshone

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


def status_of(case: CaseEvidence) -> ItemStatus | None:
    """The status that a call's outcome alone imposes; None where the call returned."""
    return _BY_OUTCOME.get(case.outcome)


def score_item(item: Item, observed: ItemEvidence, rubric: Rubric, accepted: Sequence[str]) -> ItemResult:
    """`accepted` are the readings to judge in (empty: any); of these the one that passes most is taken."""
    tolerance = rubric.tolerance_of(item)
    unasked = _unasked(item, observed)
    if unasked is not None:
        return unasked
    groups = _groups(item, observed)
    reading = best_reading(observed, tolerance, accepted)
    tell = rubric.hidden_cases.tell
    checks = tuple(
        score_class(name, cases, reading, tolerance, tell, observed.smaller) for name, cases in groups.items()
    )
    passed = sum(check.status is ItemStatus.PASSED for check in checks)
    forbidden = any(case.outcome is CallOutcome.FORBIDDEN for case in observed.cases)
    points = 0.0 if forbidden else credited_points(item, passed, len(checks))
    feedback, cost = _slips(item, observed, rubric, reading, tolerance)
    points *= 1.0 - cost
    status = _status(checks, observed, points, item.points)
    hint = item_hint(observed, checks, accepted, reading, tolerance)
    checks = tuple(outshone(checks, hint))
    feedback = [_summary(status, passed, len(checks), observed), *feedback, *([hint] if hint else [])]
    return _result(item, round(points, 4), status, feedback, checks)


def _result(
    item: Item, points: float, status: ItemStatus, feedback: Sequence[Message], checks: Sequence[CheckResult] = ()
) -> ItemResult:
    return ItemResult(
        item.id, item.part, Message(f"{item.text}.title"), points, item.points, status, tuple(feedback), tuple(checks)
    )


def _unasked(item: Item, observed: ItemEvidence) -> ItemResult | None:
    """The verdict where no case could be put: nothing there, still the template, or the module does not import."""
    function = observed.check.partition(".")[0]
    if observed.implementation in ("absent", "stub"):
        text = Message(f"feedback.{observed.implementation}", {"function": function})
        return _result(item, 0.0, ItemStatus.MISSING, [text])
    if observed.implementation == "module_failed":
        case = observed.cases[0]
        status = _BY_OUTCOME.get(case.outcome, ItemStatus.ERROR)
        # An import that raises is the student's error, and nothing to be looked up in vain.
        if status is ItemStatus.MISSING:
            status = ItemStatus.ERROR
        text = Message("feedback.module_failed", {"reason": _reason(case)})
        check = CheckResult(
            IMPORT_CHECK, status, Message("check.import_failed", {"reason": _reason(case)}), failing=case
        )
        return _result(item, 0.0, status, [text], [check])
    if observed.cases and all(_not_written(case) for case in observed.cases):
        return _result(item, 0.0, ItemStatus.MISSING, [Message("feedback.stub", {"function": function})])
    return None


def _not_written(case: CaseEvidence) -> bool:
    if case.outcome is CallOutcome.RAISED:
        return case.error is not None and case.error.type == "NotImplementedError"
    return case.outcome is CallOutcome.MISSING or any(problem.id == "returned_none" for problem in case.problems)


def _reason(case: CaseEvidence) -> str:
    if case.error is not None:
        return f"{case.error.type}: {case.error.message}"
    return str(case.outcome.value).replace("_", " ")


def _groups(item: Item, observed: ItemEvidence) -> dict[str, list[CaseEvidence]]:
    groups: dict[str, list[CaseEvidence]] = {}
    for case in observed.cases:
        if item.classes is None or case.group in item.classes:
            groups.setdefault(case.group, []).append(case)
    return groups


def _slips(
    item: Item, observed: ItemEvidence, rubric: Rubric, reading: str | None, tolerance: Tolerance
) -> tuple[list[Message], float]:
    """Texts of the known slips that show, and the largest share of the points that one of them costs."""
    slips = rubric.slips_of(item)
    found: list[tuple[str, float, dict[str, object]]] = []
    changed = sorted({name for case in observed.cases for name in case.changed_inputs})
    if changed:
        found.append(("input_changed", slips.input_changed, {"names": ", ".join(changed)}))
    if any("whole_gradient_to_every_tie" in case.errors for case in observed.cases) and _gives_every_tie(
        observed, tolerance
    ):
        found.append(("whole_gradient_to_every_tie", slips.whole_gradient_to_every_tie, {}))
    if any(case.fallback and passes(case, reading, tolerance) for case in observed.cases):
        found.append(("own_cache_needed", slips.own_cache_needed, {}))
    texts = [Message(f"slip.{name}.{'costs' if cost else 'warning'}", values) for name, cost, values in found]
    return texts, max((cost for _, cost, _ in found), default=0.0)


def _gives_every_tie(observed: ItemEvidence, tolerance: Tolerance) -> bool:
    tied = [case for case in observed.cases if "whole_gradient_to_every_tie" in case.errors]
    return all(within(case, "whole_gradient_to_every_tie", tolerance) for case in tied)


def _status(checks: Sequence[CheckResult], observed: ItemEvidence, points: float, full: float) -> ItemStatus:
    if points >= full - 1e-9:
        return ItemStatus.PASSED
    imposed = Counter(status for case in observed.cases if (status := status_of(case)) is not None)
    for status in _WORST_FIRST:
        if imposed[status] and (status in (ItemStatus.FORBIDDEN, ItemStatus.TIMEOUT, ItemStatus.MEMORY) or points == 0):
            return status
    return ItemStatus.PARTIAL if points > 0 else ItemStatus.FAILED


def _summary(status: ItemStatus, passed: int, total: int, observed: ItemEvidence) -> Message:
    values: dict[str, object] = {"passed": passed, "total": total}
    if status is ItemStatus.FORBIDDEN:
        values["used"] = ", ".join(
            sorted({_framework(c) for c in observed.cases if c.outcome is CallOutcome.FORBIDDEN})
        )
    return Message(f"feedback.{status.value}", values)


def _framework(case: CaseEvidence) -> str:
    """What was used: the dotted name, or for a hidden case only the package, which the rubric lists."""
    return case.detail if case.visibility is Visibility.PUBLIC else case.detail.partition(".")[0]
