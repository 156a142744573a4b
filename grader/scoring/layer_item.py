"""The verdict on an item of Part 1: its case classes, its slips, its points and the reason."""

from __future__ import annotations

from collections.abc import Sequence

from grader.model.evidence import CaseEvidence, ItemEvidence
from grader.model.message import Message
from grader.model.rubric import Item, Rubric, Tolerance
from grader.model.scorecard import IMPORT_CHECK, CheckResult, ItemResult
from grader.model.status import CallOutcome, ItemStatus
from grader.scoring.answers import best_reading, passes, within
from grader.scoring.case_class import score_class
from grader.scoring.credit import credited_points
from grader.scoring.diagnosis import item_hint, outshone
from grader.scoring.item_result import (
    case_groups,
    imposed_status,
    item_result,
    overall_status,
    reason_of,
    summary_values,
    uses_what_is_forbidden,
)


def score_layer_item(item: Item, observed: ItemEvidence, rubric: Rubric, accepted: Sequence[str]) -> ItemResult:
    """`accepted` are the readings to judge in (empty: any); of these the one that passes most is taken."""
    tolerance = rubric.tolerance_of(item)
    unasked = _unasked(item, observed)
    if unasked is not None:
        return unasked
    groups = case_groups(item, observed)
    reading = best_reading(observed, tolerance, accepted)
    tell = rubric.hidden_cases.tell
    checks = tuple(
        score_class(name, cases, reading, tolerance, tell, observed.smaller) for name, cases in groups.items()
    )
    passed = sum(check.status is ItemStatus.PASSED for check in checks)
    points = 0.0 if uses_what_is_forbidden(observed.cases) else credited_points(item, checks)
    slips, cost = _slips(item, observed, rubric, reading, tolerance)
    points *= 1.0 - cost
    status = overall_status(observed.cases, points, item.points)
    hint = item_hint(observed, checks, accepted, reading, tolerance)
    checks = tuple(outshone(checks, hint))
    summary = Message(f"feedback.{status.value}", summary_values(status, passed, len(checks), observed.cases))
    return item_result(item, points, status, [summary, *slips, *([hint] if hint else [])], checks)


def _unasked(item: Item, observed: ItemEvidence) -> ItemResult | None:
    """The verdict where no case could be put: nothing there, still the template, or the module does not import."""
    function = observed.check.partition(".")[0]
    if observed.implementation in ("absent", "stub"):
        text = Message(f"feedback.{observed.implementation}", {"function": function})
        return item_result(item, 0.0, ItemStatus.MISSING, [text])
    if observed.implementation == "module_failed":
        case = observed.cases[0]
        status = imposed_status(case) or ItemStatus.ERROR
        # An import that raises is the student's error, and nothing to be looked up in vain.
        if status is ItemStatus.MISSING:
            status = ItemStatus.ERROR
        text = Message("feedback.module_failed", {"reason": reason_of(case)})
        check = CheckResult(
            IMPORT_CHECK, status, Message("check.import_failed", {"reason": reason_of(case)}), failing=case
        )
        return item_result(item, 0.0, status, [text], [check])
    if observed.cases and all(_not_written(case) for case in observed.cases):
        return item_result(item, 0.0, ItemStatus.MISSING, [Message("feedback.stub", {"function": function})])
    return None


def _not_written(case: CaseEvidence) -> bool:
    if case.outcome is CallOutcome.RAISED:
        return case.error is not None and case.error.type == "NotImplementedError"
    return case.outcome is CallOutcome.MISSING or any(problem.id == "returned_none" for problem in case.problems)


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
