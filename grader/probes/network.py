"""Probe `network`: a model that a function of the notebook gives, told as a graph and kept under a handle."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.model.observation import Value
from grader.probes.networks import Network, adopt, keep, made_by, parameters
from grader.probes.op_graph import read_graph


def network(arguments: Mapping[str, Value]) -> Value:
    """Arguments ``function``, ``handle``, and ``args`` (list) and ``values`` (bool, see `op_graph.read_graph`) if need be.

    Calls the notebook's function (or class) and returns::

        {"graph": GRAPH of the inference pass on images (N, 32, 32, 3), see `op_graph.read_graph`,
         "weights": [shape of each weight], "parameters": int, "class": type's name, "wrapped": bool,
         "compiled": {"optimizer": str, "learning_rate": float or None, "loss": str, "from_logits": bool or None} or None}

    Weights are in the order of ``model.weights`` (trainable and not), then variables that only the pass itself shows;
    without Keras, the order of tf.Module's ``variables``. ``wrapped`` says that the model came as the first of several
    values. Raises FunctionMissing, NotANetwork, NotOneTensor, or what the student's code raises.
    """
    made = made_by(arguments["function"], *arguments.get("args", ()))
    adopted = adopt(made, arguments["function"])
    keep(arguments["handle"], adopted)
    return told(adopted, values=arguments.get("values", True))


def told(network: Network, values: bool = True) -> dict[str, Value]:
    """What the probes `network`, `inception` and `plain_network` return of a network."""
    return {
        "graph": read_graph(network.traced, network.weights, values),
        "weights": [[int(extent) for extent in weight.shape] for weight in network.weights],
        "parameters": parameters(network),
        "class": type(network.model).__name__,
        "wrapped": network.wrapped,
        "compiled": _compiled(network.model),
    }


def _compiled(model: Any) -> dict[str, Value] | None:
    import keras

    if not isinstance(model, keras.Model) or not model.compiled or model.optimizer is None:
        return None
    loss = model.loss
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", None) or type(loss).__name__
    return {
        "optimizer": type(model.optimizer).__name__,
        "learning_rate": _learning_rate(model.optimizer),
        "loss": str(name),
        "from_logits": _from_logits(loss),
    }


def _from_logits(loss: Any) -> bool | None:
    """Whether the loss expects logits: as it was built, or, of a name or function, by its default. None if unknown."""
    import keras

    told: Any = None
    try:
        if isinstance(loss, keras.losses.Loss):
            told = loss.get_config().get("from_logits")
        elif isinstance(loss, str) or inspect.isfunction(loss):
            function = keras.losses.get(loss) if isinstance(loss, str) else loss
            told = inspect.signature(function).parameters["from_logits"].default
    except (KeyError, TypeError, ValueError, NotImplementedError):
        return None
    return told if isinstance(told, bool) else None


def _learning_rate(optimizer: Any) -> float | None:
    """The rate, None for a schedule."""
    import keras

    if isinstance(getattr(optimizer, "_learning_rate", None), keras.optimizers.schedules.LearningRateSchedule):
        return None
    rate = np.asarray(optimizer.learning_rate)
    # A float32 rate of 0.01 is told as 0.01, not with the digits that float32 adds.
    return float(str(rate[()])) if rate.ndim == 0 else None
