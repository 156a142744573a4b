"""Names the mistake where the evidence shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from grader.model.evidence import CaseEvidence, ItemEvidence
from grader.model.message import Message
from grader.model.rubric import Tolerance
from grader.model.scorecard import CheckResult
from grader.model.status import CallOutcome, ItemStatus, Visibility
from grader.scoring.answers import limit, readings, within
from grader.scoring.dependence import ONLY_WHERE, only_where
from grader.scoring.message_keys import hint_message

#: A gradient this close to the central difference of the student's own forward pass is that pass's gradient.
OWN_FORWARD_LIMIT = 1e-3

#: Rounding every number to float16 costs 5e-4 of it; sums of a few dozen stay below this, and every known mistake above.
ROUNDING_LIMIT = 5e-3


def case_hint(cases: Sequence[CaseEvidence], reading: str | None, tolerance: Tolerance) -> Message | None:
    """A hint for one case class: a misconception that all its wrong answers share, or that they are wrong by rounding."""
    wrong = [case for case in cases if case.outcome is CallOutcome.RETURNED and not _right(case, reading, tolerance)]
    shared = _shared(wrong)
    if shared:
        return hint_message(shared)
    if wrong and all(_rounded(case, reading) for case in wrong):
        return Message("hint.rounded")
    return None


def _rounded(case: CaseEvidence, reading: str | None) -> bool:
    errors = case.errors.get(reading or "")
    return bool(errors) and max(errors.values()) <= ROUNDING_LIMIT


def _right(case: CaseEvidence, reading: str | None, tolerance: Tolerance) -> bool:
    return reading is not None and not case.problems and within(case, reading, tolerance)


def _shared(wrong: Sequence[CaseEvidence]) -> str | None:
    """The first misconception that explains every one of these cases."""
    if not wrong:
        return None
    common = [name for name in wrong[0].matches if all(name in case.matches for case in wrong)]
    return common[0] if common else None


def item_hint(
    observed: ItemEvidence,
    checks: Sequence[CheckResult],
    accepted: Sequence[str],
    reading: str | None,
    tolerance: Tolerance,
) -> Message | None:
    """A hint for the whole item, where the case classes together show more than each alone."""
    if all(check.status is ItemStatus.PASSED for check in checks):
        return None
    if _two_conventions(observed, tolerance):
        return Message("hint.two_padding_conventions")
    if accepted and _right_in_another(observed, accepted, tolerance):
        return Message("hint.padding_differs_from_forward")
    if any(_gradient_of_own_forward(case, accepted, tolerance) for case in observed.cases):
        return Message("hint.gradient_of_own_forward")
    hints = [check.hint and check.hint.key for check in checks if check.status is not ItemStatus.PASSED]
    hinted = Counter(hint for hint in hints if hint is not None)
    # What most failures are instances of says more than a condition; what few are may be a coincidence.
    if 2 * max(hinted.values(), default=0) >= len(hints):
        return None
    public = [case for case in observed.cases if case.visibility is Visibility.PUBLIC]
    condition = only_where([*observed.smaller, *public], reading, tolerance)
    if condition is not None or hinted:
        return condition
    return _wrong_outputs(public, reading, tolerance)


def outshone(checks: Sequence[CheckResult], hint: Message | None) -> Sequence[CheckResult]:
    """The checks without hints of their own, where one condition on sizes explains every failure of the item.

    A misconception that fits only some of them then fits by chance: tiny cases leave room for coincidence.
    """
    if hint is None or not hint.key.startswith(ONLY_WHERE):
        return checks
    return [replace(check, hint=None) for check in checks]


def _wrong_outputs(cases: Sequence[CaseEvidence], reading: str | None, tolerance: Tolerance) -> Message | None:
    """Which of several returned arrays are wrong, if the others are right in every case."""
    if any(reading not in case.errors for case in cases):
        return None
    names = list(cases[0].errors[reading or ""]) if cases else []
    wrong = [name for name in names if any(case.errors[reading or ""][name] > limit(case, tolerance) for case in cases)]
    right = [name for name in names if name not in wrong]
    if not wrong or not right:
        return None
    return Message("hint.wrong_outputs", {"wrong": ", ".join(wrong), "right": ", ".join(right)})


def _gradient_of_own_forward(case: CaseEvidence, accepted: Sequence[str], tolerance: Tolerance) -> bool:
    own = case.own_forward_error
    if own is None or own > OWN_FORWARD_LIMIT or not case.errors:
        return False
    return not any(within(case, name, tolerance) for name in accepted or readings([case]))


def _two_conventions(observed: ItemEvidence, tolerance: Tolerance) -> bool:
    """Every case is right in some reading, but no reading is right in every case."""
    names = readings(observed.cases)
    if len(names) < 2 or any(case.outcome is not CallOutcome.RETURNED for case in observed.cases):
        return False
    each = all(any(within(case, name, tolerance) for name in names) for case in observed.cases)
    return each and not any(all(within(case, name, tolerance) for case in observed.cases) for name in names)


def _right_in_another(observed: ItemEvidence, accepted: Sequence[str], tolerance: Tolerance) -> bool:
    others = [name for name in readings(observed.cases) if name not in accepted]
    return any(all(within(case, name, tolerance) for case in observed.cases) for name in others)
