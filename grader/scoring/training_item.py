"""The verdict on an item of Part 2 that is judged by what the student's networks compute: define, train, evaluate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.checks.table import CHECKS
from grader.checks.training.training_check import TrainingCheck
from grader.model.evidence import CaseEvidence, ItemEvidence
from grader.model.message import Message
from grader.model.rubric import Item, Rubric
from grader.model.scorecard import IMPORT_CHECK, CheckResult, ItemResult
from grader.model.status import ItemStatus, Visibility
from grader.scoring.case_class import score_class
from grader.scoring.credit import credited_points
from grader.scoring.item_result import (
    case_groups,
    imposed_status,
    item_result,
    overall_status,
    reason_of,
    summary_values,
    uses_what_is_forbidden,
)
from grader.scoring.message_keys import hint_message, problem_message

#: Part 2 has one accepted answer to every question.
_READING = "contract"

#: The recognised mistake that the rubric prices besides the check that fails by it.
_PRICED = "trains_while_evaluating"


def score_training_item(item: Item, observed: ItemEvidence, rubric: Rubric) -> ItemResult:
    """Points for the share of the case classes that pass; what else was noticed is told as feedback."""
    unasked = unasked_training_item(item, observed)
    if unasked is not None:
        return unasked
    groups = case_groups(item, observed)
    tolerance, tell = rubric.tolerance_of(item), rubric.hidden_cases.tell
    checks = [_told(score_class(name, cases, _READING, tolerance, tell)) for name, cases in groups.items()]
    passed = sum(check.status is ItemStatus.PASSED for check in checks)
    points = 0.0 if uses_what_is_forbidden(observed.cases) else credited_points(item, passed, len(checks))
    slips, cost = _slips(item, observed, rubric)
    points *= 1.0 - cost
    status = overall_status(observed.cases, points, item.points)
    values = summary_values(status, passed, len(checks), observed.cases)
    summary = Message(f"feedback2.{status.value}", {**values, "functions": _functions(item)})
    told = [
        case for cases in groups.values() for case in cases if tell == "class" or case.visibility is Visibility.PUBLIC
    ]
    return item_result(item, points, status, [summary, *slips, *_remarks(told, checks)], checks)


def _told(check: CheckResult) -> CheckResult:
    """`check` without figures where it is a yes: no number that went through single precision has an error of 0."""
    return replace(check, measured=None, limit=None) if check.measured == 0 else check


def _slips(item: Item, observed: ItemEvidence, rubric: Rubric) -> tuple[list[Message], float]:
    """The text of the priced mistake where it shows, and the share of the points that it costs."""
    if not any(_PRICED in case.matches for case in observed.cases):
        return [], 0.0
    cost = rubric.slips_of(item).trains_while_evaluating
    return [Message(f"slip.{_PRICED}.{'costs' if cost else 'warning'}")], cost


def unasked_training_item(item: Item, observed: ItemEvidence) -> ItemResult | None:
    """The verdict where no case could be put: nothing there, still the template, or nothing could be called."""
    if observed.implementation in ("absent", "stub"):
        text = Message(f"feedback2.{observed.implementation}", {"functions": _functions(item)})
        return item_result(item, 0.0, ItemStatus.MISSING, [text])
    if observed.implementation == "module_failed":
        case = next(iter(observed.cases), None)
        status = (imposed_status(case) if case is not None else None) or ItemStatus.ERROR
        reason = reason_of(case) if case is not None else ""
        text = Message("feedback2.module_failed", {"reason": reason})
        check = CheckResult(IMPORT_CHECK, status, Message("check.import_failed", {"reason": reason}), failing=case)
        return item_result(item, 0.0, status, [text], [check])
    return None


def _functions(item: Item) -> str:
    check = CHECKS[item.check]
    return ", ".join(check.functions) if isinstance(check, TrainingCheck) else ""


def _remarks(cases: Sequence[CaseEvidence], checks: Sequence[CheckResult]) -> list[Message]:
    """What the checks' own sentences do not tell: recognised slips of classes that pass, a class's further problems."""
    matches = [hint_message(match) for case in cases for match in case.matches]
    problems = [problem_message(problem) for case in cases for problem in case.problems]
    said = [check.message for check in checks] + [check.hint for check in checks if check.hint is not None]
    remarks: list[Message] = []
    for message in [*problems, *matches]:
        if message not in said and message not in remarks:
            remarks.append(message)
    return remarks
