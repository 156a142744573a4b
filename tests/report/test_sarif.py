from __future__ import annotations

import dataclasses
import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model.status import ItemStatus, Visibility
from grader.report import sarif
from grader.report.notebook_source import NotebookSource
from grader.report.source_place import Sources
from tests.report.training_samples import training_card

LAYERS = "Utils/layer_utils.py"
SOURCE = b"import numpy as np\n\n\ndef conv_forward(x):\n" + b"    pass\n" * 50 + b"\ndef conv_backward(x):\n    pass\n"
SOURCES = Sources(
    {LAYERS: SOURCE},
    {
        "p1.conv_forward.same": (LAYERS, "conv_forward"),
        "p1.conv_forward.valid": (LAYERS, "conv_forward"),
        "p1.conv_backward.same": (LAYERS, "conv_backward"),
    },
    {LAYERS: "team 7/Utils/layer_utils.py"},
)


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


_TEXT = _object({"text": {"type": "string", "minLength": 1}})
_LOCATION = _object(
    {
        "physicalLocation": _object(
            {
                "artifactLocation": _object(
                    {"uri": {"type": "string", "pattern": r"^[A-Za-z0-9._~/%-]+$"}, "uriBaseId": {"const": "%SRCROOT%"}}
                ),
                "region": _object({"startLine": {"type": "integer", "minimum": 1}}),
            }
        )
    },
    {"message": _TEXT},
)
#: The part of SARIF 2.1.0 that we write, stricter than the standard: nothing else may appear.
SCHEMA = _object(
    {
        "$schema": {"type": "string", "pattern": r"/sarif-schema-2\.1\.0\.json$"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": _object(
                {
                    "tool": _object(
                        {
                            "driver": _object(
                                {
                                    "name": {"const": "cnn-grader"},
                                    "semanticVersion": {"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
                                    "rules": {
                                        "type": "array",
                                        "minItems": 1,
                                        "uniqueItems": True,
                                        "items": _object(
                                            {"id": {"type": "string"}, "shortDescription": _TEXT, "help": _TEXT}
                                        ),
                                    },
                                }
                            )
                        }
                    ),
                    "automationDetails": _object({"id": {"type": "string"}}),
                    "invocations": {
                        "type": "array",
                        "minItems": 1,
                        "items": _object(
                            {
                                "executionSuccessful": {"type": "boolean"},
                                "properties": _object({"isolation": {"type": "string", "minLength": 10}}),
                            },
                            {
                                "toolExecutionNotifications": {
                                    "type": "array",
                                    "items": _object({"level": {"const": "error"}, "message": _TEXT}),
                                }
                            },
                        ),
                    },
                    "columnKind": {"const": "unicodeCodePoints"},
                    "results": {
                        "type": "array",
                        "items": _object(
                            {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": {"enum": ["error", "warning"]},
                                "message": _TEXT,
                                "locations": {"type": "array", "minItems": 1, "maxItems": 1, "items": _LOCATION},
                            }
                        ),
                    },
                }
            ),
        },
    }
)


def run_of(card, sources: Sources = SOURCES, arrays=None) -> dict[str, Any]:
    log = json.loads(sarif.render(card, sources, arrays) if arrays else sarif.render(card, sources))
    jsonschema.validate(log, SCHEMA)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    return run


def places(run: dict[str, Any]) -> dict[str, tuple[str, int]]:
    found = {}
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        found[result["ruleId"]] = (place["artifactLocation"]["uri"], place["region"]["startLine"])
    return found


@pytest.mark.parametrize("kind", ["ordinary", "hostile_card", "rejected", "grader_error"])
def test_every_kind_of_verdict_follows_the_structure(samples, kind: str):
    run_of(getattr(samples, kind)(), arrays=samples.arrays)


def test_rules_are_items_and_checks_and_only_what_did_not_pass_is_a_result(samples):
    run = run_of(samples.ordinary(), arrays=samples.arrays)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert {"p1.conv_forward.valid", "p1.conv_forward.valid/square", "p2.better.writeup"} <= set(rules)
    assert list(places(run)) == ["p1.conv_forward.same/stride", "p1.conv_backward.same/overlap"]
    assert [result["level"] for result in run["results"]] == ["error", "error"]


