"""Explains the steps of a class-representative image that was made without jitter: which score's gradient they follow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grader.checks.visualisation.blur import blurred_steps
from grader.checks.visualisation.other_scores import other_scores
from grader.checks.visualisation.pretrained_network import PretrainedNetwork
from grader.checks.visualisation.step_fit import StepFit, fit_blurred, fit_step
from grader.checks.visualisation.valid_range import ValidRange

#: The contract's direction, and the right one of the first step, taken for all.
TARGET, STALE = "target", "stale_gradient"
#: Steps on which all the other directions are tried.
_TRIED = 2


@dataclass(frozen=True, slots=True)
class Explained:
    """Steps that follow the gradient of the score `score` (empty where none is known), and how each does.

    `shifts` are the jitters that were looked for and found, rows and columns, one for each fit.
    """

    score: str
    fits: tuple[StepFit, ...]
    shifts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class AscentSteps:
    """The images (T + 1, H, W, C) of an ascent for class `target`, float64, made with `learning_rate`."""

    network: PretrainedNetwork
    valid: ValidRange
    images: np.ndarray
    target: int
    learning_rate: float

    @cached_property
    def blurred(self) -> np.ndarray:
        """For each of the T steps whether it was blurred."""
        return blurred_steps(self.images)

    @cached_property
    def is_sharp(self) -> bool:
        """Whether at most half of the steps were blurred; else all are taken for blurred, and explained as such."""
        return bool(2 * np.count_nonzero(self.blurred) <= len(self.blurred))

    @cached_property
    def told(self) -> list[int]:
        """The steps that tell of gradients."""
        return [step for step in range(len(self.blurred)) if not (self.is_sharp and self.blurred[step])]

    def explained(self) -> Explained:
        """Along which score's gradient the steps go, if along one that is known."""
        fits = self._all(self.toward)
        if mostly_fit(fits):
            return Explained(TARGET, fits)
        name = self._other_score()
        if name:
            return Explained(name, self._all(lambda step: self.toward(step, name)))
        first = self.network.class_gradient(self.images[:1], np.array([self.target]))[0]
        stale = self._all(lambda step: self.fit(step, first))
        return Explained(STALE, stale) if mostly_fit(stale) else Explained("", fits)

    def fit(self, step: int, direction: np.ndarray) -> StepFit | None:
        """How far `step` goes along `direction (H, W, C)`."""
        fitted = fit_step if self.is_sharp else fit_blurred
        return fitted(self.images[step], self.images[step + 1], direction, self.learning_rate, self.valid)

    def toward(self, step: int, score: str = TARGET) -> StepFit | None:
        """How far `step` goes along the gradient of `score`; of other classes', along the one that explains it best."""
        if score in (TARGET, STALE):
            image = self.images[step : step + 1]
            return self.fit(step, self.network.class_gradient(image, np.array([self.target]))[0])
        fits = [fit for _, fit in self._others(step, score)]
        return min(fits, key=lambda fit: fit.residual, default=None)

    def _all(self, fitted: Callable[[int], StepFit | None]) -> tuple[StepFit, ...]:
        return tuple(fit for step in self.told if (fit := fitted(step)) is not None)

    def _other_score(self) -> str:
        """The name of the other score whose gradient explains the first steps; the one of the right size before others."""
        tried = [self._others(step) for step in self.told[:_TRIED]]
        names = set.intersection(*({name for name, fit in fits if fit.fits} for fits in tried)) if tried else set()
        sizes = {
            name: abs(np.log(max(abs(fit.gradient), 1e-30)))
            for name, fit in reversed(tried[0] if tried else [])
            if name in names and fit.fits
        }
        return min(sorted(sizes), key=lambda name: sizes[name], default="")

    def _others(self, step: int, only: str = "") -> list[tuple[str, StepFit]]:
        image = self.images[step : step + 1]
        named = [
            (name, upstream)
            for name, upstream in other_scores(self.network.scores(image)[0], self.target)
            if name == only or not only
        ]
        images = np.repeat(image, len(named), axis=0)
        ways = self.network.input_gradient(images, np.stack([upstream for _, upstream in named]))
        fits = [(name, self.fit(step, way)) for (name, _), way in zip(named, ways, strict=True)]
        return [(name, fit) for name, fit in fits if fit is not None]


def mostly_fit(fits: Sequence[StepFit]) -> bool:
    """Whether more than half of the steps, and one at least, go in the direction they are held against."""
    return bool(fits) and 2 * sum(fit.fits for fit in fits) > len(fits)
