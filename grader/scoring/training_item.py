"""The verdict on an item of Part 2 that is judged by what the student's networks compute: define, train, evaluate."""

from __future__ import annotations

from grader.checks.table import CHECKS
from grader.checks.training.training_check import TrainingCheck
from grader.model.evidence import ItemEvidence
from grader.model.message import Message
from grader.model.rubric import Item, Rubric
from grader.model.scorecard import ItemResult
from grader.model.status import ItemStatus
from grader.scoring.credit import credited_points
from grader.scoring.item_result import (
    case_groups,
    item_result,
    overall_status,
    summary_values,
    uses_what_is_forbidden,
)
from grader.scoring.notebook_item import remarks, scored_classes, told_cases, unasked_item

_TOPIC = "feedback2"
#: The recognised mistake that the rubric prices besides the check that fails by it.
_PRICED = "trains_while_evaluating"


def score_training_item(item: Item, observed: ItemEvidence, rubric: Rubric) -> ItemResult:
    """Points for the share of the case classes that pass; what else was noticed is told as feedback."""
    unasked = unasked_training_item(item, observed)
    if unasked is not None:
        return unasked
    groups = case_groups(item, observed)
    checks = scored_classes(item, groups, rubric)
    points = 0.0 if uses_what_is_forbidden(observed.cases) else credited_points(item, checks)
    slips, cost = _slips(item, observed, rubric)
    points *= 1.0 - cost
    status = overall_status(observed.cases, points, item.points)
    passed = sum(check.status is ItemStatus.PASSED for check in checks)
    values = summary_values(status, passed, len(checks), observed.cases)
    summary = Message(f"{_TOPIC}.{status.value}", {**values, "functions": _functions(item)})
    return item_result(item, points, status, [summary, *slips, *remarks(told_cases(groups, rubric), checks)], checks)


def _slips(item: Item, observed: ItemEvidence, rubric: Rubric) -> tuple[list[Message], float]:
    """The text of the priced mistake where it shows, and the share of the points that it costs."""
    if not any(_PRICED in case.matches for case in observed.cases):
        return [], 0.0
    cost = rubric.slips_of(item).trains_while_evaluating
    return [Message(f"slip.{_PRICED}.{'costs' if cost else 'warning'}")], cost


def unasked_training_item(item: Item, observed: ItemEvidence) -> ItemResult | None:
    """The verdict where no case could be put."""
    return unasked_item(item, observed, _TOPIC, _functions(item))


def _functions(item: Item) -> str:
    check = CHECKS[item.check]
    return ", ".join(check.functions) if isinstance(check, TrainingCheck) else ""
