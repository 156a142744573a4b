"""Draws images and targets on which every right answer comes to the same end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from grader.checks.cases import generator
from grader.checks.visualisation.adversarial_steps import walked
from grader.checks.visualisation.ascent_run import lead
from grader.checks.visualisation.pretrained_network import PretrainedNetwork
from grader.checks.visualisation.valid_range import ValidRange, valid_range
from grader.datasets.pretrained import PretrainedMaterial

#: Of the scores' spread: a decision this clear is the same in float32, whose scores are off by a millionth.
_CLEAR = 0.02
#: A change of the image as float32's rounding makes it, tenfold, and what it may change in a gradient: where a unit of the
#: network is near its kink, a right answer may be a percent off.
_ROUNDING, _STEADY = 1e-5, 1e-4
#: A pair of opposite changes misses a kink as near as rounding one time in ten; it is one of a hundred images that has one.
_NUDGES = 4
_LONGEST = 12
#: Of large images, targets are drawn among so many classes whose scores come next to the highest: others are far, and may
#: have no gradient at all. A path is given up that at its pace so far would need more steps than that, by this factor.
_NEXT, _HURRY = 20, 1.5
#: Steps in which a stale gradient shows, on this share of the way.
SEVERAL, _SHARE = 4, 0.9
#: Steps in which the gradient turns.
_LONG = 3
#: Draws before less clear pairs are taken: half of the draws are clear.
_DRAWS, _DRAWS_LARGE = 60, 24
#: Of hidden images, in units of normalised pixels.
_NOISE = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """`image (1, H, W, C)` float32 of class `label`, and a class that the network is to say instead.

    `path` (k + 1, H, W, C) are the grader's own steps with learning rate 1 until it does; one image alone where it says so
    from the start.
    """

    image: np.ndarray
    label: int
    target: int
    path: np.ndarray

    @property
    def steps(self) -> int:
        return len(self.path) - 1


@lru_cache(maxsize=8)
def drawn_pairs(
    network: PretrainedNetwork, material: PretrainedMaterial, seed: int, count: int, hidden: bool
) -> tuple[Pair, ...]:
    """`count` pairs, the one that takes most steps first, two or more where the images are small; drawn by `seed` alone.

    Hidden ones are images with a little noise added.
    """
    random = generator(seed, "adversarial", "hidden pairs" if hidden else "pairs", 0)
    small = network.is_small
    valid, found = valid_range(material), list[Pair]()
    spread = float(network.scores(material.images[:20]).std())
    for image, label, target in _draws(network, material, random, hidden, small):
        path = _path(network, valid, image, target, spread, small)
        if path is not None:
            found.append(Pair(image, label, target, path))
        long = any(pair.steps >= _LONG for pair in found)
        if len(found) >= count and (long or not small or len(found) >= 3 * count):
            break
    longest = max(found, key=lambda pair: pair.steps, default=None)
    return tuple(([longest] if longest else []) + [pair for pair in found if pair is not longest])[:count]


@lru_cache(maxsize=8)
def already_there(network: PretrainedNetwork, material: PretrainedMaterial) -> Pair:
    """An image whose target is the class that the network says already, the clearest of the first few."""
    images = material.images[:20]
    scores = network.scores(images)
    leads = [lead(row, int(row.argmax())) for row in scores]
    chosen = int(np.argmax(leads))
    image = np.array(images[chosen : chosen + 1])
    return Pair(image, int(material.labels[chosen]), int(scores[chosen].argmax()), image.astype(np.float64))


def _draws(
    network: PretrainedNetwork, material: PretrainedMaterial, random: np.random.Generator, hidden: bool, small: bool
) -> Iterator[tuple[np.ndarray, int, int]]:
    for _ in range(_DRAWS if small else _DRAWS_LARGE):
        chosen, target = int(random.integers(len(material.images))), int(random.integers(len(material.class_names)))
        image = np.array(material.images[chosen : chosen + 1], np.float32)
        if hidden:
            image = (image + random.normal(0.0, _NOISE, image.shape)).astype(np.float32)
        if not small:
            _, *following = np.argsort(-network.scores(image)[0])[: _NEXT + 1]
            target = int(random.choice(following))
        yield image, int(material.labels[chosen]), target


def _path(
    network: PretrainedNetwork, valid: ValidRange, image: np.ndarray, target: int, spread: float, small: bool
) -> np.ndarray | None:
    """The steps until the network says `target`; None where a decision on the way is no clear one, or none is needed."""
    path = image.astype(np.float64)
    first = lead(network.scores(path)[0], target)
    if first > -_CLEAR * spread:
        return None
    for _ in range(_LONGEST):
        path = np.concatenate([path, walked(network, path[-1], target, 1)[1:]])
        ahead = lead(network.scores(path[-1:])[0], target)
        done = len(path) - 1
        if not small and done > 1 and -ahead * done > _HURRY * (_LONGEST - done) * (ahead - first):
            return None
        if abs(ahead) < _CLEAR * spread:
            return None
        if ahead > 0:
            return path if not small or _is_sure(network, valid, path, target, spread) else None
    return None


def _is_sure(network: PretrainedNetwork, valid: ValidRange, path: np.ndarray, target: int, spread: float) -> bool:
    """Whether every right answer takes this path, and the several short steps that are asked for."""
    if not _same_when_clipped(network, valid, path, target, spread):
        return False
    count = len(path) - 1
    short = walked(network, path[0], target, SEVERAL, short_rate(count)) if count > 1 else path[:1]
    return all(_steady(network, image, target) for image in (*path[:-1], *short[1:-1]))


def short_rate(steps: int) -> float:
    """The learning rate with which SEVERAL steps end before the target is reached, which takes `steps` with rate 1."""
    return _SHARE * (steps - 1) / SEVERAL


def _steady(network: PretrainedNetwork, image: np.ndarray, target: int) -> bool:
    """Whether the gradient is the same a rounding away: where a unit is near its kink, it jumps on one of two sides."""
    random = np.random.default_rng(0)
    nudges = _ROUNDING * random.choice([-1.0, 1.0], (_NUDGES, *image.shape))
    images = image + np.concatenate([np.zeros((1, *image.shape)), nudges, -nudges])
    first, *others = network.class_gradient(images, np.full(len(images), target))
    return all(np.linalg.norm(other - first) <= _STEADY * np.linalg.norm(first) for other in others)


def _same_when_clipped(
    network: PretrainedNetwork, valid: ValidRange, path: np.ndarray, target: int, spread: float
) -> bool:
    """Whether steps that are clipped to the valid range, which is open, come to the end in as many."""
    clipped = walked(network, path[0], target, len(path) - 1, valid=valid)
    leads = [lead(scores, target) for scores in network.scores(clipped)]
    return all(ahead < -_CLEAR * spread for ahead in leads[:-1]) and leads[-1] > _CLEAR * spread
