"""What is stored of a submission on which the grader itself failed: never points, and tried again by the next run."""

from __future__ import annotations

from grader.engine import job_record, team_result
from grader.engine.job import Job, JobOutcome
from grader.engine.job_failure import JobFailure
from grader.engine.job_record import JobRecord
from grader.model.rubric import Rubric
from grader.model.status import SubmissionStatus
from grader.scoring.rubric_file import fingerprint
from grader.scoring.score import grader_error


def store(job: Job, failure: JobFailure, rubric: Rubric) -> JobOutcome:
    """Writes the `grader_error` result; where even that fails (a full disk, say), the outcome says so."""
    candidate = job.candidate
    card = grader_error(candidate.team, candidate.source, job.inputs["handin"], failure.reason, rubric)
    sha256 = fingerprint(rubric)
    record = JobRecord(
        team=card.team,
        source=card.source,
        source_sha256=card.source_sha256,
        status=card.status,
        inputs=job.inputs,
        observed_rubric=sha256,
        scored_rubric=sha256,
        reason=failure.reason,
    )
    reason = failure.reason
    try:
        job.folder.prepare()
        job.folder.job.unlink(missing_ok=True)
        team_result.write(job.folder, card, lambda prefix: {})
        job_record.write(job.folder.job, record)
    except OSError as error:
        reason = f"{reason}; {error}"
    return JobOutcome(card.team, SubmissionStatus.GRADER_ERROR, "observed", 0.0, card.max_score, 0.0, reason)
