"""Scores stored evidence again, executing nothing."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from grader.engine import job_record, team_result
from grader.engine.job_record import JobRecord
from grader.engine.out_folder import TeamFolder
from grader.evidence import store
from grader.messages import catalogue
from grader.model.errors import InfrastructureError
from grader.model.rubric import Rubric
from grader.model.scorecard import Scorecard
from grader.model.status import SubmissionStatus
from grader.scoring.rubric_file import fingerprint
from grader.scoring.score import grader_error, rejected, score


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """A team's points before and after; None where there are none (no result, or the grader failed)."""

    team: str
    before: float | None
    after: float | None

    @property
    def changed(self) -> bool:
        if self.before is None or self.after is None:
            return self.before is not self.after
        return abs(self.after - self.before) > 1e-9

    @property
    def difference(self) -> str:
        """The change with its sign; empty where one of the two is not known."""
        return "" if self.before is None or self.after is None else f"{self.after - self.before:+g}"


def scorecard(folder: TeamFolder, record: JobRecord, rubric: Rubric) -> Scorecard:
    """The verdict under `rubric` on what is stored; evidence that cannot be read is the grader's fault, not the team's."""
    identity = (record.team, record.source, record.source_sha256)
    if record.status is SubmissionStatus.REJECTED:
        return rejected(*identity, record.reason, rubric, record.flags)
    if record.status is SubmissionStatus.GRADER_ERROR:
        return grader_error(*identity, record.reason, rubric)
    try:
        evidence = store.load(folder.evidence)
    except InfrastructureError as error:
        return grader_error(*identity, str(error), rubric)
    if evidence is None:
        reason = catalogue().text("engine.evidence_gone", folder=folder.evidence)
        return grader_error(*identity, reason, rubric)
    return score(evidence, rubric)


def score_team(folder: TeamFolder, rubric: Rubric) -> ScoreChange | None:
    """Scores one team again and writes its files; None where no finished result is stored. Raises OSError."""
    record = job_record.read(folder.job)
    if record is None:
        return None
    before = team_result.stored_score(folder)
    card = scorecard(folder, record, rubric)
    if card.status is not record.status:
        record = dataclasses.replace(record, status=card.status, reason=card.reason)
    folder.prepare()
    has_evidence = record.status is SubmissionStatus.GRADED
    team_result.write(folder, card, team_result.stored_arrays(folder) if has_evidence else lambda prefix: {})
    job_record.write(folder.job, dataclasses.replace(record, scored_rubric=fingerprint(rubric)))
    after = None if card.status is SubmissionStatus.GRADER_ERROR else card.score
    return ScoreChange(folder.team, before, after)
