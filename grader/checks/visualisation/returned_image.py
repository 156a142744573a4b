"""Reads what `generate_adversarial_image` returned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.checks.comparison import array_problem, as_array
from grader.checks.training.asking import Breach
from grader.model.evidence import Problem
from grader.model.observation import Value

_NAME = "image"
#: An image that is so like the one given, and stretched by so much, has another scale.
_ALIKE, _STRETCHED = 0.9, 0.25


@dataclass(frozen=True, slots=True)
class ReturnedImage:
    """`image (H, W, C)` float64; `matches` are slips that are accepted."""

    image: np.ndarray
    matches: tuple[str, ...] = ()


def read_image(returned: Value, given: np.ndarray) -> ReturnedImage:
    """`given (1, H, W, C)` is the image that the function got. Raises Breach."""
    value = returned[0] if isinstance(returned, list | tuple) and len(returned) == 1 else returned
    image = as_array(value)
    if isinstance(image, Problem):
        raise Breach(Problem(image.id, {"name": _NAME, **image.values}))
    matches: tuple[str, ...] = ()
    if image.shape == given.shape[1:]:
        image, matches = image[np.newaxis], ("batch_axis_missing",)
    problem = array_problem(_NAME, image, given.shape)
    if problem is not None:
        raise Breach(problem)
    if image.dtype.kind in "iu" or _has_another_scale(image.astype(np.float64), given.astype(np.float64)):
        raise Breach(Problem("pixels_returned"))
    return ReturnedImage(image[0].astype(np.float64), matches)


def _has_another_scale(image: np.ndarray, given: np.ndarray) -> bool:
    centred, base = image - image.mean(), given - given.mean()
    norms = float(np.linalg.norm(centred) * np.linalg.norm(base))
    alike = float((centred * base).sum()) / norms if norms > 0 else 0.0
    stretched = float((centred * base).sum() / max((base**2).sum(), 1e-30))
    moved = abs(float(image.mean() - given.mean())) > float(base.std())
    return alike > _ALIKE and (abs(stretched - 1) > _STRETCHED or moved)
