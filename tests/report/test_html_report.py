from __future__ import annotations

import dataclasses
from html.parser import HTMLParser

import numpy as np
import pytest

from grader.model.message import Message
from grader.model.status import ItemStatus, Visibility
from grader.report import html_report


class Page(HTMLParser):
    """Tags, attributes and visible text of a page, as a browser would see them."""

    def __init__(self, source: str):
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self.headers = 0
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def render(samples, card) -> Page:
    return Page(html_report.render(card, samples.arrays))


def test_team_score_items_and_statuses_are_told_in_words(samples):
    page = render(samples, samples.ordinary())
    for told in ("team_7", "8.33 of 35", "p1.conv_forward.same", "3.33 of 5", "partly", "passed", "error", "skipped"):
        assert told in page.text


def test_a_part_that_was_not_asked_for_is_told_in_a_line_and_not_item_by_item(samples):
    item = samples.partial_item()
    skipped = {"status": ItemStatus.SKIPPED, "points": 0.0, "checks": (), "feedback": (Message("feedback.skipped"),)}
    others = [dataclasses.replace(item, id=name, part=3, **skipped) for name in ("p3.saliency", "p3.adversarial")]
    text = render(samples, samples.card(item, *others)).text
    assert text.count("Part 3 (10 points): not checked in this run.") == 1
    assert "p3.saliency" not in text and "Provisional" not in text


def test_a_check_shows_message_measured_error_limit_and_hint(samples):
    text = render(samples, samples.ordinary()).text
    assert "Wrong values." in text and "1.1" in text and "1e-06" in text and "Look at the stride." in text


def test_the_smallest_failing_case_is_shown_in_numbers_with_its_settings(samples):
    text = render(samples, samples.ordinary()).text
    assert "(1, 3, 6, 1)" in text
    assert "First difference at out[0, 1, 4, 0]: expected 11, got -7.25. 1 of 18 numbers differ." in text
    assert "x = np.array([1.5, 3.0, " in text and ".reshape(1, 3, 6, 1)" in text


def test_only_the_accepted_answer_that_was_judged_is_compared(samples):
    assert "110" not in render(samples, samples.ordinary()).text


def test_a_students_own_frames_are_shown(samples):
    text = render(samples, samples.ordinary()).text
    assert "IndexError" in text and "line 41, in conv_forward" in text


def test_a_hidden_case_is_neither_shown_nor_asked_for(samples):
    item = samples.partial_item(visibility=Visibility.HIDDEN)
    text = render(samples, samples.card(item)).text
    assert "Wrong values." in text
    assert "smallest case" not in text and "-7.25" not in text


def test_staff_flags_never_reach_a_team(samples):
    source = html_report.render(samples.ordinary(), samples.arrays)
    assert "sample_warning" in source
    assert "suspicion" not in source


def test_nothing_of_a_student_becomes_markup(samples):
    page = render(samples, samples.hostile_card())
    assert not {"script", "img", "iframe", "object", "form"} & set(page.tags)
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert "<script>alert(1)</script>" in page.text


def test_no_control_or_bidirectional_character_of_a_student_is_left(samples):
    source = html_report.render(samples.hostile_card(), samples.arrays)
    assert not set(source) & set("\x1b\x9b\x00\x08\x07\u202e\u2066\u200b")


@pytest.mark.parametrize("kind", ["ordinary", "hostile_card", "rejected", "grader_error"])
def test_the_page_asks_nobody_for_anything_and_forbids_it(samples, kind: str):
    page = render(samples, getattr(samples, kind)())
    policy = next(value for tag, name, value in page.attributes if name == "content" and "default-src" in value)
    assert policy.startswith("default-src 'none';") and "script" not in policy
    links = [value for _, name, value in page.attributes if name in {"src", "href", "srcset", "action", "data"}]
    assert all(link.startswith("#") for link in links)
    assert "url(" not in html_report.render(getattr(samples, kind)()) and "link" not in page.tags


def test_a_grader_error_is_told_as_our_fault_and_has_no_score(samples):
    text = render(samples, samples.grader_error()).text
    assert "not the team's fault" in text and "the disk is full." in text and "no score" in text
    assert "0 of" not in text


