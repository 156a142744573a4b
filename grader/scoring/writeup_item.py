"""The verdict on text that a person grades: whether there is something to read."""

from __future__ import annotations

from grader.model.evidence import ItemEvidence
from grader.model.message import Message
from grader.model.rubric import Item
from grader.model.scorecard import ItemResult
from grader.model.status import ItemStatus
from grader.scoring.item_result import item_result


def score_writeup_item(item: Item, observed: ItemEvidence) -> ItemResult:
    """Points are pending where something was written; a text that is missing earns none and keeps nobody waiting."""
    state = observed.writeup.state if observed.writeup is not None else "empty"
    status = ItemStatus.MANUAL if state == "written" else ItemStatus.MISSING
    return item_result(item, 0.0, status, [Message(f"feedback2.writeup.{state}")])
