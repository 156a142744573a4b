"""Part 3's notebooks in a process of their own, where TensorFlow may be: its functions are called from outside by name.

`enter` comes first: it runs the cells of the reference that define something. A float64 copy of the network gives gradients
by central differences, which share nothing with the tape that the notebook uses.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import matplotlib

matplotlib.use("Agg")

import keras
import numpy as np

from tests.process_apart import serve
from tests.reference.notebook_cells import code_cells, move_to

NOTEBOOK = "Assignment2-3_Visualizing_CNN.ipynb"
DEFINITIONS = ("setup", "data-load", "saliency-code", "representative-code", "adversarial-code")
#: In float64 far above rounding, and far too small for many a ReLU to switch within it.
STEP = 1e-5

namespace: dict[str, Any] = {"__name__": "__main__"}
exact: dict[str, keras.Model] = {}


def enter(folder: str) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """X, Y and Class_names as the notebook loads them."""
    move_to(Path(folder))
    cells = code_cells(Path(folder) / NOTEBOOK)
    for name in DEFINITIONS:
        exec(compile(cells[name], name, "exec"), namespace)
    # Images would be rounded to floatx before they reach a network of another precision.
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    exact["network"] = namespace["PretrainedCNN"]()
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
    return namespace["X"], namespace["Y"], namespace["Class_names"]


def run_all(folder: str) -> dict[str, str]:
    """What becomes of each code cell of a notebook, also of those after one that failed."""
    move_to(Path(folder))
    own: dict[str, Any] = {"__name__": "__main__"}
    outcomes: dict[str, str] = {}
    for name, source in code_cells(Path(folder) / NOTEBOOK).items():
        try:
            exec(compile(source, name, "exec"), own)
            outcomes[name] = "ran"
        except Exception as error:
            outcomes[name] = f"{type(error).__name__}: {error}"
    return outcomes


def scores(images: np.ndarray) -> np.ndarray:
    """In float64, (N, classes)."""
    parts = np.array_split(np.asarray(images, np.float64), -(-len(images) // 512))
    return np.concatenate([exact["network"](part, training=False).numpy() for part in parts])


def gradient(image: np.ndarray, label: int, rows: list[int]) -> np.ndarray:
    """Of the label's score, (rows, W, C), in some rows of an image (H, W, C): two images for each of their values."""
    image = image.astype(np.float64)
    shape = image[rows].shape
    shifts = np.zeros((np.prod(shape), *image.shape))
    for number, (row, column, colour) in enumerate(np.ndindex(shape)):
        shifts[number, rows[row], column, colour] = STEP
    raised, lowered = np.split(scores(np.concatenate([image + shifts, image - shifts]))[:, label], 2)
    return ((raised - lowered) / (2 * STEP)).reshape(shape)


def saliency(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return namespace["compute_saliency_maps"](namespace["model"], images, labels)


def saliency_of_another_size(shape: tuple[int, int, int], classes: int) -> np.ndarray:
    """The maps of two images of noise in a network that wants images of this size."""
    network = sys.modules["Utils.model_utils"].small_network(shape, classes)
    images = np.random.default_rng(2).standard_normal((2, *shape)).astype(np.float32)
    return namespace["compute_saliency_maps"](network, images, np.array([0, classes - 1]))


def representative(target: int, seed: int, settings: Mapping[str, float]) -> np.ndarray:
    np.random.seed(seed)
    return namespace["compute_class_representative_image"](namespace["model"], target, **settings)


def shifts_drawn(settings: Mapping[str, float]) -> list[tuple[int, int]]:
    """With which numbers jitter_image is called."""
    drawn: list[tuple[int, int]] = []
    original = namespace["jitter_image"]

    def noting(images: Any, ox: int, oy: int) -> Any:
        drawn.append((int(ox), int(oy)))
        return original(images, ox, oy)

    namespace["jitter_image"] = noting
    try:
        representative(0, 1, settings)
    finally:
        namespace["jitter_image"] = original
    return drawn


def blurred(images: np.ndarray) -> np.ndarray:
    return namespace["blur_image"](images, 0.5)


def adversarial(image: np.ndarray, target: int, settings: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """The image that came back, and the one that was given, as it is afterwards."""
    return namespace["generate_adversarial_image"](image, target, namespace["model"], **settings), image


def weights() -> list[np.ndarray]:
    return namespace["model"].get_weights()


def translations() -> int:
    """How often the function that all three share has been made into a graph."""
    return namespace["scores_and_gradient"].experimental_get_tracing_count()


if __name__ == "__main__":
    serve(
        {
            each.__name__: each
            for each in (
                *(enter, run_all, scores, gradient, saliency, saliency_of_another_size, representative),
                *(shifts_drawn, blurred, adversarial, weights, translations),
            )
        }
    )
