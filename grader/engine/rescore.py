"""`rescore`: the stored evidence of a whole batch under a rubric, executing nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.engine import out_lock, overview
from grader.engine.out_folder import OutFolder
from grader.engine.run_log import RunLog
from grader.engine.scoring_again import ScoreChange, score_team
from grader.messages import catalogue
from grader.model.errors import UsageError
from grader.model.rubric import Rubric
from grader.model.status import SubmissionStatus
from grader.scoring.rubric_file import fingerprint


@dataclass(frozen=True, slots=True)
class RescoreSummary:
    """What changed; `unfinished` are teams whose last grading did not end, so that there is nothing whole to score."""

    changes: tuple[ScoreChange, ...]
    unfinished: tuple[str, ...]
    grader_errors: tuple[str, ...] = ()


def rescore(path: Path, rubric: Rubric) -> RescoreSummary:
    """Scores every team of OUT again. Raises UsageError if `path` is no OUT, cannot be written or is in use."""
    out = OutFolder(path)
    if not out.teams.is_dir():
        raise UsageError(catalogue().text("engine.no_out", out=path))
    out.prepare()
    with out_lock.held(out.lock):
        log = RunLog(out.log)
        log.write("rescore_started", rubric=fingerprint(rubric))
        teams = out.stored_teams()
        changes = {team: score_team(out.team(team), rubric) for team in teams}
        cards = overview.write(out, teams, rubric)
        summary = RescoreSummary(
            changes=tuple(change for change in changes.values() if change is not None),
            unfinished=tuple(team for team, change in changes.items() if change is None),
            grader_errors=tuple(card.team for card in cards if card.status is SubmissionStatus.GRADER_ERROR),
        )
        log.write(
            "rescore_finished", teams=len(summary.changes), changed=sum(change.changed for change in summary.changes)
        )
        return summary
