"""Puts requests to the process of a notebook, one after the other, and ends an attempt where one is not answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.checks.network.errors import NetworkError, UnknownOperation
from grader.checks.network.forward import outputs
from grader.checks.network.gradients import with_output_before
from grader.checks.network.graph import Graph, Node, Source
from grader.checks.part import LiveNotebook
from grader.model.evidence import Problem
from grader.model.observation import CallObservation, ProbeRequest, Value
from grader.model.status import CallOutcome

#: Names of nodes that no network of TensorFlow's can have.
_SOFTMAX = "softmax of the grader's"
_LEAST, _MOST, _CLIPPED, _LOGARITHM = (f"{name} of the grader's" for name in ("least", "most", "clip", "logarithm"))
#: What Keras keeps probabilities away from 0 and 1 by.
CLIPPED = 1e-7
_SMALLEST = 1e-30
_LOST = frozenset({"UnknownHandle"})
_NO_MODEL = frozenset({"NotANetwork", "NotOneTensor"})


class Unanswered(Exception):
    """A request ended otherwise than with an answer; `seen` says how."""

    def __init__(self, seen: CallObservation):
        super().__init__(seen.outcome.value)
        self.seen = seen


class Lost(Unanswered):
    """The process that kept a network has ended in an earlier call, which is told there."""


def gone(ended: Exception) -> bool:
    """Whether the process, or the time, in which more could be asked is gone."""
    if not isinstance(ended, Unanswered):
        return False
    return ended.seen.outcome not in (CallOutcome.RAISED, CallOutcome.MISSING)


class Breach(Exception):
    """An answer breaks the contract so that nothing more can be asked of it."""

    def __init__(self, problem: Problem):
        super().__init__(problem.id)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Network:
    """A network that is kept in the notebook's process under `handle`; `graph` is what it was when it was read."""

    handle: str
    graph: Graph
    shapes: tuple[tuple[int, ...], ...]
    compiled: Mapping[str, Value] | None

    @property
    def ends_in_softmax(self) -> bool:
        return with_output_before(self.graph, "Softmax") is not None

    @property
    def logits_graph(self) -> Graph:
        """The graph up to the logits: without a softmax at its end."""
        return without_softmax(self.graph)

    @property
    def softmaxed_graph(self) -> Graph:
        """The graph with probabilities at its end, which a loss that expects logits takes for such."""
        if self.ends_in_softmax:
            return self.graph
        node = Node(_SOFTMAX, "Softmax", (self.graph.output,))
        return Graph({**self.graph.nodes, _SOFTMAX: node}, self.graph.input, Source(_SOFTMAX))

    @property
    def taken_for_probabilities(self) -> Graph:
        """The graph whose output, through a softmax, is what a loss makes of logits that it takes for probabilities."""
        ends = {_LEAST: CLIPPED, _MOST: 1 - CLIPPED}
        added = [Node(name, "Const", value=np.array(end, np.float32)) for name, end in ends.items()]
        added.append(Node(_CLIPPED, "ClipByValue", (self.graph.output, Source(_LEAST), Source(_MOST))))
        added.append(Node(_LOGARITHM, "Log", (Source(_CLIPPED),)))
        nodes = {**self.graph.nodes, **{node.name: node for node in added}}
        return Graph(nodes, self.graph.input, Source(_LOGARITHM))


def without_softmax(graph: Graph) -> Graph:
    """`graph` up to its logits."""
    return with_output_before(graph, "Softmax") or graph


class Asking:
    """Requests to one live notebook."""

    def __init__(self, live: LiveNotebook):
        self._live = live

    def ask(self, probe: str, **arguments: Value) -> Value:
        """What the probe returned. Raises Unanswered, or Breach where a function gave no network."""
        (seen,) = self._live.probe([ProbeRequest(probe, arguments)])
        if seen.outcome is CallOutcome.RETURNED:
            return seen.value
        error = seen.error.type if seen.error is not None else ""
        if seen.outcome is CallOutcome.RAISED and error in _LOST:
            raise Lost(CallObservation(CallOutcome.NOT_RUN))
        if seen.outcome is CallOutcome.RAISED and error in _NO_MODEL and seen.error is not None:
            if seen.error.message.endswith("returned None"):
                raise Breach(Problem("returned_none"))
            raise Breach(Problem("not_a_model", {"what": seen.error.message}))
        raise Unanswered(seen)

    def network(self, probe: str, handle: str, **arguments: Value) -> Network:
        """The network that `probe` (``network``, ``inception``, ``plain_network``) makes and keeps."""
        told = self.ask(probe, handle=handle, **arguments)
        return read_network(handle, told)

    def graph(self, network: Network, training: bool = False) -> Graph:
        """The network's graph as it is now."""
        return _readable(self.ask("graph", handle=network.handle, training=training))

    def logits(self, network: Network, images: np.ndarray) -> np.ndarray:
        """The network's logits for `images`, float64; of probabilities their logarithms."""
        got = self.output(network, images)
        return np.log(np.maximum(got, _SMALLEST)) if network.ends_in_softmax else got

    def output(self, network: Network, images: np.ndarray) -> np.ndarray:
        """What the network gives for `images`, float64. Raises Breach where that is no array of finite numbers."""
        got = self.ask("logits", handle=network.handle, images=images)
        if not isinstance(got, np.ndarray) or got.dtype.kind not in "iuf":
            raise Breach(Problem("no_logits", {"type": type(got).__name__}))
        if not np.isfinite(got).all():
            unusable = int(np.count_nonzero(~np.isfinite(got)))
            raise Breach(Problem("not_finite", {"name": "logits", "count": unusable, "total": got.size}))
        return got.astype(np.float64)


def read_network(handle: str, told: Value) -> Network:
    """What the probes `network`, `inception` and `plain_network` return, as a Network. Raises Breach."""
    if not isinstance(told, Mapping):
        raise Breach(Problem("graph_unreadable", {"reason": "nothing was told of it"}))
    shapes = tuple(_shape(shape) for shape in told.get("weights", ()))
    compiled = told.get("compiled")
    return Network(handle, _readable(told.get("graph")), shapes, compiled if isinstance(compiled, Mapping) else None)


def computed(graph: Graph, images: np.ndarray) -> np.ndarray:
    """The grader's own evaluation. Raises Breach where the graph cannot be computed here."""
    try:
        return outputs(graph, images)
    except UnknownOperation as error:
        raise Breach(Problem("unknown_operation", {"operation": error.op})) from error
    except NetworkError as error:
        raise Breach(Problem("graph_unreadable", {"reason": str(error)})) from error


def _readable(value: Value) -> Graph:
    try:
        return Graph.from_value(value)
    except NetworkError as error:
        raise Breach(Problem("graph_unreadable", {"reason": str(error)})) from error


def _shape(told: Any) -> tuple[int, ...]:
    extents = told if isinstance(told, list | tuple) else ()
    return tuple(extent for extent in extents if type(extent) is int and 0 <= extent < 2**31)
