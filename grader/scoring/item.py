"""The verdict on one item, by the kind of evidence that there is of it."""

from __future__ import annotations

from collections.abc import Sequence

from grader.checks.table import LAYER_CHECKS_BY_NAME, VISUALISATION_CHECKS_BY_NAME
from grader.model.evidence import DataUsed, ItemEvidence
from grader.model.message import Message
from grader.model.rubric import AccuracyScale, Item, Manual, Rubric
from grader.model.scorecard import ItemResult
from grader.model.status import ItemStatus
from grader.scoring.accuracy_item import score_accuracy_item
from grader.scoring.item_result import item_result
from grader.scoring.layer_item import score_layer_item
from grader.scoring.training_item import score_training_item
from grader.scoring.visualisation_item import score_visualisation_item
from grader.scoring.writeup_item import score_writeup_item


def score_item(
    item: Item, observed: ItemEvidence | None, rubric: Rubric, accepted: Sequence[str], data: DataUsed | None
) -> ItemResult:
    """`accepted` are the readings to judge in (empty: any); `data` says which images an accuracy is about.

    What was not observed (a part left out), or could not be asked here, is `skipped`: no points, and none lost.
    """
    if observed is None:
        return item_result(item, 0.0, ItemStatus.SKIPPED, [Message("feedback.skipped")])
    if observed.not_asked:
        return item_result(item, 0.0, ItemStatus.SKIPPED, [Message(f"skipped.{observed.not_asked}")])
    if isinstance(item.credit, AccuracyScale):
        return score_accuracy_item(item, item.credit, observed, data)
    if isinstance(item.credit, Manual):
        return score_writeup_item(item, observed)
    if item.check in LAYER_CHECKS_BY_NAME:
        return score_layer_item(item, observed, rubric, accepted)
    if item.check in VISUALISATION_CHECKS_BY_NAME:
        return score_visualisation_item(item, observed, rubric)
    return score_training_item(item, observed, rubric)
