"""Reverse mode through a graph: from the gradient of its output to those of any nodes, be they constants or the images."""

from __future__ import annotations

import time
from collections.abc import Collection

import numpy as np

from grader.checks.network.errors import GraphUnreadable, NetworkError
from grader.checks.network.forward import LONGEST_SECONDS, Tensors, tensor
from grader.checks.network.graph import Graph, Node, Source
from grader.checks.network.operations.operation import Backward, Operation
from grader.checks.network.operations.table import OPERATIONS
from grader.model.errors import InfrastructureError


def pulled_back(graph: Graph, computed: Tensors, upstream: np.ndarray, goals: Collection[str]) -> dict[str, np.ndarray]:
    """The gradients of the nodes `goals`, each of one tensor, from `upstream`, that of the graph's output.

    `computed` holds the outputs of every node. What the output does not depend on in a differentiable way is left out.
    Raises UnknownOperation where an operation on the way has no derivative here, GraphUnreadable where one cannot be
    computed.
    """
    deadline = time.monotonic() + LONGEST_SECONDS
    wanted = _on_the_way(graph, goals)
    collected: dict[Source, np.ndarray] = {graph.output: upstream}
    found: dict[str, np.ndarray] = {}
    for name in reversed(graph.nodes):
        node, results = graph.nodes[name], computed[name]
        if time.monotonic() > deadline:
            raise GraphUnreadable(f"the network's gradients take longer than {LONGEST_SECONDS:.0f} seconds to compute")
        above = [collected.pop(Source(name, place), None) for place in range(len(results))]
        if name not in wanted or all(gradient is None for gradient in above):
            continue
        if name in goals:
            found[name] = above[0]  # type: ignore[assignment]
            continue
        complete = [np.zeros(a.shape) if g is None else g for a, g in zip(results, above, strict=True)]
        for source, gradient in zip(node.inputs, _backward(node, computed, complete, wanted), strict=False):
            if gradient is not None and source.name in wanted:
                known = collected.get(source)
                collected[source] = gradient if known is None else known + gradient
    return found


def _on_the_way(graph: Graph, goals: Collection[str]) -> set[str]:
    """Nodes through which a gradient has to go to reach one of the goals."""
    wanted: set[str] = set()
    for name, node in graph.nodes.items():
        if name in goals or (name != graph.input and any(source.name in wanted for source in node.inputs)):
            wanted.add(name)
    return wanted


def _backward(node: Node, computed: Tensors, upstream: list[np.ndarray], wanted: set[str]) -> list[np.ndarray | None]:
    backward = _cheapest(OPERATIONS[node.op], [source.name in wanted for source in node.inputs])
    if backward is None:
        return []
    inputs = [tensor(node, source, computed) for source in node.inputs]
    try:
        return list(backward(node, inputs, computed[node.name], upstream))
    except (NetworkError, InfrastructureError):
        raise
    except Exception as error:
        raise GraphUnreadable(f"no gradient of {node.op} {node.name[:80]!r} can be computed") from error


def _cheapest(operation: Operation, wanted: list[bool]) -> Backward | None:
    """What gives the gradients to the inputs that are `wanted`, and as little besides as can be."""
    if operation.to_parameters is not None and not wanted[0]:
        return operation.to_parameters
    if operation.to_first is not None and not any(wanted[1:]):
        return operation.to_first
    return operation.backward
