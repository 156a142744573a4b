"""Every text that code can ask for is in the catalogue, and every placeholder can be filled."""

import ast
import re
import string
from pathlib import Path

import pytest

from grader.checks import comparison, judge
from grader.checks.layers import LAYER_CHECKS
from grader.checks.misconceptions import MISCONCEPTIONS
from grader.checks.training.training_check import TRAINING_CHECKS
from grader.checks.visualisation.visualisation_check import VISUALISATION_CHECKS
from grader.messages import Message, catalogue
from grader.model.rubric import Slips
from grader.model.status import CallOutcome, ItemStatus
from grader.scoring.accuracy_item import ACCURACY, VALIDATION

TEXTS = catalogue()


def test_every_misconception_has_a_hint() -> None:
    assert {f"hint.{m.id}" for m in MISCONCEPTIONS} <= TEXTS.keys()


def test_every_case_class_has_a_name() -> None:
    assert {f"check.class.{group}" for check in LAYER_CHECKS for group in check.groups} <= TEXTS.keys()


def test_every_outcome_and_status_has_a_text() -> None:
    failing = [outcome.value for outcome in CallOutcome if outcome is not CallOutcome.RETURNED]
    assert {f"{room}.{name}" for room in ("check", "hidden") for name in [*failing, "wrong_values"]} <= TEXTS.keys()
    told = set(ItemStatus) - {ItemStatus.MANUAL}
    assert {f"feedback.{status.value}" for status in told} <= TEXTS.keys()


def test_every_slip_has_both_texts() -> None:
    assert {f"slip.{name}.{kind}" for name in Slips.model_fields for kind in ("costs", "warning")} <= TEXTS.keys()


@pytest.mark.parametrize("module", [comparison, judge], ids=lambda module: module.__name__)
def test_every_problem_that_code_names_has_a_text(module) -> None:  # noqa: ANN001
    named = re.findall(r'Problem\(\s*"(\w+)"', Path(module.__file__).read_text())
    assert named and {f"problem.{name}" for name in named} <= TEXTS.keys()


def test_every_literal_message_key_in_the_code_is_there() -> None:
    package = Path(__file__).parents[2] / "grader"
    missing = []
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Message" and node.args:
                key = node.args[0]
                if isinstance(key, ast.Constant) and key.value not in TEXTS:
                    missing.append(f"{file.name}: {key.value}")
    assert not missing


def test_placeholders_are_plain_names() -> None:
    for key in TEXTS.keys():
        for _, name, _, _ in string.Formatter().parse(TEXTS._texts[key]):
            assert name is None or re.fullmatch(r"\w+(\[\w+\])?", name), key


def test_unknown_key_is_our_fault_and_loud() -> None:
    with pytest.raises(KeyError):
        TEXTS.text(Message("no.such.text"))


def test_braces_in_values_are_left_alone() -> None:
    assert "{evil}" in TEXTS.text(Message("check.raised", {"reason": "{evil}"}))


def test_every_flag_that_code_raises_has_a_text() -> None:
    package = Path(__file__).parents[2] / "grader"
    named = {
        name
        for file in package.rglob("*.py")
        for name in re.findall(r'\bFlag\(\s*"(\w+)"', file.read_text(encoding="utf-8"))
    }
    assert len(named) > 8 and {f"flag.{name}" for name in named} <= TEXTS.keys()


def test_topics_of_later_parts_repeat_no_name_of_an_earlier_one() -> None:
    """A name that two had would be told in the words of the wrong part."""
    for topic in ("problem", "hint"):
        by_part = [
            {key.partition(".")[2] for key in TEXTS.keys() if key.startswith(f"{topic}{part}.")} for part in ("", 2, 3)
        ]
        assert all(by_part) and len(set().union(*by_part)) == sum(map(len, by_part))


def test_every_verdict_on_an_item_of_part_2_has_a_text() -> None:
    told = set(ItemStatus) - {ItemStatus.MANUAL, ItemStatus.SKIPPED}
    assert {f"feedback2.{status.value}" for status in told} <= TEXTS.keys()
    assert {f"feedback2.writeup.{state}" for state in ("written", "untouched", "empty")} <= TEXTS.keys()
    assert {f"feedback2.accuracy.{split}" for split in ("test", "hidden", "validation")} <= TEXTS.keys()


def test_every_verdict_on_an_item_of_part_3_has_a_text() -> None:
    told = set(ItemStatus) - {ItemStatus.MANUAL, ItemStatus.SKIPPED}
    assert {f"feedback3.{status.value}" for status in told} <= TEXTS.keys()
    assert {f"feedback3.{state}" for state in ("absent", "stub", "module_failed")} <= TEXTS.keys()


def test_everything_that_is_looked_at_in_part_3_has_a_name() -> None:
    groups = {group for check in VISUALISATION_CHECKS for group in check.groups}
    assert {f"check3.class.{group}" for group in groups} <= TEXTS.keys()
    earlier = {key.removeprefix(prefix) for prefix in ("check.class.", "check2.class.") for key in TEXTS.keys()}
    assert groups.isdisjoint(earlier)


def test_everything_that_is_looked_at_in_part_2_has_a_name() -> None:
    groups = {group for check in TRAINING_CHECKS for group in check.groups} | {ACCURACY, VALIDATION}
    assert {f"check2.class.{group}" for group in groups} <= TEXTS.keys()
