"""The scores whose gradient somebody may take for a saliency map, and these gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from grader.checks.network.operations.activations import log_softmax
from grader.checks.visualisation.pretrained_network import PretrainedNetwork

#: Name of the score that the contract asks for: that of class ``Y[n]``, before any softmax.
CONTRACT = "contract"


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Scores (N, K) float64 of N images, and the classes (N,) that were asked about."""

    scores: np.ndarray
    labels: np.ndarray

    @property
    def asked(self) -> np.ndarray:
        """1 at each image's class, else 0; (N, K) like all that follows."""
        return np.eye(self.scores.shape[1])[self.labels]

    @property
    def largest(self) -> np.ndarray:
        return np.eye(self.scores.shape[1])[self.scores.argmax(axis=1)]

    @property
    def probabilities(self) -> np.ndarray:
        return np.exp(log_softmax(self.scores))


#: The gradient of what is differentiated with respect to the scores, (N, K). Where a loss is a mean, its factor is left out.
Upstream = Callable[[Scored], np.ndarray]


def _of_probability(of: Scored, chosen: np.ndarray) -> np.ndarray:
    probabilities = of.probabilities
    return (probabilities * chosen).sum(axis=1, keepdims=True) * (chosen - probabilities)


#: By the id of the mistake's text.
UPSTREAMS: Mapping[str, Upstream] = {
    CONTRACT: lambda of: of.asked,
    "softmax_score": lambda of: _of_probability(of, of.asked),
    "cross_entropy": lambda of: of.asked - of.probabilities,
    "labels_ignored": lambda of: of.largest,
    "largest_probability": lambda of: _of_probability(of, of.largest),
    "all_scores": lambda of: np.ones_like(of.scores),
    "squared_distance": lambda of: 2 * (of.asked * of.scores - of.asked),
    "squared_distance_all": lambda of: 2 * (of.scores - of.asked),
    "labels_mixed": lambda of: np.broadcast_to(of.asked.sum(axis=0), of.scores.shape),
    "first_label_only": lambda of: np.broadcast_to(of.asked[:1], of.scores.shape),
}
#: The right gradient, multiplied with the image.
TIMES_INPUT = "times_input"
#: The right gradient, of images that were brought to another scale.
OTHER_INPUT = "images_rescaled"


class KnownGradients:
    """Each score's id and its gradient with respect to `images (N, H, W, C)`, the contract's first.

    Computed when first looked at, and kept: an answer that is right needs the first one alone, and the public images are
    the same for everybody.
    """

    def __init__(
        self, network: PretrainedNetwork, images: np.ndarray, labels: np.ndarray, rescaled: Iterable[np.ndarray] = ()
    ):
        """`rescaled` are the same images on other scales, which the network may have been given instead."""
        self._kept: list[tuple[str, np.ndarray]] = []
        self._coming = _gradients(network, images.astype(np.float64), labels, rescaled)

    def __iter__(self) -> Iterator[tuple[str, np.ndarray]]:
        yield from self._kept
        for found in self._coming:
            self._kept.append(found)
            yield found


def _gradients(
    network: PretrainedNetwork, images: np.ndarray, labels: np.ndarray, rescaled: Iterable[np.ndarray]
) -> Iterator[tuple[str, np.ndarray]]:
    scored = Scored(network.scores(images), np.asarray(labels, dtype=np.int64))
    for name, upstream in UPSTREAMS.items():
        gradient = network.input_gradient(images, upstream(scored))
        yield name, gradient
        if name == CONTRACT:
            yield TIMES_INPUT, gradient * images
    for other in rescaled:
        yield OTHER_INPUT, network.class_gradient(other.astype(np.float64), labels)