def test_a_result_points_at_the_innermost_line_or_the_definition(samples):
    found = places(run_of(samples.ordinary(), arrays=samples.arrays))
    assert found["p1.conv_forward.same/stride"] == ("team%207/Utils/layer_utils.py", 4)
    assert found["p1.conv_backward.same/overlap"] == ("team%207/Utils/layer_utils.py", 41)


def test_a_line_that_does_not_exist_is_not_believed(samples):
    short = Sources({LAYERS: b"def conv_backward(x):\n    pass\n"}, SOURCES.functions)
    assert places(run_of(samples.ordinary(), short))["p1.conv_backward.same/overlap"] == (LAYERS, 1)


def test_a_file_that_was_not_handed_in_is_not_believed(samples):
    other = Sources({"a.py": b"\n" * 100}, {"p1.conv_backward.same": ("a.py", "f")})
    assert places(run_of(samples.card(samples.error_item()), other)) == {"p1.conv_backward.same/overlap": ("a.py", 1)}


def test_without_files_the_hand_in_itself_is_named(samples):
    assert set(places(run_of(samples.ordinary(), Sources())).values()) == {("team_7.tar.gz", 1)}


def test_a_failing_check_that_costs_nothing_is_a_warning(samples):
    item = dataclasses.replace(samples.partial_item(), status=ItemStatus.PASSED, points=5.0)
    assert [result["level"] for result in run_of(samples.card(item))["results"]] == ["warning"]


def test_a_rejected_hand_in_is_one_result(samples):
    (result,) = run_of(samples.rejected())["results"]
    assert "ends in the middle" in result["message"]["text"]


def test_a_fault_of_the_grader_is_no_result(samples):
    run = run_of(samples.grader_error())
    assert run["results"] == [] and run["invocations"][0]["executionSuccessful"] is False
    assert "not the team's fault" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_nothing_hidden_or_suspected_is_told(samples):
    text = sarif.render(samples.card(samples.partial_item(visibility=Visibility.HIDDEN)), SOURCES, samples.arrays)
    assert "-7.25" not in text and "(1, 3, 6, 1)" not in text and "suspicion" not in text


def test_text_of_a_student_is_neither_link_nor_placeholder(samples):
    run = run_of(samples.card(samples.error_item("see [here](file:///x) and {0}")))
    assert "[here] (file:///x) and {{0}}" in run["results"][0]["message"]["text"]


NOTEBOOK = NotebookSource(
    "hw/part 2.ipynb",
    ("%matplotlib inline", "import x\n\ndef run_model(model):\n    return y\n"),
    ((9,), (31, 32, 33, 34)),
)


def test_what_stands_in_a_notebook_is_pointed_at_by_its_line_in_the_file_and_told_by_cell():
    functions = {"p2.simple.train": ("", "run_model"), "p2.simple.define": ("", "simple_model")}
    run = run_of(training_card(), Sources(functions=functions, notebooks={2: NOTEBOOK}))
    found = {key.partition("/")[0]: place for key, place in places(run).items()}
    assert found["p2.simple.train"] == ("hw/part%202.ipynb", 33)
    assert found["p2.simple.define"] == ("hw/part%202.ipynb", 1)
    told = [result["locations"][0].get("message") for result in run["results"] if "simple.train" in result["ruleId"]]
    assert told and all(message == {"text": "Code cell 2, line 3"} for message in told)


def test_a_frame_in_a_cell_is_pointed_at_where_that_line_exists():
    functions = {"p2.simple.evaluate": ("", "run_model")}
    long = dataclasses.replace(
        NOTEBOOK, cells=("",) * 6 + ("\n" * 8 + "raise ValueError",), lines=((),) * 6 + (tuple(range(50, 59)),)
    )
    for notebook, place in ((long, ("hw/part%202.ipynb", 58)), (NOTEBOOK, ("hw/part%202.ipynb", 33))):
        run = run_of(training_card(), Sources(functions=functions, notebooks={2: notebook}))
        assert places(run)["p2.simple.evaluate/last_batch"] == place


@settings(max_examples=60, deadline=None)
@given(said=st.text(st.characters(), max_size=40))
def test_whatever_a_student_says_the_log_keeps_its_structure(said: str):
    from tests.report.conftest import Samples

    run_of(Samples.card(Samples.error_item(said), Samples.partial_item(said), team=said or "t", said=said), Sources())
