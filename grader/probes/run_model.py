"""Probe `run_model`: the notebook's own training and evaluation, on a kept network and data of the grader's."""

from __future__ import annotations

from collections.abc import Mapping

from grader.model.observation import Value
from grader.probes.namespace import notebook_function
from grader.probes.networks import kept
from grader.probes.returned_arrays import as_arrays


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
    return {"returned": as_arrays(returned)}
