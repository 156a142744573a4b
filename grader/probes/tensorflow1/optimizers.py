"""The optimiser that a graph of TensorFlow 1 holds, read from the operations that update its variables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

_UPDATE = re.compile(r"(?:Resource)?(?:Sparse)?Apply([A-Z]\w+)")
_RATES = ("alpha", "lr")


def updates_of(operations: Iterable[Any]) -> list[Any]:
    """The operations that make a step of some optimiser, in order."""
    return [operation for operation in operations if _UPDATE.fullmatch(operation.type)]


def optimizer_name(update: Any) -> str:
    """``GradientDescent``, ``Adam``, ``Momentum``, …"""
    found = _UPDATE.fullmatch(update.type)
    return found[1] if found else update.type


def learning_rate(update: Any, session: Any, fed: Mapping[Any, Any]) -> float | None:
    """The rate that `update` has at the start; None where it cannot be told by itself."""
    import tensorflow as tf

    names = [argument.name for argument in update.op_def.input_arg]
    place = next((names.index(name) for name in _RATES if name in names), None)
    if place is None:
        return None
    try:
        rate = np.asarray(session.run(update.inputs[place], fed))
    except (tf.errors.OpError, ValueError, TypeError):
        return None
    # A float32 rate of 0.01 is told as 0.01, not with the digits that float32 adds.
    return float(str(rate[()])) if rate.ndim == 0 else None
