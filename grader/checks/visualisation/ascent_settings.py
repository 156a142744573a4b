"""The hyperparameters of class-representative images: the contract's, and those that the grader asks with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np

from grader.checks.cases import PUBLIC_SEED, generator
from grader.checks.visualisation.pretrained_network import PretrainedNetwork
from grader.datasets.pretrained import NOISE

#: How long a step is beside the image of noise: far above float32's rounding of the image (1e-7), and so short that in a
#: dozen steps no pixel leaves the valid range, nor regularisation takes away as much fine detail as a blur does.
_STEP = 0.015
#: The strong regularisation: its step beside that of the score. Large, so that every slip in it shows in any gradient.
_STRONG = 2.4
_IGNORED = "ignored"
#: Elements of the images from which the scales are read: four of 32x32, one of 224x224.
_ELEMENTS = 13_000


@dataclass(frozen=True, slots=True)
class AscentSettings:
    """By the contract's names, with its defaults."""

    l2_reg: float = 1e-3
    learning_rate: float = 25.0
    num_iterations: int = 100
    blur_every: int = 10
    max_jitter: int = 16

    def handed(self) -> dict[str, float]:
        """As they are given to the function."""
        return asdict(self)

    def in_force(self, how: Mapping[str, str]) -> AscentSettings:
        """Those that can be in force: where the function takes a setting in no way, the contract's default is."""
        default = asdict(AscentSettings())
        return replace(self, **{name: default[name] for name in default if how.get(name) == _IGNORED})


@dataclass(frozen=True, slots=True)
class AskedSettings:
    """A learning rate of short steps and a strong `l2_reg`, each of one digit, as suits the network."""

    learning_rate: float
    strong_l2_reg: float


def noise(network: PretrainedNetwork, random: np.random.Generator, count: int, deviation: float = NOISE) -> np.ndarray:
    """Images (count, H, W, C) of noise like the helper's, float64, of this standard deviation."""
    return random.normal(0.0, deviation, (count, *network.image_shape))


def settings_for(network: PretrainedNetwork, deviation: float = NOISE) -> AskedSettings:
    """Chosen from how long the gradient of a score is on noise of this standard deviation; for the network of the hand-out
    0.7 and 0.03."""
    random = generator(PUBLIC_SEED, "class_representative", "scale", 0)
    images = noise(network, random, max(1, _ELEMENTS // int(np.prod(network.image_shape))), deviation)
    labels = np.arange(len(images)) % network.classes
    gradient = float(np.linalg.norm(network.class_gradient(images, labels))) or 1.0
    ratio = float(np.linalg.norm(images)) / gradient
    return AskedSettings(_one_digit(_STEP * ratio), _one_digit(_STRONG / 2 / ratio))


def _one_digit(value: float) -> float:
    return float(f"{value:.0e}")
