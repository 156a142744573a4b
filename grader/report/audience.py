"""What a reader may see. Hidden cases and suspicions stay with the staff, whatever a scorecard holds."""

from __future__ import annotations

from collections.abc import Sequence

from grader.model.evidence import CaseEvidence
from grader.model.scorecard import CheckResult
from grader.model.status import Severity, Visibility
from grader.model.submission import Flag


def flags_for_student(flags: Sequence[Flag]) -> list[Flag]:
    """The flags that a team may read: all but those of severity `STAFF`."""
    return [flag for flag in flags if flag.severity is not Severity.STAFF]


def public_failing_case(check: CheckResult) -> CaseEvidence | None:
    """The check's smallest failing case if it is a public one."""
    return _if_public(check.failing)


def public_larger_case(check: CheckResult) -> CaseEvidence | None:
    """The failing case of the check's own kind, where a smaller one is shown, if it is a public one."""
    return _if_public(check.larger)


def _if_public(case: CaseEvidence | None) -> CaseEvidence | None:
    return case if case is not None and case.visibility is Visibility.PUBLIC else None
