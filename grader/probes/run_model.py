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
    network = kept(arguments["handle"])
    passed = [arguments[name] for name in ("X", "Y", "epochs", "batch_size", "is_training")]
    try:
        returned = function(network.model, *passed)
    except Exception:
        if network.made is None:
            raise
        # What came with the model, its optimiser as a rule, may be expected along with it.
        returned = function(network.made, *passed)
    return {"returned": _as_arrays(returned, _DEEPEST)}


def _as_arrays(value: Any, deepest: int) -> Any:
    """`value` with eager tensors and variables, in it or in its containers, as arrays; the rest as it is."""
    import keras
    import tensorflow as tf

    if isinstance(value, (tf.Variable, keras.Variable)):
        value = tf.convert_to_tensor(value)
    if type(value) is type(tf.constant(0)):
        # NumPy itself has no bfloat16, and what else reads the answer does not know it.
        return (tf.cast(value, tf.float32) if value.dtype == tf.bfloat16 else value).numpy()
    if deepest == 0 or not isinstance(value, tuple | list | dict) or len(value) > _MOST_ENTRIES:
        return value
    if type(value) is dict:
        return {name: _as_arrays(entry, deepest - 1) for name, entry in value.items()}
    if type(value) is list:
        return [_as_arrays(entry, deepest - 1) for entry in value]
    return tuple(_as_arrays(entry, deepest - 1) for entry in value) if isinstance(value, tuple) else value
