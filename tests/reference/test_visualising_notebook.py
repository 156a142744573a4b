"""The reference's notebook of Part 3: what its three functions compute, and that the template computes nothing."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.process_apart import process_apart

SCRIPT = Path(__file__).with_name("visualising_notebook.py")
ROOT = SCRIPT.parents[2]
#: Of a float32 gradient to one by central differences in float64, relative to the largest value.
CLOSE = 1e-4
#: Of an image of 32 rows: enough to tell, and quick.
SOME_ROWS = [9, 16, 22]


@dataclass(frozen=True)
class Notebook:
    """The reference's notebook, its functions called with `ask`; images, labels and what the network says to each."""

    ask: Callable[..., Any]
    X: np.ndarray
    Y: np.ndarray
    class_names: list[str]
    predictions: np.ndarray

    def right(self, count: int) -> np.ndarray:
        return np.flatnonzero(self.predictions == self.Y)[:count]

    def wrong(self, count: int) -> np.ndarray:
        return np.flatnonzero(self.predictions != self.Y)[:count]


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed: Part 3 cannot be run")
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: Part 3 cannot be run")
    work = tmp_path_factory.mktemp("part3") / "reference"
    shutil.copytree(ROOT / "reference", work, ignore=shutil.ignore_patterns("__pycache__"))
    with process_apart(SCRIPT) as process:
        X, Y, class_names = process.ask("enter", str(work))
        yield Notebook(process.ask, X, Y, class_names, process.ask("scores", X).argmax(axis=1))


def assert_close(found: np.ndarray, expected: np.ndarray) -> None:
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < CLOSE * np.abs(expected).max()


def test_a_saliency_map_is_the_largest_slope_of_the_labels_score_also_where_the_network_errs(
    notebook: Notebook,
) -> None:
    chosen = np.concatenate([notebook.right(1), notebook.wrong(1)])
    X, Y = notebook.X[chosen], notebook.Y[chosen]
    maps = notebook.ask("saliency", X, Y)
    gradients = [notebook.ask("gradient", image, label, SOME_ROWS) for image, label in zip(X, Y, strict=True)]
    assert maps.shape == X.shape[:3] and maps.min() >= 0
    assert_close(maps[:, SOME_ROWS], np.abs(gradients).max(axis=3))


def test_a_map_does_not_depend_on_the_rest_of_the_batch(notebook: Notebook) -> None:
    X, Y = notebook.X[:3], notebook.Y[:3]
    one_by_one = [notebook.ask("saliency", X[n : n + 1], Y[n : n + 1])[0] for n in range(3)]
    assert np.allclose(notebook.ask("saliency", X, Y), one_by_one, rtol=1e-4, atol=1e-7)


def test_maps_have_the_size_of_the_images(notebook: Notebook) -> None:
    assert notebook.ask("saliency_of_another_size", (48, 40, 3), 7).shape == (2, 48, 40)


def test_the_representative_steps_begin_with_noise_and_end_after_the_iterations(notebook: Notebook) -> None:
    steps = notebook.ask("representative", 3, 0, {"num_iterations": 4})
    assert steps.shape == (5, *notebook.X.shape[1:]) and np.isfinite(steps).all()
    assert 0.15 < steps[0].std() < 0.25
    assert not np.array_equal(steps[0], notebook.ask("representative", 3, 1, {"num_iterations": 4})[0])


@pytest.mark.parametrize("l2_reg", [0.0, 0.05])
def test_a_step_adds_the_gradient_of_score_minus_weighted_squares(notebook: Notebook, l2_reg: float) -> None:
    settings = {"l2_reg": l2_reg, "learning_rate": 2.0, "num_iterations": 1, "max_jitter": 0, "blur_every": 5}
    noise, first = notebook.ask("representative", 2, 0, settings)
    gradient = notebook.ask("gradient", noise, 2, SOME_ROWS)
    assert_close((first - noise)[SOME_ROWS], 2.0 * (gradient - 2 * l2_reg * noise[SOME_ROWS]))


