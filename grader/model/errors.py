"""Errors of the grader itself. What a student's code raises is never one of these: it is an observation.

GraderError
├── UsageError                 the caller can mend it; exit 2
│   ├── RubricError            a rubric file does not validate
│   └── IsolationTooWeak       this machine offers less isolation than was asked for
├── SubmissionRejected         nothing in the hand-in can be graded; the batch goes on
└── InfrastructureError        the grader's own fault: retried, then `grader_error`; exit 3
"""

from __future__ import annotations


class GraderError(Exception):
    """Base of every error that the grader raises on purpose; its text is one line for a person."""


class UsageError(GraderError):
    """Bad usage or unreadable input: what, where, what to do."""


class RubricError(UsageError):
    """A rubric does not validate; the text names file, line, key, value found and values allowed."""

    @classmethod
    def at(cls, file: str, line: int | None, key: str, found: object, allowed: str) -> RubricError:
        place = f"{file}:{line}" if line is not None else file
        return cls(f"{place}: {key}: found {found!r}, allowed: {allowed}")


class IsolationTooWeak(UsageError):
    """The strongest isolation level that works here is below the one asked for."""


class SubmissionRejected(GraderError):
    """A hand-in from which nothing can be graded; the text is the reason that the report shows."""


class InfrastructureError(GraderError):
    """The grader could not do its part (child did not start, disk full, worker killed). Never costs points."""
