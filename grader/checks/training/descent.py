"""What rules of training make of a network that sees the same image at every step: which rule, and how many steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from grader.checks.network.gradients import gradients
from grader.checks.network.graph import Graph

Arrays = Mapping[str, np.ndarray]
#: Momenta that are recognised.
MOMENTA = (0.9, 0.99, 0.95, 0.8, 0.5)
#: Gives the change of every weight at a step, from the gradients at that step; remembers what it needs.
Advance = Callable[[Arrays], dict[str, np.ndarray]]


@dataclass(frozen=True, slots=True)
class Rule:
    """``descent`` (also with `momentum`, of Nesterov's kind or not), ``adam`` or ``rmsprop``, at the learning rate `rate`."""

    kind: str
    rate: float
    momentum: float = 0.0
    nesterov: bool = False

    def begin(self) -> Advance:
        return {"descent": _descent, "adam": _adam, "rmsprop": _rmsprop}[self.kind](self)


@dataclass(frozen=True, slots=True)
class Course:
    """Training on copies of `image (H, W, C)` by `rule`: however many copies, the mean's gradient is the same.

    `remembered` are the gradients of a step that the optimiser has made before, on weights that were then put back.
    Weights in `still` are not trained.
    """

    graph: Graph
    image: np.ndarray
    label: int
    rule: Rule
    remembered: Arrays = field(default_factory=dict)
    still: frozenset[str] = frozenset()

    def steps(self) -> Iterator[Graph]:
        """The network after each step."""
        advance = self.rule.begin()
        graph, trained = self.graph, [name for name in self.graph.variables if name not in self.still]
        if self.remembered:
            advance({name: self.remembered[name] for name in trained if name in self.remembered})
        pictures, labels = self.image[np.newaxis], np.array([self.label])
        while True:
            found = gradients(graph, pictures, labels).by_constant
            changes = advance({name: found[name] for name in trained if name in found})
            graph = graph.with_constants(
                {name: graph.nodes[name].value + change for name, change in changes.items()}  # type: ignore[operator]
            )
            yield graph

    def after(self, count: int) -> Graph:
        """The network after `count` steps."""
        return next(islice(self.steps(), count - 1, None))


def _descent(rule: Rule) -> Advance:
    velocity: dict[str, np.ndarray] = {}

    def advance(found: Arrays) -> dict[str, np.ndarray]:
        for name, gradient in found.items():
            velocity[name] = rule.momentum * velocity.get(name, 0.0) - rule.rate * gradient
        if rule.nesterov:
            return {name: rule.momentum * velocity[name] - rule.rate * gradient for name, gradient in found.items()}
        return dict(velocity)

    return advance


def _adam(rule: Rule) -> Advance:
    """Kingma and Ba, "Adam", algorithm 1, with Keras' defaults."""
    first, second = 0.9, 0.999
    means: dict[str, np.ndarray] = {}
    squares: dict[str, np.ndarray] = {}
    count = 0

    def advance(found: Arrays) -> dict[str, np.ndarray]:
        nonlocal count
        count += 1
        rate = rule.rate * np.sqrt(1 - second**count) / (1 - first**count)
        changes = {}
        for name, gradient in found.items():
            means[name] = first * means.get(name, 0.0) + (1 - first) * gradient
            squares[name] = second * squares.get(name, 0.0) + (1 - second) * gradient**2
            changes[name] = -rate * means[name] / (np.sqrt(squares[name]) + 1e-7)
        return changes

    return advance


def _rmsprop(rule: Rule) -> Advance:
    squares: dict[str, np.ndarray] = {}

    def advance(found: Arrays) -> dict[str, np.ndarray]:
        changes = {}
        for name, gradient in found.items():
            squares[name] = 0.9 * squares.get(name, 0.0) + 0.1 * gradient**2
            changes[name] = -rule.rate * gradient / np.sqrt(squares[name] + 1e-7)
        return changes

    return advance
