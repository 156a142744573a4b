"""Probe `graph`: the arithmetic of a kept network, with the weights as they are now."""

from __future__ import annotations

from collections.abc import Mapping

from grader.model.observation import Value
from grader.probes.networks import kept
from grader.probes.op_graph import read_graph


def graph(arguments: Mapping[str, Value]) -> Value:
    """Arguments ``handle``, and ``training`` and ``values`` (bools, false and true where they are not given).

    Returns the GRAPH of `op_graph.read_graph`: of the inference pass, or of the pass in training mode, in which dropout
    shows as random operations and batch normalisation as means over the batch. Nothing is run: reading changes nothing.
    Raises UnknownHandle, or what the student's code raises.
    """
    network = kept(arguments["handle"])
    traced = network.trace(training=True) if arguments.get("training", False) else network.inference()
    return read_graph(traced, network.weights, arguments.get("values", True))
