"""The grader's own fault in one job, as a value: not every exception can be sent between processes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JobFailure:
    """`reason` is one line, `details` a traceback (may be empty)."""

    reason: str
    details: str = ""
