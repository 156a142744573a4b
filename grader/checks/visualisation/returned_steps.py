"""Reads what `compute_class_representative_image` returned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.checks.comparison import as_array
from grader.checks.training.asking import Breach
from grader.model.evidence import Problem
from grader.model.observation import Value

_NAME = "steps"
#: Axes of all steps: step, row, column, channel.
_AXES = 4
#: Normalised values lie within a few units around 0, and in ascents that are clipped nowhere below twenty.
_BRIGHT = 60.0
#: How much neighbouring pixels differ, beside how much all do: 1.1 in noise, and 0.6 in noise blurred with sigma 0.5; the
#: images of the hand-out are below 0.3.
_SMOOTH = 0.2


@dataclass(frozen=True, slots=True)
class ReturnedSteps:
    """`images (T + 1, H, W, C)` float64, all finite. `problem` is what the contract does not allow, but can be read."""

    images: np.ndarray
    problem: Problem | None = None


def read_steps(returned: Value, expected: tuple[int, int, int, int]) -> ReturnedSteps:
    """Raises Breach where there are not even two images of the size expected, all of numbers."""
    steps = as_array(returned)
    if isinstance(steps, Problem):
        raise Breach(Problem(steps.id, {"name": _NAME, **steps.values}))
    if steps.dtype.kind not in "iuf":
        raise Breach(Problem("wrong_dtype", {"name": _NAME, "dtype": str(steps.dtype)}))
    shape = {"name": _NAME, "got": str(steps.shape), "expected": str(expected)}
    wrong = None if steps.shape == expected else Problem("wrong_shape", shape)
    # One image of a batch in every step is what a list of the images that a network takes becomes.
    if steps.ndim == _AXES + 1 and 1 in steps.shape[:2]:
        steps = steps.reshape(-1, *steps.shape[2:])
    if steps.ndim != _AXES or steps.shape[1:] != expected[1:] or len(steps) < 2:
        raise Breach(Problem("wrong_shape", shape))
    unusable = int(np.count_nonzero(~np.isfinite(steps)))
    if unusable:
        raise Breach(Problem("not_finite", {"name": _NAME, "count": unusable, "total": steps.size}))
    if steps.dtype.kind in "iu" or (steps.min() >= 0 and steps.max() > _BRIGHT):
        raise Breach(Problem("pixels_returned"))
    return ReturnedSteps(steps.astype(np.float64), wrong)


def start_problem(start: np.ndarray, images: np.ndarray) -> Problem | None:
    """What `start (H, W, C)` is instead of noise; `images (n, H, W, C)` are those that can be loaded."""
    spread = float(start.std())
    if spread < 1e-6:
        return Problem("start_constant")
    neighbours = np.sqrt(np.mean(np.diff(start, axis=0) ** 2) / 2 + np.mean(np.diff(start, axis=1) ** 2) / 2)
    if neighbours < _SMOOTH * spread or any(np.isclose(start, image, atol=1e-3).all() for image in images):
        return Problem("start_not_noise")
    return None
