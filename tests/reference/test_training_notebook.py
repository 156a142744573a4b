"""The reference's notebook of Part 2: what its functions build and do, and that the template does nothing."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.reference.served_data import serve

SCRIPT = Path(__file__).with_name("training_notebook.py")
#: Seconds; TensorFlow's import and ten graphs take about fifteen.
WALL_S = 150.0

Seen = dict[str, Any]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """What training_notebook.py saw: one process for all tests of this file."""
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed: Part 2 cannot be run")
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: Part 2 cannot be run")
    root, here = SCRIPT.parents[2], tmp_path_factory.mktemp("part2")
    for name in ("reference", "student_template"):
        shutil.copytree(root / name, here / name, ignore=shutil.ignore_patterns("__pycache__"))
        serve(here / name / "Utils" / "data_utils.py", here / f"served_{name}")
    run = subprocess.run(
        [sys.executable, str(SCRIPT), str(here / "reference"), str(here / "student_template")],
        capture_output=True,
        text=True,
        timeout=WALL_S,
        env={**os.environ, "PYTHONPATH": str(root), "TF_CPP_MIN_LOG_LEVEL": "2", "OMP_NUM_THREADS": "1"},
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout)


@pytest.fixture
def ours(seen: Seen) -> Seen:
    return seen["reference"]


def test_the_simple_model_is_the_one_of_the_contract(ours: Seen) -> None:
    assert ours["simple_model"]["layers"] == [
        ["Conv2D", "relu", [32, 32, 8]],
        ["MaxPooling2D", None, [10, 10, 8]],
        ["Flatten", None, [800]],
        ["Dense", "relu", [8]],
        ["Dense", "linear", [10]],
    ]
    assert ours["simple_model"]["parameters"] == (9 * 9 * 3 + 1) * 8 + (800 + 1) * 8 + (8 + 1) * 10


def test_an_inception_module_has_four_branches_and_keeps_height_and_width(ours: Seen) -> None:
    assert ours["module"]["output"] == [None, 7, 5, 3 + 4 + 5 + 6]
    reductions_and_mains = [(6, 1, 3), (6, 1, 2), (2, 3, 4), (6, 1, 1), (1, 5, 5), (6, 1, 6)]
    assert ours["module"]["parameters"] == sum((c * size**2 + 1) * filters for c, size, filters in reductions_and_mains)


def test_the_complex_model_is_one_module_and_a_dense_layer(ours: Seen) -> None:
    layers = ours["complex_model"]["layers"]
    convolutions = [layer for layer in layers if layer[0] == "Conv2D"]
    assert sorted(shape[-1] for _, _, shape in convolutions) == [2, 2, 2, 8, 8, 8]
    assert {activation for _, activation, _ in convolutions} == {"relu"}
    assert [layer for layer in layers if layer[0] in ("Concatenate", "Flatten", "Dense")] == [
        ["Concatenate", None, [32, 32, 26]],
        ["Flatten", None, [32 * 32 * 26]],
        ["Dense", "linear", [10]],
    ]


@pytest.mark.parametrize("name", ["simple_model", "complex_model"])
def test_the_first_two_are_trained_by_gradient_descent_on_logits(ours: Seen, name: str) -> None:
    assert ours[name]["compiled"] == {
        "optimizer": "SGD",
        "learning_rate": pytest.approx(0.01),
        "momentum": 0.0,
        "loss": "SparseCategoricalCrossentropy",
        "from_logits": True,
    }


@pytest.mark.parametrize("name", ["simple_model", "complex_model", "my_model"])
def test_every_model_takes_images_and_gives_logits(ours: Seen, name: str) -> None:
    assert ours[name]["input"] == [None, 32, 32, 3] and ours[name]["output"] == [None, 10]
    assert ours[name]["layers"][-1][1] == "linear"


def test_evaluating_measures_each_image_once_and_changes_nothing(ours: Seen) -> None:
    evaluation = ours["evaluation"]
    assert evaluation["returned"] == pytest.approx(evaluation["expected"], rel=1e-5)
    assert 0 <= evaluation["returned"][1] <= 1
    assert evaluation["unchanged"]


def test_training_on_one_batch_is_one_step_of_gradient_descent(ours: Seen) -> None:
    assert ours["training"]["step_error"] < 1e-3


def test_training_returns_what_the_model_can_do_afterwards(ours: Seen) -> None:
    assert ours["training"]["returned"] == pytest.approx(ours["training"]["after"], rel=1e-5)


def test_training_goes_over_all_batches_in_each_epoch(ours: Seen) -> None:
    assert ours["training"]["steps_of_three_epochs"] == 3 * math.ceil(11 / 4)


def test_batches_hold_every_image_once_shuffled_only_where_asked(ours: Seen) -> None:
    assert ours["batches"] == {"sizes": [4, 4, 3], "in_order": True, "each_once": [True, True], "shuffled": True}


def test_my_model_is_small_and_trained_on_logits(ours: Seen) -> None:
    assert 10_000 < ours["my_model"]["parameters"] < 200_000
    assert ours["final"]["compiled"] == {"loss": "SparseCategoricalCrossentropy", "from_logits": True}
    assert ours["final"]["kilobytes"] < 3000


def test_training_my_model_leaves_a_curve_of_each_figure(ours: Seen) -> None:
    assert ours["final"]["curve"].keys() == {"loss", "accuracy", "val_loss", "val_accuracy"}
    for values in ours["final"]["curve"].values():
        assert len(values) == 2 and all(math.isfinite(value) for value in values)


def test_my_model_read_back_answers_as_it_did_when_saved(ours: Seen) -> None:
    assert ours["final"]["repeatable"]
    assert ours["final"]["difference"] == 0
    assert ours["final"]["loaded_evaluates_alike"]


def test_the_untouched_template_runs_up_to_the_first_thing_to_write(seen: Seen) -> None:
    outcomes = list(seen["template"]["cells"].items())
    first = next(index for index, (_, outcome) in enumerate(outcomes) if outcome != "ran")
    assert outcomes[first] == ("simple-train", "NotImplementedError: simple_model is not written yet")
    assert [name for name, _ in outcomes[:first]] == [
        "setup",
        "data-load",
        "pipeline-code",
        "simple-model",
        "run-model",
    ]


def test_the_untouched_template_trains_and_saves_nothing_even_where_errors_are_passed_over(seen: Seen) -> None:
    assert seen["template"]["models"] == []
    assert seen["template"]["checkpoints"] == ["README.md"]
    failed = {name for name, outcome in seen["template"]["cells"].items() if outcome != "ran"}
    assert failed == {"simple-train", "complex-train", "exploration", "final", "save", "load"}
