"""Probe `run_model`: the notebook's own training and evaluation, on a kept network and data of the grader's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.model.observation import Value
from grader.probes.namespace import notebook_function
from grader.probes.networks import kept

_DEEPEST = 4
_MOST_ENTRIES = 1000


def run_model(arguments: Mapping[str, Value]) -> Value:
    """Arguments ``handle``, ``X``, ``Y``, ``epochs``, ``batch_size``, ``is_training``.

    Calls ``run_model(model, X, Y, epochs, batch_size, is_training)`` and returns ``{"returned": what it returned}``, its
    tensors as arrays. Raises FunctionMissing, UnknownHandle, or what the student's code raises.
    """
    function = notebook_function("run_model")
    model = kept(arguments["handle"]).model
    passed = (arguments[name] for name in ("X", "Y", "epochs", "batch_size", "is_training"))
    return {"returned": _as_arrays(function(model, *passed), _DEEPEST)}


def _as_arrays(value: Any, deepest: int) -> Any:
    """`value` with eager tensors of TensorFlow's own type, in it or in its containers, as arrays; the rest as it is."""
    import tensorflow as tf

    if type(value) is type(tf.constant(0)):
        return value.numpy()
    if deepest == 0 or not isinstance(value, tuple | list | dict) or len(value) > _MOST_ENTRIES:
        return value
    if type(value) is dict:
        return {name: _as_arrays(entry, deepest - 1) for name, entry in value.items()}
    if type(value) is list:
        return [_as_arrays(entry, deepest - 1) for entry in value]
    return tuple(_as_arrays(entry, deepest - 1) for entry in value) if isinstance(value, tuple) else value
