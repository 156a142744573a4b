"""The verdict on one case class of an item: it passes if all of its cases do."""

from __future__ import annotations

import builtins
from collections.abc import Sequence

from grader.model.evidence import CaseEvidence
from grader.model.message import Message
from grader.model.rubric import Tolerance
from grader.model.scorecard import CheckResult
from grader.model.status import CallOutcome, ItemStatus, Visibility
from grader.scoring.answers import SLIP_ANSWERS, limit, passes
from grader.scoring.diagnosis import case_hint
from grader.scoring.message_keys import problem_message
from grader.scoring.smallest import smallest_failing

_OUTCOME_STATUS = {
    CallOutcome.TIMED_OUT: ItemStatus.TIMEOUT,
    CallOutcome.NOT_RUN: ItemStatus.SKIPPED,
    CallOutcome.MEMORY: ItemStatus.MEMORY,
    CallOutcome.FORBIDDEN: ItemStatus.FORBIDDEN,
    CallOutcome.MISSING: ItemStatus.MISSING,
}


def score_class(
    name: str,
    cases: Sequence[CaseEvidence],
    reading: str | None,
    tolerance: Tolerance,
    tell: str,
    smaller: Sequence[CaseEvidence] = (),
) -> CheckResult:
    """Judges `cases` (public ones first) in `reading`; a slip that has its own price counts as right here.

    `smaller` is where a smaller case that fails alike is looked for, to be shown; the verdict does not depend on it.
    """
    failing = next((case for case in cases if not passes(case, reading, tolerance)), None)
    measured = [error for case in cases if (error := measured_error(case, reading, tolerance)) is not None]
    limits = [limit(case, tolerance) for case in cases if case.errors]
    worst, widest = max(measured, default=None), max(limits, default=None)
    if failing is None:
        return CheckResult(name, ItemStatus.PASSED, Message("check.passed"), worst, widest)
    if failing.visibility is Visibility.HIDDEN and tell == "nothing":
        hidden = Message("check.hidden_untold")
        return CheckResult(name, _status(failing), hidden, worst, widest)
    error = measured_error(failing, reading, tolerance)
    hint = case_hint(cases, reading, tolerance)
    public = failing.visibility is Visibility.PUBLIC
    shown = smallest_failing(failing, smaller, hint, reading, tolerance) if public else failing
    return CheckResult(
        id=name,
        status=_status(failing),
        message=_message(shown, error, limit(failing, tolerance)),
        measured=worst if error is None else error,
        limit=widest if error is None else limit(failing, tolerance),
        hint=hint,
        failing=shown if public else None,
        failing_answer=reading or "",
        larger=failing if public and shown is not failing else None,
    )


def measured_error(case: CaseEvidence, reading: str | None, tolerance: Tolerance) -> float | None:
    """The largest relative error to the reading (or to a priced slip's answer, where that is what was given)."""
    if reading is None or reading not in case.errors:
        return None
    errors = [max(case.errors[answer].values()) for answer in (reading, *SLIP_ANSWERS) if answer in case.errors]
    return min(errors)


def _status(case: CaseEvidence) -> ItemStatus:
    if case.outcome is CallOutcome.RETURNED:
        return ItemStatus.FAILED
    return _OUTCOME_STATUS.get(case.outcome, ItemStatus.ERROR)


def _message(case: CaseEvidence, error: float | None, allowed: float) -> Message:
    """Why the case fails. Of a hidden case nothing is told that its inputs could stand in."""
    values = {"error": f"{error:.2g}" if error is not None else "", "limit": f"{allowed:.0g}"}
    if case.visibility is Visibility.HIDDEN:
        if case.outcome is not CallOutcome.RETURNED:
            return Message(f"hidden.{case.outcome.value}", {"reason": _kind_of_error(case)})
        return Message("hidden.problem") if case.problems else Message("hidden.wrong_values", values)
    if case.outcome is not CallOutcome.RETURNED:
        reason = "" if case.error is None else f"{case.error.type}: {case.error.message}"
        return Message(f"check.{case.outcome.value}", {"reason": reason, "detail": case.detail})
    if case.problems:
        return problem_message(case.problems[0])
    return Message("check.wrong_values", values)


def _kind_of_error(case: CaseEvidence) -> str:
    """The exception's class where Python knows it; a name of the student's own could carry anything."""
    known = case.error is not None and isinstance(getattr(builtins, case.error.type, None), type)
    return case.error.type if known and case.error is not None else "an exception"
