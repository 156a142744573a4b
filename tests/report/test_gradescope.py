from __future__ import annotations

import dataclasses
import json

import pytest

from grader.model.status import Visibility
from grader.report import gradescope

TOP = {"output", "output_format", "visibility", "stdout_visibility", "execution_time", "score", "tests"}
TEST = {
    "name", "name_format", "number", "output", "output_format", "visibility", "tags", "score", "max_score", "status",
}  # fmt: skip


def results(samples, card) -> dict:
    tree = json.loads(gradescope.render(card, samples.arrays))
    assert set(tree) <= TOP and tree["output_format"] == "text"
    for test in tree.get("tests", []):
        assert set(test) <= TEST and test["output_format"] == test["name_format"] == "text"
        assert test["visibility"] in ("visible", "hidden") and test.get("status", "passed") in ("passed", "failed")
    return tree


@pytest.mark.parametrize("kind", ["ordinary", "hostile_card", "rejected", "grader_error"])
def test_every_kind_of_verdict_has_only_known_fields(samples, kind: str):
    assert results(samples, getattr(samples, kind)())["stdout_visibility"] == "hidden"


def test_the_score_and_a_test_for_every_item(samples):
    tree = results(samples, samples.ordinary())
    assert tree["score"] == 8.3333
    tests = [test for test in tree["tests"] if test["visibility"] == "visible"]
    assert [test["number"] for test in tests] == ["1", "2", "3", "4", "5"]
    told = [(test.get("score"), test.get("max_score"), test.get("status")) for test in tests]
    assert told[:3] == [(5.0, 5.0, "passed"), (3.3333, 5.0, "failed"), (0.0, 5.0, "failed")]
    assert tests[1]["tags"] == ["part 1", "partly"]
    assert "Look at the stride." in tests[1]["output"] and "x (1, 3, 6, 1)" in tests[1]["output"]


def test_what_is_still_open_has_no_points_yet(samples):
    skipped, manual = [test for test in results(samples, samples.ordinary())["tests"] if "status" not in test][:2]
    assert "score" not in skipped and "max_score" not in manual
    assert "15 points, not judged yet: No data here." in skipped["output"].replace("Warning: ", "").replace(
        "Note: ", ""
    )


def test_a_rejected_hand_in_has_no_points_and_the_reason(samples):
    tree = results(samples, samples.rejected())
    assert tree["score"] == 0 and tree["tests"] == []
    assert "ends in the middle" in tree["output"]


def test_a_fault_of_the_grader_is_no_score_at_all(samples):
    tree = results(samples, samples.grader_error())
    assert "score" not in tree and "tests" not in tree
    assert "not the team's fault" in tree["output"] and "disk" not in tree["output"]


def test_suspicions_are_for_the_staff_alone(samples):
    tree = results(samples, samples.ordinary())
    hidden = [test for test in tree["tests"] if test["visibility"] == "hidden"]
    assert len(hidden) == 1 and "suspicion" in hidden[0]["output"] and "score" not in hidden[0]
    visible = [tree["output"], *(test["output"] for test in tree["tests"] if test["visibility"] == "visible")]
    assert not [text for text in visible if "suspicion" in text]
    assert "sample_warning" in tree["output"]


def test_nothing_of_a_hidden_case_is_told(samples):
    text = gradescope.render(samples.card(samples.partial_item(visibility=Visibility.HIDDEN)), samples.arrays)
    assert "-7.25" not in text and "(1, 3, 6, 1)" not in text


def test_one_failing_case_and_each_hint_once_are_enough(samples):
    item = samples.partial_item()
    wrong = item.checks[1]
    item = dataclasses.replace(item, checks=(wrong, dataclasses.replace(wrong, id="square")))
    output = results(samples, samples.card(item))["tests"][0]["output"]
    assert output.count("Look at the stride.") == 1 and output.count("Smallest case") == 1
    assert output.count("Wrong values.") == 2


def test_long_texts_are_cut(samples):
    text = gradescope.render(samples.card(samples.error_item("x" * 1_000_000)))
    assert len(text) < 50_000
