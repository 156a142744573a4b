"""Reads case evidence as the rubric's rule does: right within a tolerance and without a breach."""

from __future__ import annotations

from collections.abc import Mapping

from grader.model.evidence import CaseEvidence
from grader.model.status import CallOutcome

#: Right answers are a hundred times nearer, wrong ones a hundred times further.
TOLERANCE = 1e-3


def passes(case: CaseEvidence) -> bool:
    errors = case.errors.get("contract")
    return (
        case.outcome is CallOutcome.RETURNED
        and not case.problems
        and bool(errors)
        and max(errors.values()) <= TOLERANCE
    )


def failing(cases: Mapping[str, CaseEvidence]) -> set[str]:
    return {group for group, case in cases.items() if not passes(case)}


def told(cases: Mapping[str, CaseEvidence]) -> set[str]:
    """Ids of all recognised mistakes and breaches."""
    found = [*(match for case in cases.values() for match in case.matches)]
    return {*found, *(problem.id for case in cases.values() for problem in case.problems)}
