from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.report.clean_text import clean, clean_line, clean_lines

any_text = st.text(alphabet=st.characters(), max_size=60) | st.text(
    alphabet="\x1b[]0;31mP\\\x07\x9b\x9d\u202e\u2066\u200b\r\n\tab\ud800", max_size=60
)


def test_escape_sequences_go_and_their_parameters_with_them():
    assert (
        clean("a\x1b[1;31mred\x1b[0mb\x1b]0;title\x07c\x1b]8;;file:///x\x1b\\d\x1bPq\x1b\\e\x9b2Jf\x1b(Bg")
        == "aredbcdefg"
    )


def test_an_unterminated_string_sequence_swallows_its_own_line_only():
    assert clean("a\x1b]0;never ended\nsecond line") == "a\nsecond line"


def test_bidirectional_and_invisible_characters_go():
    assert clean("ab\u202ecd\u2066e\u200bf\ufeffg\u200eh\U000e0041i") == "abcdefghi"


def test_hangul_emoji_joiners_and_accents_stay():
    text = "팀_7 한글 👩\u200d🔬 e\u0301 العربية"
    assert clean(text) == text


def test_every_kind_of_line_end_becomes_a_newline():
    assert clean("a\r\nb\rc\u2028d\x85e") == "a\nb\nc\nd\ne"


def test_lone_surrogates_can_be_written_as_utf8_afterwards():
    assert clean("a\udcffb").encode("utf-8").decode() == "a\ufffdb"


@settings(max_examples=150, deadline=None)
@given(any_text)
def test_nothing_that_steers_a_terminal_is_left(text: str):
    shown = clean(text)
    assert all(c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"} for c in shown)
    assert clean(shown) == shown


@settings(max_examples=100, deadline=None)
@given(any_text, st.integers(1, 20))
def test_limits_hold(text: str, limit: int):
    assert len(clean(text, limit)) <= limit
    assert len(clean_line(text, limit)) <= limit
    assert "\n" not in clean_line(text)


def test_of_many_lines_the_last_are_kept_and_cut():
    assert clean_lines("one\ntwo\nthree and a half\n\n", lines=2, width=6) == ["two", "three…"]
