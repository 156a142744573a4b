"""Takes one hand-in: opens it, unpacks it under the limits, and rebuilds the work folder it stands for."""

from __future__ import annotations

from grader.intake.candidate import Candidate
from grader.intake.handout import Handout
from grader.intake.rebuild import rebuild
from grader.intake.source import unpack_candidate
from grader.messages import catalogue
from grader.model.errors import UsageError
from grader.model.limits import IntakeLimits
from grader.model.submission import Submission


def take_in(candidate: Candidate, handout: Handout, limits: IntakeLimits | None = None) -> Submission:
    """Take `candidate` in.

    Raises SubmissionRejected with the reason where nothing of it can be graded or not all of it is there, UsageError
    where its path is gone, and InfrastructureError where this machine could not read it.
    """
    limits = limits if limits is not None else IntakeLimits()
    if not candidate.path.exists():
        raise UsageError(catalogue().text("intake.no_such_path", path=candidate.path))
    unpacked, source_sha256 = unpack_candidate(candidate, limits)
    return rebuild(candidate, unpacked, source_sha256, handout, limits)
