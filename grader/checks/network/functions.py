"""Names an activation by its values: however it was written, what it does to numbers tells which one it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from grader.checks.network.graph import Node
from grader.checks.network.operations.activations import sigmoid
from grader.checks.network.operations.table import OPERATIONS

#: Activations that are one operation.
BY_OPERATION: Mapping[str, str] = {
    "Relu": "relu",
    "Relu6": "relu6",
    "LeakyRelu": "leaky_relu",
    "Elu": "elu",
    "Selu": "selu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
}

_SAME = 1e-6


def _of(op: str) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: OPERATIONS[op].forward(Node("", op), [x])[0]


def _gelu(x: np.ndarray) -> np.ndarray:
    return x * (1 + _of("Erf")(x / math.sqrt(2))) / 2


def _gelu_by_tanh(x: np.ndarray) -> np.ndarray:
    return x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2


#: Where two ways of computing go by one name, both.
_FUNCTIONS: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("linear", lambda x: x),
    *((name, _of(op)) for op, name in BY_OPERATION.items() if name != "leaky_relu"),
    ("swish", lambda x: x * sigmoid(x)),
    ("gelu", _gelu),
    ("gelu", _gelu_by_tanh),
    ("hard_swish", lambda x: x * np.clip(x + 3, 0, 6) / 6),
    ("hard_sigmoid", lambda x: np.clip(x + 3, 0, 6) / 6),
    ("mish", lambda x: x * np.tanh(np.logaddexp(0, x))),
    ("abs", np.abs),
    ("square", np.square),
    ("exponential", np.exp),
)


def trial_points(shape: tuple[int, ...]) -> np.ndarray:
    """Numbers from -9 to 9, no zero, in a mixed order: beyond every activation's bends."""
    size = math.prod(shape)
    points = np.linspace(-9, 9, size + size % 2)[:size]
    return np.random.default_rng(0).permutation(points).reshape(shape)


def function_name(points: np.ndarray, values: np.ndarray | None) -> str | None:
    """The activation that makes `values` of `points`; ``linear`` where it leaves them alone, None where it is none known."""
    if values is None or values.shape != points.shape or values.dtype.kind != "f" or not np.isfinite(values).all():
        return None
    with np.errstate(all="ignore"):
        for name, function in _FUNCTIONS:
            if np.allclose(function(points), values, rtol=_SAME, atol=_SAME):
                return name
    return "leaky_relu" if _is_leaky(points, values) else None


def _is_leaky(points: np.ndarray, values: np.ndarray) -> bool:
    negative = points < 0
    slopes = values[negative] / points[negative]
    straight = np.allclose(values[~negative], points[~negative]) and np.ptp(slopes) < _SAME if slopes.size else False
    return bool(straight and 0 < slopes[0] < 1)
