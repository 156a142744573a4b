"""Steps towards a class on an image: the contract's, and those of known mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from grader.checks.network.operations.activations import log_softmax
from grader.checks.visualisation.pretrained_network import PretrainedNetwork
from grader.checks.visualisation.valid_range import ValidRange

CONTRACT = "contract"
#: Of the contract's other reading, the plain gradient of ``score - l2_reg * sum of squares``.
_L2_REG = 1e-3
_TINY = 1e-30


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step is made: `image (H, W, C)` on the way from `start` to class `target`."""

    network: PretrainedNetwork
    image: np.ndarray
    start: np.ndarray
    target: int

    def gradient(self) -> np.ndarray:
        """Of the target's score."""
        return self._pulled(self.image, self._chosen(self.target))

    def first_gradient(self) -> np.ndarray:
        return self._pulled(self.start, self._chosen(self.target))

    def probability_gradient(self) -> np.ndarray:
        """Of the target's probability."""
        probabilities = np.exp(log_softmax(self.network.scores(self.image[np.newaxis])))[0]
        return self._pulled(self.image, probabilities[self.target] * (self._chosen(self.target) - probabilities))

    def original_gradient(self) -> np.ndarray:
        """Of the score of the class that the network says at the start."""
        return self._pulled(self.image, self._chosen(int(self.network.predicted(self.start[np.newaxis])[0])))

    def _chosen(self, label: int) -> np.ndarray:
        return np.eye(self.network.classes)[label]

    def _pulled(self, image: np.ndarray, upstream: np.ndarray) -> np.ndarray:
        return self.network.input_gradient(image[np.newaxis], upstream[np.newaxis])[0]


def _by_norm(array: np.ndarray) -> np.ndarray:
    return array / max(float(np.linalg.norm(array)), _TINY)


def _by(array: np.ndarray, measure: float) -> np.ndarray:
    return array / (measure if abs(measure) > _TINY else _TINY)


Step = Callable[[Place], np.ndarray]

#: Steps for a learning rate of 1. Right in their direction are the contract's and those of `OTHER_LENGTHS`.
OTHER_LENGTHS: Mapping[str, Step] = {
    "not_normalised": lambda place: place.gradient(),
    "penalty": lambda place: place.gradient() - 2 * _L2_REG * place.image,
    "maximum_norm": lambda place: _by((g := place.gradient()), float(np.abs(g).max())),
    "divided_by_sum": lambda place: _by((g := place.gradient()), float(g.sum())),
    "sum_of_absolutes": lambda place: _by((g := place.gradient()), float(np.abs(g).sum())),
    "sum_of_squares": lambda place: _by((g := place.gradient()), float((g**2).sum())),
    "mean_square": lambda place: _by((g := place.gradient()), float(np.sqrt((g**2).mean()))),
}
OTHER_DIRECTIONS: Mapping[str, Step] = {
    "softmax_score": lambda place: _by_norm(place.probability_gradient()),
    "softmax_not_normalised": lambda place: place.probability_gradient(),
    "penalty_normalised": lambda place: _by_norm(place.gradient() - 2 * _L2_REG * place.image),
    "sign": lambda place: np.sign(place.gradient()),
    "descent": lambda place: -_by_norm(place.gradient()),
    "untargeted": lambda place: -_by_norm(place.original_gradient()),
    "stale_gradient": lambda place: _by_norm(place.first_gradient()),
}
STEPS: Mapping[str, Step] = {CONTRACT: lambda place: _by_norm(place.gradient()), **OTHER_LENGTHS, **OTHER_DIRECTIONS}


def walked(
    network: PretrainedNetwork,
    image: np.ndarray,
    target: int,
    count: int,
    rate: float = 1.0,
    step: str = CONTRACT,
    valid: ValidRange | None = None,
) -> np.ndarray:
    """`image (H, W, C)` and what `count` steps make of it, (count + 1, H, W, C); clipped after each with `valid`."""
    images = [np.asarray(image, np.float64)]
    for _ in range(count):
        after = images[-1] + rate * STEPS[step](Place(network, images[-1], images[0], target))
        images.append(after if valid is None else valid.clipped(after))
    return np.stack(images)
