"""Class-representative images: right ones in any form earn all, and every known slip costs what its groups cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.checks.training.asking import Asking
from grader.checks.visualisation.class_representative import class_representative
from grader.model.scorecard import ItemResult
from grader.model.status import ItemStatus
from grader.scoring import rubric_file
from grader.scoring.item import score_item
from tests.checks.visualisation.ascent_students import DEFAULTS, AscentStudent
from tests.checks.visualisation.fake_notebook import FakeNotebook
from tests.checks.visualisation.numpy_network import material, network
from tests.scoring.evidence_builder import RUBRIC_FILE, item

RUBRIC = rubric_file.load(RUBRIC_FILE)
ITEM = next(entry for entry in RUBRIC.items if entry.id == "p3.class_representative")
SEED = 3


def asked(
    student: Any, hidden: bool = False, ignored: tuple[str, ...] = ()
) -> tuple[ItemResult, dict[str, np.ndarray], set[str]]:
    """The verdict, the arrays for pictures and all that was recognised."""

    def answer(arguments: Any, settings: Any) -> Any:
        given = {name: value for name, value in settings.items() if name not in ignored}
        return student(arguments["target_y"], **given)

    notebook = FakeNotebook(answer, settings={name: "ignored" for name in ignored})
    cases, arrays = class_representative(Asking(notebook), network(), material(), SEED, hidden)
    matches = {match for case in cases for match in case.matches}
    return score_item(ITEM, item("class_representative", *cases), RUBRIC, (), None), arrays, matches


def failed(found: ItemResult) -> set[str]:
    return {check.id for check in found.checks if check.status is not ItemStatus.PASSED}


@pytest.mark.parametrize(
    "style",
    [
        {},
        {"blur": "last"},
        {"blur": "later", "blur_after": True},
        {"clip": False},
        {"jitter": "open"},
    ],
    ids=str,
)
def test_right_answers_earn_all(style: dict[str, Any]) -> None:
    found, _, matches = asked(AscentStudent(**style), hidden=True)
    assert failed(found) == set() and found.points == ITEM.points and not matches


@pytest.mark.parametrize(
    ("slip", "groups", "hint"),
    [
        ({"l2": "missing"}, {"regularisation"}, "l2_missing"),
        ({"l2": "sign"}, {"regularisation"}, "l2_sign"),
        ({"l2": "factor"}, {"regularisation"}, "l2_factor"),
        ({"l2": "norm"}, {"regularisation"}, "l2_not_squared"),
        ({"l2": "mean"}, {"regularisation"}, "l2_mean"),
        ({"score": "softmax"}, {"gradient"}, "softmax_score"),
        ({"score": "log_softmax"}, {"gradient"}, "log_softmax_score"),
        ({"score": "other"}, {"gradient"}, "other_class"),
        ({"score": "all"}, {"gradient"}, "all_classes"),
        ({"sign": -1}, {"gradient"}, "descent"),
        ({"stale": True}, {"gradient"}, "stale_gradient"),
        ({"normalised": True}, {"gradient"}, "gradient_normalised"),
        ({"blur": "never"}, {"blur"}, None),
        ({"blur": "always"}, {"blur"}, None),
        ({"jitter": False}, {"jitter"}, None),
        ({"start": "zeros"}, {"steps"}, None),
        ({"start": "image"}, {"steps"}, None),
        ({"fixed": {"learning_rate": 25.0}}, set(), "learning_rate_unused"),
        ({"fixed": {"l2_reg": 1e-3}}, set(), "l2_reg_unused"),
        ({"fixed": {"blur_every": 10}}, set(), "blur_every_unused"),
        ({"fixed": {"blur_every": 10}, "blur": "last"}, set(), "blur_every_unused"),
        ({"blur": "others"}, {"blur"}, None),
        ({"fixed": {"max_jitter": 16}}, set(), "max_jitter_unused"),
    ],
    ids=str,
)
def test_every_slip_costs_its_groups_and_is_named(slip: dict[str, Any], groups: set[str], hint: str | None) -> None:
    found, _, matches = asked(AscentStudent(**slip))
    assert failed(found) - {"objective"} == groups
    assert hint is None or hint in matches


def test_jitter_that_is_not_undone_is_no_jitter() -> None:
    found, _, _ = asked(AscentStudent(jitter="kept"))
    assert "jitter" in failed(found) and not failed(found) & {"gradient", "regularisation", "blur", "steps"}


def test_settings_that_cannot_be_handed_over_are_judged_by_the_defaults() -> None:
    assert failed(asked(AscentStudent(), ignored=tuple(DEFAULTS))[0]) == set()


def test_the_last_image_alone_earns_nothing() -> None:
    student = AscentStudent()
    found, arrays, _ = asked(lambda target, **settings: student(target, **settings)[-1:])
    assert found.points == 0 and arrays == {}


def test_pictures_show_both_ascents_at_the_same_steps() -> None:
    _, arrays, _ = asked(AscentStudent())
    assert arrays["samples/stages"].shape == arrays["samples/expected"].shape == (4, 32, 32, 3)
    assert arrays["samples/stages"].dtype == np.uint8 and arrays["samples/steps"][0] == 0
    assert arrays["samples/scores"][-1] > arrays["samples/scores"][0] + 1
    assert arrays["samples/expected_scores"][-1] > arrays["samples/expected_scores"][0] + 1
