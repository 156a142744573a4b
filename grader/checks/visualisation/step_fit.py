"""Holds one step of gradient ascent against a direction: how much of it is the direction's, how much the image's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.checks.visualisation.blur import SIGMAS, gaussian_blur
from grader.checks.visualisation.valid_range import ValidRange

#: Pixels that no clipping has touched must be at least so many.
_FEWEST = 30
#: Pixels that a blur of sigma 2 takes from beyond the border.
_EDGE = 8
#: Residuals up to this are the same direction. Right answers in float32 are near 1e-6, and 0.003 where one of the network's
#: units is decided otherwise than in float64, which happens in less than one step of a hundred; other scores are above 0.1.
SAME = 0.02


@dataclass(frozen=True, slots=True)
class StepFit:
    """A step is ``learning_rate * (gradient * direction + image * before)``, as nearly as can be.

    `residual` is the length of what is left over, beside that of the direction's share.
    """

    gradient: float
    image: float
    residual: float
    length: float

    @property
    def fits(self) -> bool:
        return self.residual <= SAME


def fit_step(
    before: np.ndarray, after: np.ndarray, direction: np.ndarray, learning_rate: float, valid: ValidRange
) -> StepFit | None:
    """By least squares over the pixels of `after (H, W, C)` that were not clipped; None where that tells nothing."""
    free = valid.inside(after)
    if np.count_nonzero(free) < _FEWEST:
        return None
    return _fit((after - before)[free] / learning_rate, direction[free], before[free], float(np.linalg.norm(direction)))


def fit_blurred(
    before: np.ndarray, after: np.ndarray, direction: np.ndarray, learning_rate: float, valid: ValidRange
) -> StepFit | None:
    """The same where the step was blurred after it was made, with whatever sigma fits best; borders, at which blurs differ,
    are left out."""
    free = valid.inside(after)
    edge = min(_EDGE, min(after.shape[:2]) // 4)
    for side in (slice(None, edge), slice(after.shape[0] - edge, None)):
        free[side] = False
    for side in (slice(None, edge), slice(after.shape[1] - edge, None)):
        free[:, side] = False
    if np.count_nonzero(free) < _FEWEST:
        return None
    fits = []
    for sigma in SIGMAS:
        image, blurred = gaussian_blur(np.stack([before, direction]), sigma)
        step = (after - image)[free] / learning_rate
        fits.append(_fit(step, blurred[free], image[free], float(np.linalg.norm(direction))))
    return min((fit for fit in fits if fit is not None), key=lambda fit: fit.residual, default=None)


def _fit(step: np.ndarray, direction: np.ndarray, image: np.ndarray, length: float) -> StepFit | None:
    scale = np.linalg.norm(direction)
    if not scale > 0 or not np.isfinite(step).all():
        return None
    columns = np.stack([direction / scale, image], axis=1)
    (share, of_image), *_ = np.linalg.lstsq(columns, step, rcond=None)
    left = np.linalg.norm(step - columns @ (share, of_image))
    residual = float(left / abs(share)) if share else np.inf
    return StepFit(float(share / scale), float(of_image), residual, length)
