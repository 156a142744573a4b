"""`rescore`: the stored evidence of a whole batch under a rubric, executing nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.engine import atomic_file, out_lock, overview, score_change
from grader.engine.out_folder import OutFolder
from grader.engine.run_log import RunLog
from grader.engine.score_change import ScoreChange
from grader.engine.scoring_again import score_team
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
    """Scores every team of OUT again, and writes what changed into ``OUT/rescore.csv``. Raises UsageError if `path` is no OUT, cannot be written or is in use."""
    out = OutFolder(path)
    if not out.teams.is_dir():
        raise UsageError(catalogue().text("engine.no_out", out=path))
    out.prepare()
    with out_lock.held(out.lock):
        log = RunLog(out.log)
        log.write("rescore_started", rubric=fingerprint(rubric))
        teams = out.stored_teams()
        scored = {team: score_team(out.team(team), rubric, out.rubrics) for team in teams}
        known = {team: again.card for team, again in scored.items() if again is not None}
        changes = tuple(again.change for again in scored.values() if again is not None)
        cards = overview.write(out, known, rubric, known=known)
        atomic_file.write(out.rescored, score_change.as_csv(changes))
        summary = RescoreSummary(
            changes=changes,
            unfinished=tuple(team for team in teams if team not in known),
            grader_errors=tuple(card.team for card in cards if card.status is SubmissionStatus.GRADER_ERROR),
        )
        log.write(
            "rescore_finished", teams=len(summary.changes), changed=sum(change.changed for change in summary.changes)
        )
        return summary
