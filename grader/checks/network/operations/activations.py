"""Activation functions, with TensorFlow's derivatives at the kinks: that of ReLU at 0 is 0."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.checks.network.graph import Node
from grader.checks.network.operations.elementwise import unary
from grader.checks.network.operations.operation import Arrays, Operation, single

_SELU_ALPHA = 1.6732632423543772
_SELU_SCALE = 1.0507009873554805


def _slope(node: Node) -> float:
    alpha = node.attributes.get("alpha", 0.2)
    if not isinstance(alpha, float | int):
        raise ValueError("alpha is no number")
    return float(alpha)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """``1 / (1 + exp(-x))`` without overflow."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def log_softmax(x: np.ndarray) -> np.ndarray:
    """Logarithm of softmax over the last axis."""
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def _softmax_gradient(x: np.ndarray, y: np.ndarray, g: np.ndarray) -> np.ndarray:
    return y * (g - (g * y).sum(axis=-1, keepdims=True))


def _selu(x: np.ndarray) -> np.ndarray:
    return _SELU_SCALE * np.where(x > 0, x, _SELU_ALPHA * np.expm1(np.minimum(x, 0)))


def _leaky(node: Node, inputs: Arrays) -> np.ndarray:
    return np.where(inputs[0] > 0, inputs[0], _slope(node) * inputs[0])


def _leaky_gradient(node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray) -> list[np.ndarray]:
    return [np.where(inputs[0] > 0, upstream, _slope(node) * upstream)]


ACTIVATIONS: Mapping[str, Operation] = {
    "Relu": unary(lambda x: np.maximum(x, 0), lambda x, y, g: np.where(x > 0, g, 0.0)),
    "Relu6": unary(lambda x: np.clip(x, 0, 6), lambda x, y, g: np.where((x > 0) & (x < 6), g, 0.0)),
    "LeakyRelu": single(_leaky, _leaky_gradient),
    "Elu": unary(
        lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))), lambda x, y, g: np.where(x > 0, g, g * (y + 1))
    ),
    "Selu": unary(_selu, lambda x, y, g: np.where(x > 0, _SELU_SCALE * g, g * (y + _SELU_SCALE * _SELU_ALPHA))),
    "Sigmoid": unary(sigmoid, lambda x, y, g: g * y * (1 - y)),
    "Tanh": unary(np.tanh, lambda x, y, g: g * (1 - y * y)),
    "Softplus": unary(lambda x: np.logaddexp(0, x), lambda x, y, g: g * sigmoid(x)),
    "Softsign": unary(lambda x: x / (1 + np.abs(x)), lambda x, y, g: g / (1 + np.abs(x)) ** 2),
    "Softmax": unary(lambda x: np.exp(log_softmax(x)), _softmax_gradient),
    "LogSoftmax": unary(log_softmax, lambda x, y, g: g - np.exp(y) * g.sum(axis=-1, keepdims=True)),
}
