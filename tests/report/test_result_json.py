from __future__ import annotations

import dataclasses
import json

import pytest

import grader
from grader.model.message import Message
from grader.report.result_json import result


def strict(tree: object) -> str:
    return json.dumps(tree, ensure_ascii=False, allow_nan=False)


def test_the_stable_fields_are_there_under_their_names(samples):
    tree = result(samples.ordinary())
    stable = ["schema", "team", "submission", "status", "score", "max_score", "pending_points", "provisional"]
    assert [key for key in tree if key in stable] == stable
    assert tree["schema"] == 1
    assert tree["submission"] == {"source": "team_7.tar.gz", "sha256": "ab" * 32}
    assert (tree["status"], tree["score"], tree["max_score"]) == ("graded", 8.3333, 35.0)
    assert (tree["pending_points"], tree["provisional"]) == (5.0, True)
    assert tree["seconds"] == {"total": 3.142}
    item = tree["items"][1]
    assert list(item) == ["id", "part", "title", "points", "max_points", "status", "feedback", "checks"]
    assert (item["id"], item["part"], item["points"]) == ("p1.conv_forward.same", 1, 3.3333)
    check = item["checks"][1]
    assert list(check) == ["id", "status", "measured", "limit", "message", "hint"]
    assert (check["status"], check["measured"], check["limit"]) == ("failed", 1.1, 1e-6)
    assert "Look at the stride." in check["hint"]
    assert list(tree["flags"][0]) == ["id", "severity", "message"]


def test_the_additions_tell_how_the_result_came_about(samples):
    tree = result(samples.ordinary())
    assert tree["seed"] == 20240607
    assert tree["isolation"]["level"] == "namespaces" and tree["isolation"]["sentence"]
    assert tree["environment"] == {"numpy": "2.4.6", "python": "3.11.4"}
    assert tree["rubric_sha256"] == "cd" * 32
    assert tree["grader"] == grader.__version__


def test_staff_flags_are_kept_for_staff(samples):
    assert [flag["id"] for flag in result(samples.ordinary())["flags"]] == ["sample_warning", "sample_suspicion"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_finite_is_null_and_never_breaks_strict_json(samples, value: float):
    item = samples.partial_item()
    checks = tuple(dataclasses.replace(check, measured=value, limit=value) for check in item.checks)
    tree = result(samples.card(dataclasses.replace(item, checks=checks)))
    assert tree["items"][0]["checks"][0]["measured"] is None
    assert strict(tree)


def test_a_hand_in_that_the_grader_failed_on_has_no_score_and_nothing_that_adds_up_to_zero(samples):
    card = dataclasses.replace(samples.grader_error(), items=samples.ordinary().items)
    tree = result(card)
    assert tree["status"] == "grader_error"
    assert tree["score"] is None
    assert tree["items"] == []
    assert tree["max_score"] == 35.0
    assert tree["reason"] == "the disk is full."


def test_a_rejected_hand_in_has_zero_points_and_a_reason(samples):
    tree = result(dataclasses.replace(samples.rejected(), full_points=30.0))
    assert (tree["status"], tree["score"], tree["max_score"]) == ("rejected", 0.0, 30.0)
    assert tree["reason"] == "the archive ends in the middle of a member"


def test_the_same_scorecard_gives_the_same_text_whatever_the_order_of_its_versions(samples):
    card = samples.ordinary()
    other = dataclasses.replace(card, environment=dict(reversed(card.environment.items())))
    assert strict(result(card)) == strict(result(other))


def test_no_control_character_of_a_student_gets_into_a_text(samples):
    tree = result(samples.hostile_card())
    assert "\\u001b" not in json.dumps(tree) and "\\u202e" not in json.dumps(tree)
    assert "<script>" in tree["items"][1]["feedback"]


def test_a_text_that_the_catalogue_lacks_is_shown_as_its_key(samples):
    item = dataclasses.replace(samples.passed_item(), title=Message("no.such.text", {"message": "m", "self": "s"}))
    assert result(samples.card(item))["items"][0]["title"] == "[no.such.text]"


def test_tiny_rounding_errors_do_not_show_in_points(samples):
    item = dataclasses.replace(samples.passed_item(), points=0.1 + 0.2)
    assert result(samples.card(item))["score"] == 0.3
