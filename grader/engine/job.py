"""One submission: hand-in → evidence → scorecard → files. Doing it twice does no harm."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from grader.engine import appendix, job_record, team_result
from grader.engine.job_record import JobRecord
from grader.engine.observing import Observing
from grader.engine.out_folder import TeamFolder
from grader.engine.settings import RunSettings
from grader.evidence import store
from grader.intake import take_in
from grader.intake.candidate import Candidate
from grader.messages import speaking
from grader.model.errors import InfrastructureError, SubmissionRejected
from grader.model.evidence import Evidence
from grader.model.scorecard import Scorecard
from grader.model.status import SubmissionStatus
from grader.model.submission import Submission
from grader.scoring.rubric_file import fingerprint
from grader.scoring.score import rejected, score

#: What a job had to do: run the student's code, or score (or reject) without running anything.
Work = Literal["observed", "scored"]


@dataclass(frozen=True, slots=True)
class Job:
    """What to grade and where to put it. `inputs` are the fingerprints to note; `reuse` allows stored evidence."""

    candidate: Candidate
    folder: TeamFolder
    inputs: Mapping[str, str]
    reuse: bool = True


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """How a job ended, small enough to send between processes."""

    team: str
    status: SubmissionStatus
    work: Work
    score: float
    max_score: float
    seconds: float
    reason: str = ""


class Grader:
    """What grading needs and is dear to make, kept for many submissions."""

    def __init__(self, settings: RunSettings):
        self._settings = settings
        self._rubric_sha256 = fingerprint(settings.rubric)
        self._observing = Observing(settings)

    def close(self) -> None:
        """Ends the executors' processes and deletes their work folders."""
        self._observing.close()

    def grade(self, job: Job) -> JobOutcome:
        """Grades and stores one submission. Whatever is raised is the grader's fault, and nothing counts as done."""
        with speaking(self._settings.language):
            job.folder.prepare()
            try:
                submission = take_in(job.candidate, self._observing.handout, self._observing.limits)
            except SubmissionRejected as error:
                return self._reject(job, str(error))
            return self._observe_and_score(job, submission)

    def _reject(self, job: Job, reason: str) -> JobOutcome:
        candidate = job.candidate
        card = rejected(
            candidate.team, candidate.source, job.inputs["handin"], reason, self._settings.rubric, candidate.flags
        )
        job.folder.job.unlink(missing_ok=True)
        shutil.rmtree(job.folder.evidence, ignore_errors=True)
        appendix.remove(job.folder)
        team_result.write(job.folder, card, lambda prefix: {})
        return self._done(job, card, "scored")

    def _observe_and_score(self, job: Job, submission: Submission) -> JobOutcome:
        settings = self._settings
        stored = stored_evidence(job.folder) if job.reuse else None
        observed = self._observing.observe(submission, stored)
        evidence = observed.evidence
        if stored is not None and not observed.fresh:
            evidence = dataclasses.replace(evidence, seconds=stored.seconds)
        # From here to the last line the folder does not count as done: a kill in between leaves a job to do again.
        job.folder.job.unlink(missing_ok=True)
        store.save(job.folder.evidence, evidence, observed.arrays, observed.executed)
        if settings.appendix:
            appendix.write(job.folder, submission.team)
        elif observed.fresh:
            appendix.remove(job.folder)
        card = score(evidence, settings.rubric)
        team_result.write(job.folder, card, team_result.stored_arrays(job.folder))
        return self._done(job, card, "observed" if observed.fresh else "scored")

    def _done(self, job: Job, card: Scorecard, work: Work) -> JobOutcome:
        record = JobRecord(
            team=card.team,
            source=card.source,
            source_sha256=card.source_sha256,
            status=card.status,
            inputs=job.inputs,
            observed_rubric=self._rubric_sha256,
            scored_rubric=self._rubric_sha256,
            reason=card.reason,
            flags=card.flags if card.status is SubmissionStatus.REJECTED else (),
        )
        job_record.write(job.folder.job, record)
        return JobOutcome(card.team, card.status, work, card.score, card.max_score, card.seconds, card.reason)


def stored_evidence(folder: TeamFolder) -> Evidence | None:
    """The evidence of an earlier run; None where there is none, or not all of it can be read."""
    try:
        evidence = store.load(folder.evidence)
        store.load_arrays(folder.evidence)
        return evidence
    except InfrastructureError:
        return None
