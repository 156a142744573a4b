from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model.scorecard import CheckResult, ItemResult
from grader.model.status import ItemStatus, Visibility
from grader.report import junit
from grader.report.wording import isolation_sentence

SCHEMA = xmlschema.XMLSchema(Path(__file__).with_name("junit.xsd"))


def document(card, arrays=None) -> Element:
    text = junit.render(card, arrays) if arrays else junit.render(card)
    SCHEMA.validate(text)
    return ElementTree.fromstring(text.encode())


def suite(root: Element, name: str) -> Element:
    (found,) = [suite for suite in root if suite.get("name") == name]
    return found


def outcomes(suite: Element) -> list[str]:
    return [case[0].tag if len(case) else "passed" for case in suite.findall("testcase")]


@pytest.mark.parametrize(
    ("found", "put"),
    [(" tests=", " test="), (" classname=", " class="), (" type=", " kind="), (' time="3.142"', ' time="3e0"')],
)
def test_schema_refuses_what_readers_would(samples, found: str, put: str):
    text = junit.render(samples.ordinary())
    assert SCHEMA.is_valid(text) and found in text
    assert not SCHEMA.is_valid(text.replace(found, put))


@pytest.mark.parametrize("kind", ["ordinary", "hostile_card", "rejected", "grader_error"])
def test_every_kind_of_verdict_follows_the_schema(samples, kind: str):
    assert document(getattr(samples, kind)(), samples.arrays).tag == "testsuites"


def test_how_the_code_was_kept_apart_is_told(samples):
    card = samples.ordinary()
    (told,) = suite(document(card), "hand-in").findall("properties/property[@name='isolation']")
    assert told.get("value") == isolation_sentence(card.isolation)


def test_a_suite_stands_for_an_item_and_a_case_for_a_check(samples):
    root = document(samples.ordinary(), samples.arrays)
    assert [each.get("name") for each in root] == ["hand-in", *(item.id for item in samples.ordinary().items)]
    partial = suite(root, "p1.conv_forward.same")
    assert outcomes(partial) == ["passed", "failure"]
    assert {each.get("name"): each.get("value") for each in partial.iter("property")}["points"] == "3.33"


def test_wrong_answers_are_failures_and_broken_code_is_an_error(samples):
    root = document(samples.ordinary(), samples.arrays)
    assert outcomes(suite(root, "p1.conv_forward.same")) == ["passed", "failure"]
    assert outcomes(suite(root, "p1.conv_backward.same")) == ["error"]
    assert outcomes(suite(root, "p2.better.writeup")) == ["skipped"]
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("7", "1", "1")


def test_a_failure_tells_message_hint_and_smallest_case(samples):
    failure = next(document(samples.ordinary(), samples.arrays).iter("failure"))
    assert "Wrong values." in failure.get("message", "")
    assert "Look at the stride." in failure.text
    assert "x (1, 3, 6, 1)" in failure.text
    assert (
        "first at out[0, 1, 4, 0]: expected 11, got -7.25" in failure.text or "expected 11, got -7.25" in failure.text
    )


def test_points_lost_although_all_checks_pass_are_a_failure(samples):
    right = CheckResult("stride", ItemStatus.PASSED, samples.text("Right."))
    item = ItemResult(
        "p1.x", 1, samples.text("X"), 0.0, 5.0, ItemStatus.FAILED, (samples.text("Changed x."),), (right,)
    )
    (passed, failed) = suite(document(samples.card(item)), "p1.x").findall("testcase")
    assert len(passed) == 0
    assert "Changed x." in failed[0].get("message", "")


def test_an_item_that_is_missing_is_one_failed_case(samples):
    item = ItemResult("p1.x", 1, samples.text("X"), 0.0, 5.0, ItemStatus.MISSING, (samples.text("Not written."),))
    assert outcomes(suite(document(samples.card(item)), "p1.x")) == ["failure"]


def test_a_check_that_was_not_reached_is_skipped(samples):
    checks = (
        CheckResult("stride", ItemStatus.TIMEOUT, samples.text("Too slow.")),
        CheckResult("ties", ItemStatus.SKIPPED, samples.text("Not asked.")),
    )
    item = ItemResult("p1.x", 1, samples.text("X"), 0.0, 5.0, ItemStatus.TIMEOUT, (), checks)
    assert outcomes(suite(document(samples.card(item)), "p1.x")) == ["error", "skipped"]


def test_a_rejected_hand_in_is_an_error_with_its_reason(samples):
    root = document(samples.rejected())
    assert [each.get("name") for each in root] == ["hand-in"]
    assert "ends in the middle" in next(root.iter("error")).get("message", "")


def test_a_fault_of_the_grader_is_no_item_of_the_team(samples):
    text = junit.render(samples.grader_error())
    assert "not the team's fault" in text and "points" not in text
    assert outcomes(suite(document(samples.grader_error()), "hand-in")) == ["error"]


def test_nothing_hidden_or_suspected_is_told(samples):
    card = samples.card(samples.partial_item(visibility=Visibility.HIDDEN))
    text = junit.render(card, samples.arrays)
    assert "(1, 3, 6, 1)" not in text and "-7.25" not in text
    assert "sample_warning" in text and "suspicion" not in text


def test_long_texts_are_cut(samples):
    text = junit.render(samples.card(samples.error_item("x" * 1_000_000)))
    assert len(text) < 50_000


@settings(max_examples=60, deadline=None)
@given(said=st.text(st.characters(), max_size=40))
def test_whatever_a_student_says_the_document_is_well_formed(said: str):
    from tests.report.conftest import Samples

    assert document(Samples.card(Samples.error_item(said), Samples.partial_item(said), team=said or "t", said=said))
