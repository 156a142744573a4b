"""Batch normalisation as one operation, of images (N, H, W, C)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.checks.network.errors import UnknownOperation
from grader.checks.network.graph import Node
from grader.checks.network.operations.operation import Arrays, Operation

_IMAGE_AXES = (0, 1, 2)


def _statistics(node: Node, inputs: Arrays) -> tuple[np.ndarray, np.ndarray, bool]:
    """Mean and variance that are used, and whether they are the batch's own."""
    x, _, _, mean, variance = inputs
    if node.attributes.get("data_format", "NHWC") != "NHWC" or x.ndim != 4:
        raise UnknownOperation(f"{node.op} of other than NHWC")
    if node.attributes.get("is_training", True):
        return x.mean(axis=_IMAGE_AXES), x.var(axis=_IMAGE_AXES), True
    return mean, variance, False


def _deviation(node: Node, variance: np.ndarray) -> np.ndarray:
    return np.sqrt(variance + float(node.attributes.get("epsilon", 1e-4)))


def _forward(node: Node, inputs: Arrays) -> tuple[np.ndarray, ...]:
    x, scale, offset = inputs[:3]
    mean, variance, _ = _statistics(node, inputs)
    normalised = (x - mean) / _deviation(node, variance) * scale + offset
    # Behind the images come statistics that only training uses.
    return (normalised, mean, variance, mean, variance, np.zeros(()))


def _backward(node: Node, inputs: Arrays, outputs: Arrays, upstream: Arrays) -> list[np.ndarray]:
    x, scale = inputs[:2]
    above = upstream[0]
    mean, variance, of_batch = _statistics(node, inputs)
    deviation = _deviation(node, variance)
    normalised = (x - mean) / deviation
    to_scale, to_offset = (above * normalised).sum(axis=_IMAGE_AXES), above.sum(axis=_IMAGE_AXES)
    inner = above * scale
    if of_batch:
        through_mean = inner.mean(axis=_IMAGE_AXES)
        through_variance = normalised * (inner * normalised).mean(axis=_IMAGE_AXES)
        nothing = np.zeros(inputs[3].shape), np.zeros(inputs[4].shape)
        return [(inner - through_mean - through_variance) / deviation, to_scale, to_offset, *nothing]
    to_mean = -inner.sum(axis=_IMAGE_AXES) / deviation
    to_variance = -(inner * normalised).sum(axis=_IMAGE_AXES) / (2 * deviation**2)
    return [inner / deviation, to_scale, to_offset, to_mean, to_variance]


NORMALISATIONS: Mapping[str, Operation] = dict.fromkeys(
    ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"), Operation(_forward, _backward)
)
