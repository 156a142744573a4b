from __future__ import annotations

import re
from pathlib import Path

import pytest

import grader.report
from grader.messages import catalogue
from grader.model.evidence import IsolationUsed
from grader.model.isolation import IsolationLevel
from grader.model.status import ItemStatus, Severity, SubmissionStatus
from grader.report import class_page, html_report
from grader.report.symbols import SYMBOLS
from grader.report.wording import isolation_sentence, status_meaning, status_word
from tests.report.training_samples import CIFAR10, STAND_IN, UNASKED, training_arrays, training_card

ROOM = Path(grader.report.__file__).parent
#: Topics whose keys are put together from a value: a severity, a kind of output.
COMPUTED = ("report.severity.", "report.notebook.output.", "report.notebook.left_out.")
COMPUTED_OF_TRAINING = tuple(
    f"training_report.{name}"
    for name in (
        "asked.", "curve.", "data.stand_in_", "fact.", "figure.", "images.", "model.", "open.", "run.", "samples.",
    )
)  # fmt: skip
NAMED = re.compile(r"""["']((?:training_report|report|picture3|terminal|isolation)\.[a-z0-9_]+(?:\.[a-z0-9_]+)*)["']""")


@pytest.mark.parametrize("status", [*ItemStatus, *SubmissionStatus])
def test_every_status_has_word_meaning_and_sign(status):
    assert not status_word(status).startswith("[")
    assert not status_meaning(status).startswith("[")
    assert SYMBOLS[status].ascii.isascii()


def test_signs_of_different_item_statuses_differ():
    assert len({SYMBOLS[status].glyph for status in ItemStatus}) == len(ItemStatus)
    assert len({SYMBOLS[status].ascii for status in ItemStatus}) == len(ItemStatus)


@pytest.mark.parametrize("level", list(IsolationLevel))
def test_every_isolation_level_has_a_sentence_and_the_weak_ones_say_so(level: IsolationLevel):
    sentence = isolation_sentence(IsolationUsed(level, ("disk total", "orphans")))
    assert sentence.endswith("disk total; orphans.") == (level is not IsolationLevel.NONE)
    assert ("Not isolated" in sentence) == (level in {IsolationLevel.LIMITS, IsolationLevel.NONE})


@pytest.mark.parametrize("severity", list(Severity))
def test_every_severity_has_a_word(severity: Severity):
    assert f"report.severity.{severity.value}" in catalogue()


def test_every_text_that_the_room_names_exists_and_every_text_is_used():
    sources = [*ROOM.glob("*.py"), *ROOM.glob("templates/*.j2")]
    named = {key for source in sources for key in NAMED.findall(source.read_text(encoding="utf-8"))}
    assert {key for key in named if key not in catalogue() and not key.endswith(".j2")} == set()
    own = {key for key in catalogue().keys() if key.startswith(("report.", "terminal.", "training_report."))}
    computed = {key for key in own if key.startswith((*COMPUTED, *COMPUTED_OF_TRAINING))} | {
        "terminal.rejected",
        "terminal.grader_error",
        "training_report.writeup.size_one",
    }
    assert own - named - computed == set()


def test_no_page_on_part_2_shows_a_key_in_place_of_its_text():
    for data in (STAND_IN, UNASKED, CIFAR10):
        page = html_report.render(training_card(data), training_arrays) + class_page.render([training_card(data)])
        assert re.findall(r"\[[a-z0-9_]+\.[a-z0-9_.]+\]", page) == []