def test_a_rejected_hand_in_is_told_with_its_reason(samples):
    assert "the archive ends in the middle of a member" in render(samples, samples.rejected()).text


def test_isolation_and_provenance_are_told(samples):
    text = render(samples, samples.ordinary()).text
    assert "no network" in text
    assert "Part 1 had at most 10 s for one call, 30 s for an item, 180 s for the notebook, and 1024 MiB" in text
    for told in ("ab" * 32, "cd" * 32, "20240607", "numpy 2.4.6", "3.1"):
        assert told in text


def test_gaps_of_the_isolation_are_told(samples):
    assert "disk total" in render(samples, samples.card(samples.passed_item(), gaps=("disk total",))).text


def test_every_table_has_headers_or_a_caption_and_landmarks_exist(samples):
    source = html_report.render(samples.ordinary(), samples.arrays)
    for table in source.split("<table")[1:]:
        assert 'scope="col"' in table or "<caption>" in table
    for landmark in ("<main", "<header>", "<footer", '<html lang="en">'):
        assert landmark in source


def test_a_case_without_stored_arrays_is_still_told(samples):
    assert "First difference" not in Page(html_report.render(samples.ordinary())).text
    assert "(1, 3, 6, 1)" in Page(html_report.render(samples.ordinary())).text


def test_an_array_that_did_not_come_back_is_named(samples):
    def arrays(prefix: str):
        found = dict(samples.arrays(prefix))
        if found:
            found["expected/tensorflow/db"] = np.ones(3)
        return found

    text = Page(html_report.render(samples.ordinary(), arrays)).text
    assert "db: expected and got Nothing of this name came back" in text


def test_a_hint_that_many_checks_share_is_told_once(samples):
    item = samples.partial_item()
    wrong = item.checks[1]
    others = tuple(dataclasses.replace(wrong, id=name, failing=None) for name in ("other", "third"))
    page = render(samples, samples.card(dataclasses.replace(item, checks=(*item.checks, *others))))
    assert page.text.count("Look at the stride.") == 1


def test_a_wrong_array_is_drawn_with_a_text_that_says_the_same(samples):
    page = render(samples, samples.ordinary())
    told = [value for tag, name, value in page.attributes if tag == "svg" and name == "aria-label"]
    assert len(told) == 1
    assert "out[0, :, :, 0], 3 rows by 6 columns. 1 of 18 positions differ: in rows 1, columns 4." in told[0]
    assert "The largest difference is 18.25." in told[0]


def test_checks_of_an_item_that_passed_are_folded_away(samples):
    source = html_report.render(samples.card(samples.passed_item()))
    assert "<summary>Checks (1), each" in source


def with_larger(samples, visibility: Visibility = Visibility.PUBLIC):
    """The ordinary card, whose wrong check shows a smaller case than that of its own kind."""
    item = samples.partial_item()
    own = dataclasses.replace(item.checks[1].failing, id=f"own.{visibility.value}0", visibility=visibility)
    wrong = dataclasses.replace(item.checks[1], larger=own)
    return samples.card(dataclasses.replace(item, checks=(item.checks[0], wrong)))


def arrays_of_own_case(samples, prefix: str):
    if prefix == "p1.conv_forward.same/own.public0/":
        expected = np.ones((1, 4, 5, 1))
        return {"expected/tensorflow/out": expected, "got/out": expected * [[[2.0]]]}
    return samples.arrays(prefix)


def test_a_larger_case_is_drawn_beside_the_smallest(samples):
    page = Page(html_report.render(with_larger(samples), lambda prefix: arrays_of_own_case(samples, prefix)))
    assert "Where it goes wrong on a larger input" in page.text
    assert "in rows 0-3, columns 0-4." in " ".join(value for _, name, value in page.attributes if name == "aria-label")


def test_a_larger_case_without_a_picture_or_a_hidden_one_is_not_shown(samples):
    for card, arrays in (
        (with_larger(samples), samples.arrays),
        (with_larger(samples, Visibility.HIDDEN), samples.arrays),
    ):
        assert "larger input" not in Page(html_report.render(card, arrays)).text
