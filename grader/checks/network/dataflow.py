"""Which nodes of a graph carry the images' way to the output, where that way forks, and where it joins again."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from grader.checks.network.errors import GraphUnreadable, NetworkError
from grader.checks.network.forward import Tensors, compute
from grader.checks.network.graph import MOST_CONSTANT_ELEMENTS, Graph, Node

#: Images in the trial batch: two, so that the batch axis shows in shapes.
BATCH = 2

#: What these give depends on the shape of what they take, not on its values.
_OF_SHAPE = frozenset({"Shape", "ShapeN", "Rank", "Size", "ZerosLike", "OnesLike"})


@dataclass(frozen=True, slots=True)
class Dataflow:
    """The graph computed on a trial batch of 2 images.

    `carriers` are the nodes whose values depend on the images', in order; `forks` gives for each the nearest node
    through which all ways from the input to it lead. `trained` are nodes that depend on a variable but not on images.
    """

    graph: Graph
    computed: Tensors
    carriers: tuple[str, ...]
    forks: dict[str, str]
    trained: frozenset[str]

    @classmethod
    def of(cls, graph: Graph, input_shape: tuple[int, int, int]) -> Dataflow:
        """Raises UnknownOperation or GraphUnreadable where the graph cannot be computed or ignores its input."""
        graph = _with_zeros(graph)
        computed: Tensors = {graph.input: (np.random.default_rng(0).normal(size=(BATCH, *input_shape)),)}
        compute(graph, computed)
        carriers: dict[str, None] = {}
        trained: set[str] = set()
        for name, node in graph.nodes.items():
            sources = {source.name for source in node.inputs}
            if name == graph.input or (sources & carriers.keys() and node.op not in _OF_SHAPE):
                carriers[name] = None
            elif node.is_variable or sources & trained:
                trained.add(name)
        if graph.output.name not in carriers:
            raise GraphUnreadable("the output does not depend on the images")
        return cls(graph, computed, tuple(carriers), _forks(graph, carriers), frozenset(trained))

    def taken(self, node: Node) -> list[str]:
        """The carriers among the node's inputs, with repetitions."""
        return [source.name for source in node.inputs if source.name in self.forks]

    def shape(self, name: str) -> tuple[int, ...]:
        """Of the node's first output, with the batch axis."""
        return self.computed[name][0].shape

    def constants(self, node: Node) -> list[np.ndarray]:
        """The inputs that are no carriers."""
        return [self.computed[s.name][s.index] for s in node.inputs if s.name not in self.forks]

    def between(self, fork: str, join: str) -> list[Node]:
        """The carriers on any way from `fork` (left out) to `join` (in it), in order."""
        found = {join}
        for name in reversed(self.carriers):
            if name in found:
                found.update(source for source in self.taken(self.graph.nodes[name]) if source != fork)
        return [self.graph.nodes[name] for name in self.carriers if name in found]

    def recomputed(self, nodes: list[Node], fork: str, values: np.ndarray) -> np.ndarray | None:
        """What the last of `nodes` gives where `fork` gives `values`; None where that cannot be computed."""
        inside = {node.name for node in nodes}
        known = {name: tensors for name, tensors in self.computed.items() if name not in inside}
        known[fork] = (values,)
        try:
            compute(replace(self.graph, nodes={node.name: node for node in nodes}), known)
        except NetworkError:
            return None
        return known[nodes[-1].name][0]


def _with_zeros(graph: Graph) -> Graph:
    """Zeros for constants that came without their numbers, but with their shape: for the structure that is enough."""
    filled = {}
    elements = 0
    for name, node in graph.nodes.items():
        shape = node.attributes.get("shape")
        if node.op != "Const" or node.value is not None or not isinstance(shape, tuple):
            continue
        if not all(isinstance(extent, int) and extent >= 0 for extent in shape):
            raise GraphUnreadable(f"constant {name[:80]!r} has a shape that is none")
        elements += math.prod(shape)
        if elements > MOST_CONSTANT_ELEMENTS:
            raise GraphUnreadable(f"the constants have more than {MOST_CONSTANT_ELEMENTS} elements")
        filled[name] = np.zeros(shape)
    return graph.with_constants(filled) if filled else graph


def _forks(graph: Graph, carriers: dict[str, None]) -> dict[str, str]:
    """Immediate dominators (Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm"); one pass, as there are no loops."""
    fork = {graph.input: graph.input}
    depth = {graph.input: 0}
    for name in carriers:
        if name == graph.input:
            continue
        common: str | None = None
        for source in graph.nodes[name].inputs:
            other = source.name
            if other not in carriers:
                continue
            if common is None:
                common = other
            while common != other:
                if depth[common] >= depth[other]:
                    common = fork[common]
                else:
                    other = fork[other]
        assert common is not None
        fork[name], depth[name] = common, depth[common] + 1
    return fork
