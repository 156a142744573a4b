"""The verdict on an item of Part 3: its case classes, each with points of its own, its slips and the reason."""

from __future__ import annotations

from collections.abc import Sequence

from grader.checks.table import VISUALISATION_CHECKS_BY_NAME
from grader.model.evidence import CaseEvidence, ItemEvidence
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

_TOPIC = "feedback3"


def score_visualisation_item(item: Item, observed: ItemEvidence, rubric: Rubric) -> ItemResult:
    """Points for the case classes that pass; what else was noticed is told as feedback."""
    functions = ", ".join(VISUALISATION_CHECKS_BY_NAME[item.check].functions)
    unasked = unasked_item(item, observed, _TOPIC, functions)
    if unasked is not None:
        return unasked
    groups = case_groups(item, observed)
    checks = scored_classes(item, groups, rubric)
    points = 0.0 if uses_what_is_forbidden(observed.cases) else credited_points(item, checks)
    slips, cost = _slips(item, observed.cases, rubric)
    points *= 1.0 - cost
    status = overall_status(observed.cases, points, item.points)
    passed = sum(check.status is ItemStatus.PASSED for check in checks)
    values = summary_values(status, passed, len(checks), observed.cases)
    summary = Message(f"{_TOPIC}.{status.value}", {**values, "functions": functions})
    return item_result(item, points, status, [summary, *slips, *remarks(told_cases(groups, rubric), checks)], checks)


def _slips(item: Item, cases: Sequence[CaseEvidence], rubric: Rubric) -> tuple[list[Message], float]:
    """The text of an input that was changed in place, and the share of the points that it costs."""
    changed = sorted({name for case in cases for name in case.changed_inputs})
    if not changed:
        return [], 0.0
    cost = rubric.slips_of(item).input_changed
    return [Message(f"slip.input_changed.{'costs' if cost else 'warning'}", {"names": ", ".join(changed)})], cost
