"""Computes a network on images, in float64."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np

from grader.checks.network.errors import GraphUnreadable, NetworkError, UnknownOperation
from grader.checks.network.graph import Graph, Node, Source
from grader.checks.network.operations.operation import MOST_ELEMENTS
from grader.checks.network.operations.table import OPERATIONS
from grader.model.errors import InfrastructureError

#: Outputs of every node.
Tensors = dict[str, tuple[np.ndarray, ...]]
#: Longer than any network of the assignment takes on a batch; what takes longer was made to do so.
LONGEST_SECONDS = 120.0
#: Elements of all tensors that are held at a time: 1.5 GB of float64, and as much again for their gradients. A batch of 60
#: images in the networks of the assignment needs a tenth of that.
MOST_HELD = 192_000_000


def outputs(graph: Graph, images: np.ndarray) -> np.ndarray:
    """What the network gives for `images (N, H, W, C)`: (N, K) float64 for a classifier, else whatever shape it has.

    Raises UnknownOperation for an operation that the table does not have, GraphUnreadable where one cannot be computed.
    """
    return output_of(graph, tensors(graph, images, keep_all=False))


def output_of(graph: Graph, computed: Tensors) -> np.ndarray:
    """The graph's output among what was computed."""
    return np.asarray(tensor(graph.nodes[graph.output.name], graph.output, computed), dtype=np.float64)


def tensors(graph: Graph, images: np.ndarray, keep_all: bool = True, most_held: int = MOST_HELD) -> Tensors:
    """The outputs of every node for `images`; without `keep_all` each is let go after its last use."""
    computed: Tensors = {graph.input: (np.asarray(images, dtype=np.float64),)}
    compute(graph, computed, keep_all, most_held)
    return computed


def compute(graph: Graph, computed: Tensors, keep_all: bool = True, most_held: int = MOST_HELD) -> None:
    """Adds to `computed` what every node that is not in it gives. Raises GraphUnreadable where that is more than
    `most_held` elements at a time."""
    deadline = time.monotonic() + LONGEST_SECONDS
    last_use: Mapping[str, str] = {} if keep_all else graph.last_use
    held = 0
    for name, node in graph.nodes.items():
        if name not in computed:
            computed[name] = _computed(node, computed)
            held += _elements(computed[name])
        if held > most_held:
            raise GraphUnreadable(f"the network needs more than {most_held} numbers at a time")
        if time.monotonic() > deadline:
            raise GraphUnreadable(f"the network takes longer than {LONGEST_SECONDS:.0f} seconds to compute")
        if not keep_all:
            for source in node.inputs:
                if last_use[source.name] == name and source.name != graph.output.name:
                    held -= _elements(computed.pop(source.name, ()))


def _elements(results: tuple[np.ndarray, ...]) -> int:
    return sum(array.size for array in results)


def tensor(node: Node, source: Source, computed: Tensors) -> np.ndarray:
    """The tensor `source`, which `node` takes."""
    found = computed[source.name]
    if source.index >= len(found):
        raise GraphUnreadable(f"{node.op} {node.name[:80]!r} takes output {source.index} of {source.name[:80]!r}")
    return found[source.index]


def _computed(node: Node, computed: Tensors) -> tuple[np.ndarray, ...]:
    if node.op == "Const":
        return (constant(node),)
    operation = OPERATIONS.get(node.op)
    if operation is None:
        raise UnknownOperation(node.op)
    inputs = [tensor(node, source, computed) for source in node.inputs]
    try:
        with np.errstate(all="ignore"):
            results = operation.forward(node, inputs)
    except (NetworkError, InfrastructureError):
        raise
    except MemoryError as error:
        raise GraphUnreadable(f"{node.op} {node.name[:80]!r} takes more memory than there is") from error
    except Exception as error:
        # Inputs and attributes are whatever a student's process said: an operation may fail on them in any way.
        shapes = ", ".join(str(array.shape) for array in inputs)
        raise GraphUnreadable(
            f"{node.op} {node.name[:80]!r} cannot be computed on inputs of shapes {shapes}"
        ) from error
    if any(array.size > MOST_ELEMENTS for array in results):
        raise GraphUnreadable(f"{node.op} {node.name[:80]!r} makes a tensor of more than {MOST_ELEMENTS} elements")
    return results


def constant(node: Node) -> np.ndarray:
    """A Const's value: floats as float64, whole numbers as int64."""
    if node.value is None:
        raise GraphUnreadable(f"constant {node.name[:80]!r} came without its numbers")
    if node.value.dtype.kind == "f":
        return node.value.astype(np.float64)
    return node.value if node.value.dtype.kind == "b" else node.value.astype(np.int64)