def test_the_image_is_blurred_in_every_so_many_steps_only(notebook: Notebook) -> None:
    settings = {"learning_rate": 0.0, "num_iterations": 7, "blur_every": 3}
    steps = notebook.ask("representative", 0, 0, settings)
    changed = [step for step in range(1, 8) if not np.array_equal(steps[step], steps[step - 1])]
    assert changed == [3, 6]
    assert np.array_equal(steps[3], notebook.ask("blurred", steps[2:3])[0])


def test_shifts_are_drawn_in_both_directions_up_to_the_largest(notebook: Notebook) -> None:
    drawn = np.array(notebook.ask("shifts_drawn", {"learning_rate": 0.0, "num_iterations": 60, "max_jitter": 2}))
    assert drawn.shape == (60, 2)
    assert all(set(column) == {-2, -1, 0, 1, 2} for column in drawn.T.tolist())


def test_the_objective_rises_and_the_target_wins(notebook: Notebook) -> None:
    for target in range(len(notebook.class_names)):
        first, *_, last = notebook.ask("representative", target, target, {"max_jitter": 0})
        before, after = notebook.ask("scores", np.stack([first, last]))
        assert after.argmax() == target
        assert after[target] - 1e-3 * np.sum(last**2) > before[target] - 1e-3 * np.sum(first**2) + 2


def test_images_are_taken_for_their_targets_within_the_length_of_the_steps(notebook: Notebook) -> None:
    for n in (*notebook.right(4), *notebook.wrong(1)):
        given = notebook.X[n : n + 1]
        target = int(notebook.predictions[n] + 3) % len(notebook.class_names)
        found, afterwards = notebook.ask("adversarial", given, target, {})
        assert notebook.ask("scores", found).argmax() == target
        assert found.shape == given.shape and 0 < np.linalg.norm(found - given) < 30
        assert np.array_equal(afterwards, given)


def test_a_step_has_the_length_of_the_learning_rate_along_the_gradient(notebook: Notebook) -> None:
    n = notebook.right(1)[0]
    given, target = notebook.X[n : n + 1], int(notebook.Y[n] + 5) % len(notebook.class_names)
    found, _ = notebook.ask("adversarial", given, target, {"learning_rate": 0.25, "num_iterations": 1})
    gradient = notebook.ask("gradient", given[0], target, list(range(given.shape[1])))
    assert_close((found - given)[0], 0.25 * gradient / np.linalg.norm(gradient))


def test_an_image_that_has_the_target_class_takes_no_step(notebook: Notebook) -> None:
    n = notebook.right(1)[0]
    found, _ = notebook.ask("adversarial", notebook.X[n : n + 1], int(notebook.Y[n]), {})
    assert np.array_equal(found, notebook.X[n : n + 1])


def test_other_settings_and_classes_are_not_translated_again_and_weights_stay(notebook: Notebook) -> None:
    weights = notebook.ask("weights")
    translations = []
    for number in range(3):
        settings = {"learning_rate": 1 + number, "num_iterations": 2 + number}
        notebook.ask("representative", number, 0, {**settings, "l2_reg": number / 100})
        notebook.ask("adversarial", notebook.X[number : number + 1], np.int64(number), settings)
        notebook.ask("saliency", notebook.X[: number + 2], notebook.Y[: number + 2])
        translations.append(notebook.ask("translations"))
    # After the second size of batch the graph is one for any size.
    assert translations[2] == translations[1] <= translations[0] + 1
    assert all(np.array_equal(a, b) for a, b in zip(weights, notebook.ask("weights"), strict=True))


def test_the_untouched_template_runs_up_to_what_is_to_be_written(notebook: Notebook, tmp_path: Path) -> None:
    work = tmp_path / "template"
    shutil.copytree(ROOT / "student_template", work, ignore=shutil.ignore_patterns("__pycache__"))
    outcomes = notebook.ask("run_all", str(work))
    assert {name: outcome for name, outcome in outcomes.items() if outcome != "ran"} == {
        "saliency-show": "NotImplementedError: saliency is not written yet",
        "representative-show": "NotImplementedError: class_representative is not written yet",
        "adversarial-show": "NotImplementedError: adversarial is not written yet",
    }
