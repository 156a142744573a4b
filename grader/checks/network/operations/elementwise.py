"""Operations on each element by itself, of one tensor or of several that are broadcast to one shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from grader.checks.network.errors import UnknownOperation
from grader.checks.network.graph import Node
from grader.checks.network.operations.operation import Arrays, Operation, check_elements, single, unbroadcast

Unary = Callable[[np.ndarray], np.ndarray]
#: From input, output and upstream gradient to the gradient of the input.
UnaryGradient = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
Binary = Callable[[np.ndarray, np.ndarray], np.ndarray]
BinaryGradient = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def unary(function: Unary, gradient: UnaryGradient | None = None) -> Operation:
    """An operation on one tensor."""
    if gradient is None:
        return single(lambda node, inputs: function(inputs[0]))
    return single(
        lambda node, inputs: function(inputs[0]),
        lambda node, inputs, output, upstream: [gradient(inputs[0], output, upstream)],
    )


def _binary(function: Binary, gradient: BinaryGradient | None = None) -> Operation:
    def forward(node: Node, inputs: Arrays) -> np.ndarray:
        a, b = inputs
        check_elements(node, np.broadcast_shapes(a.shape, b.shape))
        return function(a, b)

    if gradient is None:
        return single(forward)

    def backward(node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray) -> list[np.ndarray]:
        a, b = inputs
        to_a, to_b = gradient(a, b, output, upstream)
        return [unbroadcast(to_a, a.shape), unbroadcast(to_b, b.shape)]

    return single(forward, backward)


def _divided(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    if a.dtype.kind in "iu" and b.dtype.kind in "iu":
        # TensorFlow's Div of integers truncates; RealDiv and DivNoNan are of floats only.
        return np.where(b == 0, 0, np.trunc(a / np.where(b == 0, 1, b))).astype(np.int64)
    return a / b


def _power_gradient(
    a: np.ndarray, b: np.ndarray, output: np.ndarray, upstream: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    logarithm = np.log(np.where(a > 0, a, 1.0))
    return upstream * b * np.power(a, b - 1), upstream * output * logarithm


def _added(node: Node, inputs: Arrays) -> np.ndarray:
    total = inputs[0]
    for array in inputs[1:]:
        total = total + array
    return total


def _biased(node: Node, inputs: Arrays) -> np.ndarray:
    x, bias = inputs
    if node.attributes.get("data_format", "NHWC") != "NHWC":
        raise UnknownOperation("BiasAdd in NCHW")
    if bias.shape != x.shape[-1:]:
        raise ValueError(f"a bias {bias.shape} for {x.shape}")
    return x + bias


def _biased_gradient(node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray) -> list[np.ndarray]:
    return [upstream, unbroadcast(upstream, inputs[1].shape)]


def _selected(node: Node, inputs: Arrays) -> np.ndarray:
    condition, a, b = _condition(node, inputs), inputs[1], inputs[2]
    check_elements(node, np.broadcast_shapes(condition.shape, a.shape, b.shape))
    return np.where(condition, a, b)


def _condition(node: Node, inputs: Arrays) -> np.ndarray:
    condition, chosen = inputs[0], inputs[1]
    if condition.dtype.kind != "b":
        raise ValueError(f"condition has dtype {condition.dtype}")
    if node.op == "Select" and condition.ndim == 1 and chosen.ndim > 1:
        # The older operation chooses whole rows.
        condition = condition.reshape(-1, *[1] * (chosen.ndim - 1))
    return condition


def _selected_gradient(node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray) -> list[np.ndarray | None]:
    condition, a, b = _condition(node, inputs), inputs[1], inputs[2]
    to_a, to_b = np.where(condition, upstream, 0.0), np.where(condition, 0.0, upstream)
    return [None, unbroadcast(to_a, a.shape), unbroadcast(to_b, b.shape)]


def _clipped_gradient(node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray) -> list[np.ndarray | None]:
    x, low, high = inputs
    return [unbroadcast(np.where((x >= low) & (x <= high), upstream, 0.0), x.shape), None, None]


def kind_of(dtype: object) -> str:
    """NumPy's letter (f, i, b) for a dtype by TensorFlow's name: ``float32``, ``DT_FLOAT``, ``bfloat16``, ``int32``."""
    name = str(dtype).lower().removeprefix("dt_").removeprefix("u")
    for start, kind in (("float", "f"), ("half", "f"), ("double", "f"), ("bfloat", "f"), ("int", "i"), ("bool", "b")):
        if name.startswith(start):
            return kind
    raise UnknownOperation(f"Cast to {str(dtype)[:30]}")


def _cast(node: Node, inputs: Arrays) -> np.ndarray:
    x = inputs[0]
    kind = kind_of(node.attributes.get("DstT", "float32"))
    return x.astype({"f": np.float64, "i": np.int64, "b": np.bool_}[kind])


def _cast_gradient(node: Node, inputs: Arrays, output: np.ndarray, upstream: np.ndarray) -> list[np.ndarray | None]:
    return [upstream if inputs[0].dtype.kind == "f" and output.dtype.kind == "f" else None]


def _error_function(x: np.ndarray) -> np.ndarray:
    """Gauss' error function of every element; NumPy has none, and this room does without SciPy."""
    values = np.fromiter(map(math.erf, x.reshape(-1).tolist()), np.float64, count=x.size)
    return values.reshape(x.shape)


