"""Mean softmax cross-entropy of a network, its gradient to every constant, and what gradient descent makes of the network."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from grader.checks.network.errors import GraphUnreadable
from grader.checks.network.forward import output_of, tensors
from grader.checks.network.graph import Graph
from grader.checks.network.operations.activations import log_softmax
from grader.checks.network.reverse import pulled_back

#: Operations that hand their first input on as it is, at most in another precision.
_PASSING = frozenset({"Identity", "Cast", "StopGradient", "EnsureShape", "CheckNumerics"})


@dataclass(frozen=True, slots=True)
class Gradients:
    """`loss` is the mean over the batch, `logits` (N, K) the network's output, all float64.

    `by_constant` has, for every Const of floats on which the output depends in a differentiable way, the loss's
    gradient in the constant's shape. Among these are constants that no student trains, such as a scaling by 1/255.
    """

    loss: float
    logits: np.ndarray
    by_constant: Mapping[str, np.ndarray]


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean softmax cross-entropy of `logits (N, K)` with `labels (N,)` from 0 to K - 1, and its gradient (N, K)."""
    with np.errstate(all="ignore"):
        logarithms = log_softmax(np.asarray(logits, dtype=np.float64))
    rows = np.arange(len(labels))
    gradient = np.exp(logarithms)
    gradient[rows, labels] -= 1
    return float(-logarithms[rows, labels].mean()), gradient / len(labels)


def gradients(graph: Graph, images: np.ndarray, labels: np.ndarray) -> Gradients:
    """Reverse mode through the network, whose output is taken as logits.

    `images (N, H, W, C)`, `labels (N,)` whole numbers. Raises UnknownOperation where an operation on the way has no
    derivative here, GraphUnreadable where one cannot be computed or the output is not (N, K) with a place for every label.
    """
    computed = tensors(graph, images)
    logits = output_of(graph, computed)
    labels = np.asarray(labels).reshape(-1).astype(np.int64)
    if logits.ndim != 2 or len(logits) != len(labels) or logits.shape[1] <= labels.max(initial=0):
        raise GraphUnreadable(f"the network gives shape {logits.shape} for {len(labels)} images, not (N, classes)")
    with np.errstate(all="ignore"):
        loss, upstream = cross_entropy(logits, labels)
        by_constant = pulled_back(graph, computed, upstream, _constants(graph))
    return Gradients(loss, logits, MappingProxyType(by_constant))


def descend(
    graph: Graph,
    images_batches: Iterable[np.ndarray],
    labels_batches: Iterable[np.ndarray],
    learning_rate: float,
    constants: Collection[str] | None = None,
) -> Graph:
    """The graph after a step of plain gradient descent on each batch in turn.

    Changed are the `constants` named, by default the graph's variables, as far as the loss depends on them.
    """
    for images, labels in zip(images_batches, labels_batches, strict=True):
        graph = stepped(graph, gradients(graph, images, labels), learning_rate, constants)
    return graph


def stepped(graph: Graph, found: Gradients, learning_rate: float, constants: Collection[str] | None = None) -> Graph:
    """The graph after one step down along the gradients `found` of it; see `descend`."""
    trained = set(graph.variables if constants is None else constants)
    return graph.with_constants(
        {
            name: graph.nodes[name].value - learning_rate * gradient  # type: ignore[operator]
            for name, gradient in found.by_constant.items()
            if name in trained
        }
    )


def with_output_before(graph: Graph, op: str) -> Graph | None:
    """The graph without its last operation where that is an `op` (``Softmax``): what it took is the output instead.

    Operations behind it that hand values on unchanged are passed over. None where the graph does not end in `op`.
    """
    source = graph.output
    while (node := graph.nodes[source.name]).inputs and node.name != graph.input:
        if node.op == op:
            return graph.with_output(node.inputs[0])
        if node.op not in _PASSING:
            return None
        source = node.inputs[0]
    return None


def _constants(graph: Graph) -> frozenset[str]:
    """Names of all constants of floats."""
    return frozenset(
        name
        for name, node in graph.nodes.items()
        if node.op == "Const" and node.value is not None and node.value.dtype.kind == "f"
    )
