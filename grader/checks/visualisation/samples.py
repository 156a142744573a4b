"""Which images the functions of Part 3 are asked about."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from grader.checks.visualisation.pretrained_network import PretrainedNetwork
from grader.datasets.pretrained import PretrainedMaterial

#: How far, in units of normalised images, an image is moved to see whether its gradient jumps: ten times what single
#: precision loses on the way through a network.
_NUDGE = 1e-5
#: A gradient that jumps by more than this of its largest value does so at a kink: some ReLU or maximum is undecided.
_JUMP = 1e-4
#: As many images are looked at for every one that is wanted: six in a hundred lie at a kink.
_SPARE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Images of the pretrained network: float32 (n, H, W, C), their classes and what the network says, both (n,) int64."""

    images: np.ndarray
    labels: np.ndarray
    predicted: np.ndarray

    def of(self, places: np.ndarray) -> Samples:
        return Samples(self.images[places], self.labels[places], self.predicted[places])


def draw(
    network: PretrainedNetwork,
    material: PretrainedMaterial,
    random: np.random.Generator,
    count: int,
    *,
    noise: float = 0.0,
) -> Samples:
    """`count` of the material's images, some of them misclassified where there are such, in random order.

    A little normally distributed `noise` makes new images of them. Taken are those whose gradient single precision can
    tell, as far as there are enough: next to a kink of the network a right answer may be any of two.
    """
    shuffled = random.permutation(len(material.images))[: _SPARE * count + count]
    found = _read(network, material, shuffled, random, noise)
    places = np.arange(len(found.images))
    chosen = _some_wrong(found, places, count)
    # As a rule all of the first ones will do: gradients of the others are computed where one does not.
    if (jumps(network, found.of(chosen), random) > _JUMP).any():
        steadiest = np.argsort(jumps(network, found, random) > _JUMP, kind="stable")
        chosen = _some_wrong(found, steadiest, count)
    return found.of(random.permutation(chosen))


def _some_wrong(found: Samples, places: np.ndarray, count: int) -> np.ndarray:
    """The first `count` of `places`, but for a third of them the first misclassified ones, as far as there are any."""
    wrong = [place for place in places if found.predicted[place] != found.labels[place]][: max(1, count // 3)]
    others = [place for place in places if place not in wrong]
    return np.array([*wrong, *others][:count], dtype=np.int64)


def jumps(network: PretrainedNetwork, samples: Samples, random: np.random.Generator) -> np.ndarray:
    """How much of its largest value the gradient of each image changes where the image is moved by rounding, (n,)."""
    images = samples.images.astype(np.float64)
    moved = images + _NUDGE * random.standard_normal(images.shape)
    before, after = (network.class_gradient(at, samples.predicted) for at in (images, moved))
    axes = tuple(range(1, images.ndim))
    return np.abs(after - before).max(axis=axes) / np.maximum(np.abs(before).max(axis=axes), np.finfo(float).tiny)


def other_classes(predicted: np.ndarray, classes: int, random: np.random.Generator) -> np.ndarray:
    """For every image some class that the network does not say, (n,) int64."""
    return (predicted + random.integers(1, classes, len(predicted))) % classes


def _read(
    network: PretrainedNetwork,
    material: PretrainedMaterial,
    places: np.ndarray,
    random: np.random.Generator,
    noise: float,
) -> Samples:
    images = material.images[places]
    images = (images + noise * random.standard_normal(images.shape)).astype(np.float32)
    found = Samples(images, material.labels[places], np.zeros(len(places), dtype=np.int64))
    return replace(found, predicted=network.predicted(images))
