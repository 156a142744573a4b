"""The grader's own ascent to a class-representative image, to hold a student's against."""

from __future__ import annotations

import numpy as np

from grader.checks.visualisation.ascent_settings import AscentSettings, noise
from grader.checks.visualisation.blur import gaussian_blur
from grader.checks.visualisation.pretrained_network import PretrainedNetwork
from grader.checks.visualisation.valid_range import ValidRange
from grader.datasets.pretrained import NOISE

_SIGMA = 0.5


def own_ascent(
    network: PretrainedNetwork,
    valid: ValidRange,
    target: int,
    settings: AscentSettings,
    random: np.random.Generator,
    deviation: float = NOISE,
) -> np.ndarray:
    """All steps (num_iterations + 1, H, W, C) float64, the first of every `blur_every` steps blurred.

    `deviation` is the standard deviation of the noise to start from.
    """
    image = noise(network, random, 1, deviation)
    steps = [image]
    for step in range(settings.num_iterations):
        shift = random.integers(-settings.max_jitter, settings.max_jitter + 1, 2)
        image = np.roll(image, shift, (1, 2))
        gradient = network.class_gradient(image, np.array([target])) - 2 * settings.l2_reg * image
        image = valid.clipped(np.roll(image + settings.learning_rate * gradient, -shift, (1, 2)))
        if step % settings.blur_every == 0:
            image = gaussian_blur(image, _SIGMA)
        steps.append(image)
    return np.concatenate(steps)
