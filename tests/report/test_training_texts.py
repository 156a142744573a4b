"""Part 2 in the terminal, in result.json, and in the reports for other programs."""

from __future__ import annotations

import csv
import io
import json

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.messages import LANGUAGES, speaking
from grader.model.evidence import Measured
from grader.model.scorecard import Scorecard
from grader.report import github_summary, gradebook_csv, gradescope, junit, result_json, sarif
from grader.report.terminal import NORMAL, QUIET, VERBOSE, print_scorecard
from tests.report.test_junit import SCHEMA
from tests.report.training_samples import (
    ACCURACY,
    CIFAR10,
    STAND_IN,
    UNASKED,
    WRITEUP,
    part_2,
    training_arrays,
    training_card,
)


def printed(card: Scorecard, verbosity: int = NORMAL, width: int = 80) -> str:
    stream = io.StringIO()
    print_scorecard(card, Console(file=stream, width=width), verbosity, public_only=False, arrays=training_arrays)
    return stream.getvalue()


def joined(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("data", [STAND_IN, UNASKED, CIFAR10], ids=lambda data: f"{data.kind} {data.asked_for}")
@pytest.mark.parametrize("verbosity", [QUIET, NORMAL, VERBOSE])
def test_every_line_fits_80_columns(language: str, data, verbosity: int):
    with speaking(language):
        assert max(cell_len(line) for line in printed(training_card(data), verbosity).splitlines()) <= 80


def test_the_accuracy_comes_with_its_interval_and_the_claims():
    text = joined(printed(training_card()))
    assert "81.1 % of 1,000 images that no notebook has seen are right (95 % interval 78.6 % to 83.4 %)." in text
    assert "81.2 % (claimed in the saved outputs); 77.9 % (claimed when run again); 78.1 % (measured by the" in text


def test_the_accuracy_is_told_once_but_its_checks_with_v():
    assert printed(training_card()).count("81.1 %") == 1
    assert printed(training_card(), VERBOSE).count("81.1 %") == 2


def test_what_waits_for_a_person_or_for_data_is_told_with_the_reason():
    text = joined(printed(training_card(UNASKED)))
    assert "my_model: accuracy: skipped The accuracy is measured with CIFAR-10, which is not on this machine." in text
    assert "my_model: write-up: to be graded A person reads the write-up and gives its points." in text
    assert "provisional" in text and "5 points are still to be graded by a person" in text


def test_which_images_were_used_is_told():
    assert "Images used: stand-in, profile quick." in printed(training_card())
    assert "Images used" not in printed(training_card(), QUIET)


def test_what_was_asked_is_told_in_words():
    text = printed(training_card())
    assert "    Asked with: 64 images, batch size 64, 1 epoch, learning rate 0.01" in text.splitlines()
    assert "Smallest case" not in text


def test_result_json_has_data_and_accuracy():
    tree = json.loads(json.dumps(result_json.result(training_card(CIFAR10)), allow_nan=False))
    assert tree["data"] == {
        "kind": "cifar10", "name": "CIFAR-10", "provenance": CIFAR10.provenance, "digest": "c1" * 32, "profile": "full",
        "asked_for": True, "dialect": "tf2",
    }  # fmt: skip
    accuracy = next(item for item in tree["items"] if item["id"] == ACCURACY)["accuracy"]
    assert accuracy["measured"] == {
        "split": "test", "images": 1000, "correct": 811, "accuracy": 0.811, "interval": [0.785562, 0.834058],
    }  # fmt: skip
    assert (accuracy["claimed_stored"], accuracy["claimed_rerun"], accuracy["parameters"]) == (0.812, 0.779, 88234)
    assert all("accuracy" not in item for item in tree["items"] if item["id"] != ACCURACY)


def test_result_json_without_part_2_says_so(samples):
    assert result_json.result(samples.ordinary())["data"] is None


def test_result_json_has_null_where_nothing_was_measured():
    tree = result_json.result(training_card(paying=Measured("hidden", 0, 0), validation=None))
    accuracy = next(item for item in tree["items"] if item["id"] == ACCURACY)["accuracy"]
    assert accuracy["measured"] is None and accuracy["validation"] is None


def test_junit_skips_what_is_open_and_says_why():
    text = junit.render(training_card(UNASKED), training_arrays)
    SCHEMA.validate(text)
    assert '<skipped type="manual" message="5 points wait for a person. A person reads the write-up' in text
    assert '<skipped type="skipped" message="15 points were not judged here. The accuracy is measured with' in text


def test_gradescope_tells_that_a_person_is_waited_for_and_gives_no_zero():
    tests = {test["name"].partition(":")[0]: test for test in gradescope.results(training_card(UNASKED))["tests"]}
    assert tests[WRITEUP]["output"].startswith("Waits for a person.")
    assert "score" not in tests[WRITEUP] and "score" not in tests[ACCURACY]
    assert "Waits for a person" not in tests[ACCURACY]["output"]
    assert "Images used: stand-in" in gradescope.results(training_card())["output"]


def test_the_summary_on_github_has_accuracy_data_and_what_is_open():
    text = github_summary.render(training_card(), training_arrays).replace("&#46;", ".").replace("&#37;", "%")
    assert "81.1 % of 1&#44;000 hidden stand&#45;in images are right" in text
    assert "### Still open" in text and "5 points wait for a person." in text and "Images used" in text


def test_sarif_has_no_result_for_what_is_open():
    run = json.loads(sarif.render(training_card(UNASKED)))["runs"][0]
    found = {result["ruleId"].partition("/")[0] for result in run["results"]}
    assert "p2.simple.define" in found and not {ACCURACY, WRITEUP} & found


def test_the_gradebook_has_a_column_an_item_and_pending_points():
    rows = list(csv.DictReader(io.StringIO(gradebook_csv.render([training_card(), training_card(UNASKED)], part_2()))))
    assert [(row["pending_points"], row["provisional"]) for row in rows] == [("5", "false"), ("5", "true")]
    assert [(row[ACCURACY], row[WRITEUP], row["p2.inception.module"]) for row in rows] == [
        ("15", "", "5"),
        ("", "", "5"),
    ]
