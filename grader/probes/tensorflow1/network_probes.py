"""Probes `network`, `graph`, `logits`, `assign` and `plain_network` for hand-ins of TensorFlow 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

import numpy as np

from grader.model.observation import Value
from grader.probes.logits import BATCH_SIZE
from grader.probes.networks import NotANetwork
from grader.probes.tensorflow1.frozen_graph import read_graph
from grader.probes.tensorflow1.networks import Network, build, keep, kept
from grader.probes.tensorflow1.optimizers import learning_rate, optimizer_name, updates_of


def network(arguments: Mapping[str, Value]) -> Value:
    """Arguments and answer as `grader.probes.network`'s; ``compiled`` tells of the optimiser and the loss in the graph.

    ``args`` are not taken. Raises FunctionMissing, NotANetwork, NotOneTensor, or what the student's code raises.
    """
    built = build(arguments["function"])
    keep(arguments["handle"], built)
    return told(built, values=arguments.get("values", True))


def told(network: Network, values: bool = True) -> dict[str, Value]:
    """What the probes `network` and `inception` return of a network."""
    shapes = [[int(extent) for extent in weight.shape] for weight in network.weights]
    return {
        "graph": read_graph(network, values=values),
        "weights": shapes,
        "parameters": sum(int(np.prod(shape, dtype=np.int64)) for shape in shapes),
        "class": type(network.model).__name__,
        "wrapped": False,
        "compiled": _compiled(network),
    }


def graph(arguments: Mapping[str, Value]) -> Value:
    """Arguments and answer as `grader.probes.graph`'s. Raises UnknownHandle."""
    return read_graph(kept(arguments["handle"]), bool(arguments.get("training", False)), arguments.get("values", True))


def logits(arguments: Mapping[str, Value]) -> Value:
    """Arguments and answer as `grader.probes.logits`': the scores that the graph makes while nothing is trained.

    Raises UnknownHandle, or what running the graph raises.
    """
    network = kept(arguments["handle"])
    images, batch_size = arguments["images"], arguments.get("batch_size", BATCH_SIZE)
    outputs = [network.run(images[start : start + batch_size]) for start in range(0, len(images), batch_size)]
    return np.concatenate(outputs).astype(np.float32)


def assign(arguments: Mapping[str, Value]) -> Value:
    """Arguments and answer as `grader.probes.assign`'s. Raises UnknownHandle, and ValueError as there."""
    network, values = kept(arguments["handle"]), arguments["values"]
    if len(network.weights) != len(values):
        raise ValueError(f"{len(values)} values for {len(network.weights)} weights")
    pairs = [(weight, value) for weight, value in zip(network.weights, values, strict=True) if value is not None]
    for weight, value in pairs:
        if tuple(weight.shape.as_list()) != value.shape:
            raise ValueError(f"value of shape {value.shape} for a weight of shape {tuple(weight.shape.as_list())}")
    network.assign([weight for weight, _ in pairs], [value for _, value in pairs])
    return len(pairs)


def plain_network(arguments: Mapping[str, Value]) -> NoReturn:
    """There is none: what a network's parts are called is each notebook's own, so `run_model` runs on its own networks alone.

    Raises NotANetwork.
    """
    raise NotANetwork("plain_network", None)


def _compiled(network: Network) -> dict[str, Value] | None:
    updates = updates_of(network.graph.get_operations())
    if not updates and network.loss is None:
        return None
    return {
        "optimizer": optimizer_name(updates[0]) if updates else "GradientDescent",
        "learning_rate": learning_rate(updates[0], network.session, network.fed()) if updates else None,
        "loss": network.loss or "crossentropy",
        "from_logits": None,
    }
