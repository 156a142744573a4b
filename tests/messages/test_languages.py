"""Every language says the same things, in the same places, with the same values."""

from __future__ import annotations

import string
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import grader.messages
from grader.messages import LANGUAGES, catalogue, speaking, spoken
from grader.messages.catalogue import Catalogue, own_texts
from grader.messages.language import ENGLISH

FOLDER = Path(grader.messages.__file__).parent
OTHERS = [language for language in LANGUAGES if language != ENGLISH]

#: What a student reads and is translated in full; of Parts 2 and 3 the verdicts.
TRANSLATED = ("check", "feedback", "feedback2", "feedback3", "flag", "hidden", "hint", "isolation", "item", "problem",
              "report", "skipped", "slip", "status", "terminal", "watch")  # fmt: skip

#: Read by staff alone, who read English.
FOR_STAFF = ("report.class.",)


def texts_to_translate() -> dict[str, str]:
    return {
        key: text
        for key, text in own_texts(ENGLISH).items()
        if key.partition(".")[0] in TRANSLATED and not key.startswith(FOR_STAFF)
    }


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_translation_has_the_same_keys(language: str) -> None:
    wanted, found = set(texts_to_translate()), set(own_texts(language))
    assert wanted - found == set(), "not translated"
    assert found - wanted == set(), "translated, but not there in English"


@pytest.mark.parametrize("language", OTHERS)
def test_translation_has_the_same_placeholders(language: str) -> None:
    english = texts_to_translate()
    differing = {
        key: (placeholders(english[key]), placeholders(text))
        for key, text in own_texts(language).items()
        if placeholders(text) != placeholders(english.get(key, ""))
    }
    assert differing == {}


@pytest.mark.parametrize("language", OTHERS)
def test_translation_is_in_that_language(language: str) -> None:
    """A text left in English is one that was forgotten, unless it is a name or nothing but values."""
    same = {key for key, text in own_texts(language).items() if text.isascii()}
    assert same <= {
        "check.import_failed",
        "item.max_pool_forward.title",
        "item.max_pool_backward.title",
        "report.of",
        "terminal.title",
    }


def test_every_language_has_a_folder_and_every_folder_is_a_language() -> None:
    folders = {entry.name for entry in FOLDER.iterdir() if entry.is_dir() and any(entry.glob("*.yaml"))}
    assert folders == set(LANGUAGES)


def test_what_is_not_translated_is_said_in_english() -> None:
    assert "cli.description" not in own_texts("ko")
    assert catalogue("ko").text("cli.batch.time_left") == catalogue("en").text("cli.batch.time_left")
    assert catalogue("ko").text("status.passed") == "통과"
    assert catalogue("ko").keys() == catalogue("en").keys()


def test_language_holds_within_its_block_and_not_after_it() -> None:
    def word() -> str:
        return catalogue().text("status.passed")

    assert (spoken(), word()) == ("en", "passed")
    with speaking("ko"):
        assert word() == "통과"
        with speaking("en"):
            assert word() == "passed"
        assert word() == "통과"
    with pytest.raises(RuntimeError), speaking("ko"):
        raise RuntimeError
    assert word() == "passed"


def test_another_thread_keeps_its_own_language() -> None:
    inside, seen = threading.Event(), threading.Event()

    def korean() -> str:
        with speaking("ko"):
            inside.set()
            assert seen.wait(10)
            return spoken()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(korean)
        assert inside.wait(10)
        assert spoken() == "en"
        seen.set()
        assert other.result() == "ko"


def test_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="no catalogue for language 'tlh'"), speaking("tlh"):
        pass


def test_catalogue_is_told_from_texts_alone() -> None:
    assert Catalogue({"a.b": "{x}!"}).text("a.b", x=1) == "1!"
