"""Images, labels and weights that networks are tried with, drawn from the seed."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from grader.checks.network.errors import NetworkError
from grader.checks.network.gradients import Gradients, gradients
from grader.checks.network.graph import Graph, Node
from grader.checks.training.asking import Breach
from grader.model.evidence import Problem

CLASSES = 10
_KERNELS = {"Conv2D": 1, "MatMul": 1}
#: Keras also turns a bias into four dimensions and back before it adds it.
_BIASES = {"BiasAdd": 1, "AddV2": 1, "Add": 1, "Reshape": 0}
#: Draws of weights that are tried; the first that trains everywhere is taken, and most do.
_TRIES = 12
#: With fewer, taking out the mean would leave too little.
_ENOUGH_INPUTS = 8
_FEW = 6
#: Small: tens of thousands of features that are all there, whatever the image, would make every step overshoot.
_LARGEST_BIAS = 0.05
#: Processor seconds for the gradients of so few images; networks of the assignment take a tenth of one.
_LONGEST_S = 12.0
#: A gradient below this is rounding, not learning.
_ALIVE = 1e-5
#: Logits wider spread than this leave probabilities of 0 and 1, at which nothing is learnt.
_WIDEST_LOGITS = 4.0


def images(random: np.random.Generator, count: int, shape: Sequence[int] = (32, 32, 3)) -> np.ndarray:
    """``(count, *shape)`` float32, normally distributed as normalised images are."""
    return random.standard_normal((count, *shape)).astype(np.float32)


def labels(random: np.random.Generator, count: int) -> np.ndarray:
    """``(count,)`` int64, 0 to 9, every class about as often."""
    return random.permutation(np.arange(count, dtype=np.int64) % CLASSES)


def easy_images(random: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """`images` and `labels` that a network can learn: three classes, one of them for half of the images, and each with a
    picture of its own and a little noise. Even a network that learns which classes there are lowers its loss."""
    pictures = images(random, CLASSES)
    few = random.permutation(CLASSES)[:3]
    drawn = random.permutation(few[np.array([0, 0, 0, 1, 1, 2])[np.arange(count) % 6]]).astype(np.int64)
    return (pictures[drawn] + 0.1 * images(random, count)).astype(np.float32), drawn


def weights(random: np.random.Generator, graph: Graph, count: int, shape: Sequence[int]) -> list[np.ndarray | None]:
    """Values for the kernels and biases of `graph`, by place in the network's list of `count` weights; None for others.

    All networks of the contract's shapes get the same numbers, whatever their authors initialise them with. A ReLU that
    is 0 for all images learns nothing and shows nothing, so draws are repeated until every kernel and bias has a gradient.
    Raises Breach where that takes so long that asking on, which computes it some hundred times, would take hours.
    """
    pictures, drawn_labels = images(random, _FEW, shape), labels(random, _FEW)
    values: list[np.ndarray | None] = [None] * count
    for _ in range(_TRIES):
        values = _drawn(random, graph, count)
        start = time.process_time()
        try:
            found = gradients(with_weights(graph, values), pictures, drawn_labels)
        except NetworkError:
            found = None
        if (used := time.process_time() - start) > _LONGEST_S:
            reason = f"{_FEW} images take {used:.0f} s of processor time to compute"
            raise Breach(Problem("graph_unreadable", {"reason": reason}))
        if found is None or _trains(found, graph, values):
            return values
    return values


def with_weights(graph: Graph, values: Sequence[np.ndarray | None]) -> Graph:
    """`graph` with `values`, by place, in the constants of its weights."""
    places = {name: _place(graph.nodes[name]) for name in graph.variables}
    return graph.with_constants(
        {
            name: value
            for name, place in places.items()
            if place is not None and place < len(values) and (value := values[place]) is not None
        }
    )


def _place(node: Node) -> int | None:
    place = node.attributes.get("weight")
    return place if isinstance(place, int) and not isinstance(place, bool) and place >= 0 else None


def _drawn(random: np.random.Generator, graph: Graph, count: int) -> list[np.ndarray | None]:
    values: list[np.ndarray | None] = [None] * count
    uses = {
        (source.name, position): node.op for node in graph.nodes.values() for position, source in enumerate(node.inputs)
    }
    for name in sorted(
        graph.variables, key=lambda name: (_place(graph.nodes[name]) is None, _place(graph.nodes[name]))
    ):
        place, value = _place(graph.nodes[name]), graph.nodes[name].value
        if place is None or place >= count or value is None:
            continue
        if value.ndim >= 2 and any(uses.get((name, at)) == op for op, at in _KERNELS.items()):
            values[place] = _kernel(random, value.shape)
        elif value.ndim == 1 and any(uses.get((name, at)) == op for op, at in _BIASES.items()):
            values[place] = random.uniform(0.0, _LARGEST_BIAS, value.shape).astype(np.float32)
    return values


def _kernel(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Normal values of He's deviation. Their mean is taken out, so that a unit whose inputs are all positive, behind a
    ReLU, is not on or off for all images alike."""
    inputs = int(np.prod(shape[:-1]))
    kernel = random.standard_normal((inputs, shape[-1])) * np.sqrt(2.0 / inputs)
    if inputs >= _ENOUGH_INPUTS:
        kernel -= kernel.mean(axis=0)
    return kernel.reshape(shape).astype(np.float32)


def _trains(found: Gradients, graph: Graph, values: Sequence[np.ndarray | None]) -> bool:
    if not np.isfinite(found.loss) or found.logits.std() > _WIDEST_LOGITS:
        return False
    drawn = [
        name
        for name in graph.variables
        if (place := _place(graph.nodes[name])) is not None and values[place] is not None
    ]
    return all(name in found.by_constant and _alive(found.by_constant[name]) for name in drawn)


def _alive(gradient: np.ndarray) -> bool:
    """Whether every filter or unit (the last axis) has a gradient somewhere."""
    if gradient.ndim == 0:
        return abs(float(gradient)) > _ALIVE
    return bool((np.abs(gradient).reshape(-1, gradient.shape[-1]).max(axis=0) > _ALIVE).all())
