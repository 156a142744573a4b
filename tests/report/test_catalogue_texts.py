from __future__ import annotations

import re
from pathlib import Path

import pytest

import grader.report
from grader.messages import catalogue
from grader.model.evidence import IsolationUsed
from grader.model.isolation import IsolationLevel
from grader.model.status import ItemStatus, Severity, SubmissionStatus
from grader.report.symbols import SYMBOLS
from grader.report.wording import isolation_sentence, status_meaning, status_word

ROOM = Path(grader.report.__file__).parent
#: Topics whose keys are put together from a value: a severity, a kind of output.
COMPUTED = ("report.severity.", "report.notebook.output.", "report.notebook.left_out.")
NAMED = re.compile(r"""["']((?:report|terminal|isolation)\.[a-z0-9_]+(?:\.[a-z0-9_]+)*)["']""")


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
    own = {key for key in catalogue().keys() if key.startswith(("report.", "terminal."))}
    computed = {key for key in own if key.startswith(COMPUTED)} | {
        "terminal.rejected",
        "terminal.grader_error",
    }
    assert own - named - computed == set()
