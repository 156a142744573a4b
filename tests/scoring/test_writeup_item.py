"""Text that a person grades: pending where it was written, missing where it was not."""

import pytest

from grader.messages import catalogue
from grader.model.evidence import WriteupEvidence
from grader.model.scorecard import Scorecard
from grader.model.status import ItemStatus
from grader.scoring import rubric_file
from grader.scoring.score import score
from tests.scoring.evidence_builder import RUBRIC_FILE, evidence, item

RUBRIC = rubric_file.load(RUBRIC_FILE)
ITEM = "p2.better.writeup"


def card(writeup: WriteupEvidence | None, **more: object) -> Scorecard:
    items = tuple(entry for entry in RUBRIC.items if entry.id == ITEM)
    rubric = RUBRIC.model_copy(update={"items": items})
    return score(evidence({ITEM: item("better.writeup", writeup=writeup, **more)}), rubric)


def test_a_written_text_waits_for_a_person() -> None:
    found = card(WriteupEvidence("written", ("We tried three depths.",)))
    assert (found.items[0].status, found.score, found.pending_points) == (ItemStatus.MANUAL, 0, 5)
    assert not found.provisional and found.items[0].writeup is not None


@pytest.mark.parametrize(
    "writeup", [WriteupEvidence("untouched", ("Describe your design.",)), WriteupEvidence("empty"), None]
)
def test_a_text_that_is_not_there_is_missing_and_nobody_waits_for_it(writeup: WriteupEvidence | None) -> None:
    found = card(writeup, implementation="absent" if writeup is None else "written")
    assert (found.items[0].status, found.score, found.pending_points) == (ItemStatus.MISSING, 0, 0)
    assert catalogue().text(found.items[0].feedback[0])
