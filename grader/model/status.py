"""Every outcome has a name; none is expressed by a missing or special number."""

from __future__ import annotations

from enum import StrEnum


class SubmissionStatus(StrEnum):
    """What became of a hand-in as a whole."""

    GRADED = "graded"
    REJECTED = "rejected"
    GRADER_ERROR = "grader_error"


class ItemStatus(StrEnum):
    """Verdict on one rubric item (or on one of its checks)."""

    PASSED = "passed"
    PARTIAL = "partial"
    FAILED = "failed"
    ERROR = "error"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    MISSING = "missing"
    FORBIDDEN = "forbidden"
    MANUAL = "manual"
    SKIPPED = "skipped"


class CallOutcome(StrEnum):
    """How one call of a student's function ended, as seen from outside their process."""

    RETURNED = "returned"
    RAISED = "raised"
    TIMED_OUT = "timed_out"
    MEMORY = "memory"
    DIED = "died"  # killed by a signal, or its runner was
    EXITED = "exited"  # sys.exit, os._exit
    MISSING = "missing"  # no such function, or its module could not be imported
    FORBIDDEN = "forbidden"  # used a framework that the part forbids
    MALFORMED = "malformed"  # answered with something that is no valid frame
    NOT_RUN = "not_run"  # an earlier call of the item used up its time


class Visibility(StrEnum):
    """Who may see a case."""

    PUBLIC = "public"
    HIDDEN = "hidden"


class Severity(StrEnum):
    """Who should look at a flag, and how soon. `STAFF` flags never reach a student's report."""

    INFO = "info"
    WARNING = "warning"
    STAFF = "staff"
