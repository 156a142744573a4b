"""A second witness to the grader's own gradients: central differences of the network's scores."""

from __future__ import annotations

import numpy as np

from grader.checks.visualisation.pretrained_network import PretrainedNetwork

#: Half the width of a central difference in units of normalised images: in float64 neither rounding nor curvature shows.
_HALF_WIDTH = 1e-6


def gradient_error(
    network: PretrainedNetwork, images: np.ndarray, labels: np.ndarray, random: np.random.Generator
) -> float:
    """How far the gradients of the scores of `labels (n,)` are from central differences along one random direction for
    each of `images (n, H, W, C)`, relative to the largest of these. The two share no code but the scores."""
    images = images.astype(np.float64)
    directions = random.standard_normal(images.shape)
    shift = _HALF_WIDTH * directions
    rows = np.arange(len(images))
    higher, lower = (network.scores(images + sign * shift)[rows, labels] for sign in (1, -1))
    differences = (higher - lower) / (2 * _HALF_WIDTH)
    along = (network.class_gradient(images, labels) * directions).reshape(len(images), -1).sum(axis=1)
    return float(np.abs(along - differences).max() / max(np.abs(differences).max(), np.finfo(float).tiny))