def _bell(x: np.ndarray) -> np.ndarray:
    """The derivative of the error function."""
    return 2 / math.sqrt(math.pi) * np.exp(-x * x)


_IDENTITY = unary(lambda x: x, lambda x, y, g: g)
_SUM = _binary(np.add, lambda a, b, y, g: (g, g))

ELEMENTWISE: Mapping[str, Operation] = {
    **dict.fromkeys(("Identity", "StopGradient", "PreventGradient", "Snapshot", "CheckNumerics", "EnsureShape", "PlaceholderWithDefault"), _IDENTITY),
    "StopGradient": unary(lambda x: x),
    "ZerosLike": unary(np.zeros_like),
    "OnesLike": unary(np.ones_like),
    "Add": _SUM,
    "AddV2": _SUM,
    "AddN": single(_added, lambda node, inputs, y, g: [g] * len(inputs)),
    "BiasAdd": single(_biased, _biased_gradient),
    "Sub": _binary(np.subtract, lambda a, b, y, g: (g, -g)),
    "Mul": _binary(np.multiply, lambda a, b, y, g: (g * b, g * a)),
    "RealDiv": _binary(_divided, lambda a, b, y, g: (g / b, -g * y / b)),
    "Div": _binary(_divided, lambda a, b, y, g: (g / b, -g * y / b)),
    "DivNoNan": _binary(
        lambda a, b: np.where(b == 0, 0.0, a / np.where(b == 0, 1.0, b)),
        lambda a, b, y, g: (np.where(b == 0, 0.0, g / np.where(b == 0, 1.0, b)), -y * g / np.where(b == 0, 1.0, b)),
    ),
    "FloorDiv": _binary(lambda a, b: np.floor_divide(a, b)),
    "FloorMod": _binary(lambda a, b: np.mod(a, b)),
    # Where both are equal TensorFlow gives the whole gradient to the first.
    "Maximum": _binary(np.maximum, lambda a, b, y, g: (np.where(a >= b, g, 0.0), np.where(a >= b, 0.0, g))),
    "Minimum": _binary(np.minimum, lambda a, b, y, g: (np.where(a <= b, g, 0.0), np.where(a <= b, 0.0, g))),
    "Pow": _binary(np.power, _power_gradient),
    "SquaredDifference": _binary(
        lambda a, b: np.square(a - b), lambda a, b, y, g: (2 * g * (a - b), -2 * g * (a - b))
    ),
    "Square": unary(np.square, lambda x, y, g: 2 * g * x),
    "Sqrt": unary(np.sqrt, lambda x, y, g: g / (2 * y)),
    "Rsqrt": unary(lambda x: 1 / np.sqrt(x), lambda x, y, g: -g * y**3 / 2),
    "Reciprocal": unary(lambda x: 1 / x, lambda x, y, g: -g * y * y),
    "Inv": unary(lambda x: 1 / x, lambda x, y, g: -g * y * y),
    "Exp": unary(np.exp, lambda x, y, g: g * y),
    "Expm1": unary(np.expm1, lambda x, y, g: g * (y + 1)),
    "Log": unary(np.log, lambda x, y, g: g / x),
    "Log1p": unary(np.log1p, lambda x, y, g: g / (1 + x)),
    "Neg": unary(np.negative, lambda x, y, g: -g),
    "Abs": unary(np.abs, lambda x, y, g: g * np.sign(x)),
    "Sign": unary(np.sign),
    "Floor": unary(np.floor),
    "Ceil": unary(np.ceil),
    "Round": unary(np.round),
    "Sin": unary(np.sin, lambda x, y, g: g * np.cos(x)),
    "Cos": unary(np.cos, lambda x, y, g: -g * np.sin(x)),
    "Erf": unary(_error_function, lambda x, y, g: g * _bell(x)),
    "Erfc": unary(lambda x: 1 - _error_function(x), lambda x, y, g: -g * _bell(x)),
    "Greater": _binary(np.greater),
    "GreaterEqual": _binary(np.greater_equal),
    "Less": _binary(np.less),
    "LessEqual": _binary(np.less_equal),
    "Equal": _binary(np.equal),
    "NotEqual": _binary(np.not_equal),
    "LogicalAnd": _binary(np.logical_and),
    "LogicalOr": _binary(np.logical_or),
    "LogicalNot": unary(np.logical_not),
    "IsNan": unary(np.isnan),
    "IsInf": unary(np.isinf),
    "IsFinite": unary(np.isfinite),
    "Select": single(_selected, _selected_gradient),
    "SelectV2": single(_selected, _selected_gradient),
    "ClipByValue": single(
        lambda node, inputs: np.minimum(np.maximum(inputs[0], inputs[1]), inputs[2]), _clipped_gradient
    ),
    "Cast": single(_cast, _cast_gradient),
}  # fmt: skip
