"""Scores stored evidence again, executing nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.engine import job_record, kept_rubrics, team_result
from grader.engine.job_record import JobRecord
from grader.engine.out_folder import TeamFolder
from grader.engine.score_change import ItemChange, ScoreChange, differ
from grader.evidence import store
from grader.messages import catalogue, spoken
from grader.model.errors import InfrastructureError
from grader.model.evidence import Evidence
from grader.model.rubric import Rubric
from grader.model.scorecard import Scorecard
from grader.model.status import SubmissionStatus
from grader.report.wording import rounded
from grader.scoring.rubric_change import SettingChange, causes
from grader.scoring.rubric_file import fingerprint
from grader.scoring.score import grader_error, rejected, score


@dataclass(frozen=True, slots=True)
class ScoredAgain:
    """The verdict on a team under a rubric, and what changed by it."""

    card: Scorecard
    change: ScoreChange


def score_team(folder: TeamFolder, rubric: Rubric, rubrics: Path) -> ScoredAgain | None:
    """Scores one team again and writes its files; None where no finished result is stored.

    `rubrics` is where earlier rubrics are kept. A team whose evidence cannot be read keeps its files, and the next
    batch observes it again. Raises OSError.
    """
    record = job_record.read(folder.job)
    if record is None:
        return None
    evidence, card = _verdict(folder, record, rubric)
    before = team_result.stored_points(folder)
    if card.status is record.status:
        folder.prepare()
        try:
            team_result.write(folder, card, team_result.stored_arrays(folder) if evidence else lambda prefix: {})
        except InfrastructureError as error:  # arrays that cannot be read
            card = _fault(record, rubric, str(error))
    if card.status is not record.status:
        job_record.write(folder.job, dataclasses.replace(record, observed_rubric=""))
        return ScoredAgain(card, ScoreChange(folder.team, before.total, None, refused=card.reason))
    inputs = {**record.inputs, "language": spoken()}
    job_record.write(folder.job, dataclasses.replace(record, inputs=inputs, scored_rubric=fingerprint(rubric)))
    after = None if card.status is SubmissionStatus.GRADER_ERROR else rounded(card.score)
    points = {item.id: rounded(item.points) for item in card.items}
    moved = [
        name for name in dict.fromkeys((*before.items, *points)) if differ(before.items.get(name), points.get(name))
    ]
    why = _why(evidence, record, rubric, rubrics) if moved and evidence is not None else {}
    items = tuple(ItemChange(name, before.items.get(name), points.get(name), why.get(name, ())) for name in moved)
    return ScoredAgain(card, ScoreChange(folder.team, before.total, after, items))


def scorecard(folder: TeamFolder, record: JobRecord, rubric: Rubric) -> Scorecard:
    """The verdict under `rubric` on what is stored; evidence that cannot be read is the grader's fault, not the team's."""
    return _verdict(folder, record, rubric)[1]


def _verdict(folder: TeamFolder, record: JobRecord, rubric: Rubric) -> tuple[Evidence | None, Scorecard]:
    identity = (record.team, record.source, record.source_sha256)
    if record.status is SubmissionStatus.REJECTED:
        return None, rejected(*identity, record.reason, rubric, record.flags)
    if record.status is SubmissionStatus.GRADER_ERROR:
        return None, _fault(record, rubric, record.reason)
    try:
        evidence = store.load(folder.evidence)
    except InfrastructureError as error:
        return None, _fault(record, rubric, str(error))
    if evidence is None:
        return None, _fault(record, rubric, catalogue().text("engine.evidence_gone", folder=folder.evidence))
    try:
        return evidence, score(evidence, rubric)
    except Exception as error:
        # Evidence can be damaged and still look like evidence: that is one team's misfortune, not the class's.
        reason = f"{folder.evidence}: evidence cannot be scored: {type(error).__name__}: {error}"
        return None, _fault(record, rubric, reason.splitlines()[0])


def _fault(record: JobRecord, rubric: Rubric, reason: str) -> Scorecard:
    return grader_error(record.team, record.source, record.source_sha256, reason, rubric)


def _why(evidence: Evidence, record: JobRecord, rubric: Rubric, rubrics: Path) -> Mapping[str, tuple[str, ...]]:
    """By item: the causes in words."""
    texts = catalogue()
    names = [item.id for item in rubric.items]
    if record.scored_rubric == fingerprint(rubric):
        return dict.fromkeys(names, (texts.text("engine.why.same_rubric"),))
    old = kept_rubrics.find(rubrics, record.scored_rubric)
    if old is None:
        return dict.fromkeys(names, (texts.text("engine.why.rubric_not_kept"),))
    before = {item.id for item in old.items}
    added = {name: (texts.text("engine.why.item_added"),) for name in names if name not in before}
    removed = {name: (texts.text("engine.why.item_removed"),) for name in before if name not in names}
    told = {name: _words(name, changes) for name, changes in causes(evidence, old, rubric).items()}
    return {**told, **added, **removed}


def _words(item: str, changes: tuple[SettingChange, ...]) -> tuple[str, ...]:
    texts = catalogue()
    if not changes:
        return (texts.text("engine.why.same_rubric"),)
    key = "engine.why.setting" if all(change.item == item for change in changes) else "engine.why.setting_elsewhere"
    return tuple(
        texts.text(key, item=change.item, setting=change.setting, before=change.before, after=change.after)
        for change in changes
    )
