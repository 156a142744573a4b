"""The verdict on one submission."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.model.evidence import Evidence
from grader.model.rubric import AccuracyScale, Item, Ramp, Rubric
from grader.model.scorecard import ItemResult, Scorecard
from grader.model.status import SubmissionStatus
from grader.model.submission import Flag
from grader.scoring.answers import accepted_answers
from grader.scoring.credit import ramp_for
from grader.scoring.flags import notebook_flags
from grader.scoring.item import score_item
from grader.scoring.rubric_file import fingerprint
from grader.scoring.stored_answers import stored_answer_flags
from grader.scoring.training_flags import training_flags


def score(evidence: Evidence, rubric: Rubric) -> Scorecard:
    """Applies `rubric` to `evidence`. Items that were not observed (a part left out) are `skipped`."""
    results = tuple(_item(evidence, rubric, item) for item in rubric.items)
    return Scorecard(
        team=evidence.submission.team,
        source=evidence.submission.source,
        source_sha256=evidence.submission.source_sha256,
        status=SubmissionStatus.GRADED,
        items=results,
        flags=(
            *evidence.submission.flags,
            *stored_answer_flags(evidence, rubric),
            *notebook_flags(evidence, rubric),
            *training_flags(evidence, rubric),
        ),
        seconds=evidence.seconds,
        seed=evidence.seed,
        isolation=evidence.isolation,
        limits=evidence.limits,
        environment=evidence.environment,
        rubric_sha256=fingerprint(rubric),
        data=evidence.data,
        network=evidence.network,
        training={part: notebook.training for part, notebook in evidence.notebooks.items() if notebook.training},
    )


def rejected(
    team: str, source: str, source_sha256: str, reason: str, rubric: Rubric, flags: Sequence[Flag] = ()
) -> Scorecard:
    """The card of a hand-in from which nothing could be graded; `flags` are what the inbox told of it."""
    card = _ungraded(SubmissionStatus.REJECTED, team, source, source_sha256, reason, rubric)
    return replace(card, flags=tuple(flags))


def grader_error(team: str, source: str, source_sha256: str, reason: str, rubric: Rubric) -> Scorecard:
    """The card of a submission that the grader itself failed on; it says nothing about the student."""
    return _ungraded(SubmissionStatus.GRADER_ERROR, team, source, source_sha256, reason, rubric)


def _ungraded(
    status: SubmissionStatus, team: str, source: str, source_sha256: str, reason: str, rubric: Rubric
) -> Scorecard:
    return Scorecard(
        team, source, source_sha256, status, reason=reason, full_points=rubric.total, rubric_sha256=fingerprint(rubric)
    )


def _item(evidence: Evidence, rubric: Rubric, item: Item) -> ItemResult:
    observed = evidence.items.get(item.id)
    result = score_item(item, observed, rubric, accepted_answers(evidence, rubric, item), evidence.data)
    if observed is None:
        return result
    return replace(result, accuracy=observed.accuracy, scale=_scale(evidence, item), writeup=observed.writeup)


def _scale(evidence: Evidence, item: Item) -> Ramp | None:
    """How the item's points follow from an accuracy on the data that was used; None where they do not."""
    if not isinstance(item.credit, AccuracyScale) or evidence.data is None:
        return None
    return ramp_for(item.credit, evidence.data)
