"""The contract of `simple_model`: 9x9 convolution, 3x3 max pooling, a dense layer of 8 on what is flattened, logits."""

from __future__ import annotations

from collections.abc import Mapping

from grader.checks.network.contract import (
    Alignment,
    Wanted,
    WantedConvolution,
    WantedDense,
    WantedPooling,
    activation_problems,
    aligned,
    extra_problem,
    missing_problem,
    order_problem,
    shape_problems,
    stride_problems,
    tidied,
    without_input_scaling,
)
from grader.checks.network.layers import Dense, Flatten, Layer, Pooling, Structure, described
from grader.model.evidence import Problem

GROUPS = ("convolution", "pooling", "hidden", "logits", "nothing_else")

CLASSES = 10
_CONVOLUTION = WantedConvolution("Conv2D", kernel=9, filters=8)
_POOLING = WantedPooling("MaxPooling2D", size=3)
_HIDDEN = WantedDense("Dense 1", units=8, activation="relu")
_LOGITS = WantedDense("Dense 2", units=CLASSES, activation=None)
_STRIDES = {"Conv2D": 1, "MaxPooling2D": 3}


def groups(structure: Structure) -> Mapping[str, tuple[Problem, ...]]:
    """The breaches in each of GROUPS, in that order; padding is free. One slip is a breach in one group."""
    layers = tidied(without_input_scaling(structure.layers))
    found = aligned(
        (_CONVOLUTION, _POOLING, _HIDDEN, _LOGITS), [layer for layer in layers if not isinstance(layer, Flatten)]
    )
    hidden, replacement = _hidden(found)
    return {
        "convolution": tuple(_of(found, _CONVOLUTION, "relu")),
        "pooling": tuple(_of(found, _POOLING, None)),
        "hidden": tuple(hidden),
        "logits": tuple(_logits(found, structure)),
        "nothing_else": tuple(extra_problem(layer) for layer in found.extra if layer is not replacement),
    }


def _of(found: Alignment, wanted: Wanted, activation: str | None) -> list[Problem]:
    """What is wrong with one wanted layer."""
    layer = found.layer(wanted)
    if layer is None:
        return [missing_problem(wanted)]
    problems = [order_problem(wanted)] if wanted in found.swapped else []
    problems += shape_problems(wanted, layer)
    if wanted.name in _STRIDES:
        problems += stride_problems(wanted, layer, _STRIDES[wanted.name])
    return problems + activation_problems(wanted.name, layer.activation, activation)


def _hidden(found: Alignment) -> tuple[list[Problem], Layer | None]:
    """What is wrong with the hidden layer; and a global pooling that stands in the place of flattening."""
    problems = _of(found, _HIDDEN, "relu")
    layer = found.layer(_HIDDEN)
    if not isinstance(layer, Dense):
        return problems, None
    if not layer.on_flat:
        problems.append(Problem("dense_before_flatten", {"layer": _HIDDEN.name}))
    replacement = next((extra for extra in found.extra if isinstance(extra, Pooling) and extra.is_global), None)
    if replacement is not None:
        problems.append(Problem("flatten_replaced", {"found": described(replacement)}))
    return problems, replacement


def _logits(found: Alignment, structure: Structure) -> list[Problem]:
    problems = _of(found, _LOGITS, None)
    layer, hidden = found.layer(_LOGITS), found.layer(_HIDDEN)
    if not isinstance(layer, Dense):
        return problems
    # A hidden layer that is not on flattened features says the same already.
    if not layer.on_flat and not (isinstance(hidden, Dense) and not hidden.on_flat):
        problems.append(Problem("dense_before_flatten", {"layer": _LOGITS.name}))
    if structure.output_shape != (CLASSES,) and layer.units == CLASSES:
        problems.append(Problem("output_shape", {"found": str(structure.output_shape), "expected": str((CLASSES,))}))
    return problems
