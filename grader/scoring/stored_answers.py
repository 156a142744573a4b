"""A flag for hand-ins that know the public cases' answers instead of computing them. Points do not change by it."""

from __future__ import annotations

from collections.abc import Sequence

from grader.model.evidence import CaseEvidence, Evidence, ItemEvidence
from grader.model.rubric import Rubric
from grader.model.status import CallOutcome, Severity, Visibility
from grader.model.submission import Flag

#: Relative errors: what is right, and what no rounding explains.
_EXACT, _WRONG = 1e-9, 1e-2


def stored_answer_flags(evidence: Evidence, rubric: Rubric) -> tuple[Flag, ...]:
    """One flag with all the items of Part 1 that give it away."""
    found = [item.id for item in rubric.items if item.part == 1 and _by_heart(evidence.items.get(item.id))]
    return (Flag("answers_stored", Severity.STAFF, {"items": ", ".join(found)}),) if found else ()


def _by_heart(item: ItemEvidence | None) -> bool:
    """Whether every public case is answered exactly and every hidden one by wrong values.

    Each class has hidden cases of the same structure as its public one, and some classes of the same sizes too. A function
    that computes and is right in all of the one cannot be wrong in all of the other. One that raises or dies may have
    other reasons.
    """
    if item is None:
        return False
    public = [case for case in item.cases if case.visibility is Visibility.PUBLIC]
    hidden = [case for case in item.cases if case.visibility is Visibility.HIDDEN]
    return bool(public and hidden) and _all_exact(public) and all(_wrong(case) for case in hidden)


def _all_exact(cases: Sequence[CaseEvidence]) -> bool:
    return all(_error(case) is not None and _error(case) <= _EXACT for case in cases)  # type: ignore[operator]


def _wrong(case: CaseEvidence) -> bool:
    error = _error(case)
    return case.outcome is CallOutcome.RETURNED and (bool(case.problems) or (error is not None and error > _WRONG))


def _error(case: CaseEvidence) -> float | None:
    """Relative error to the nearest accepted answer; None where nothing could be compared."""
    if case.outcome is not CallOutcome.RETURNED or case.problems or not case.errors:
        return None
    return min(max(errors.values()) for errors in case.errors.values())
