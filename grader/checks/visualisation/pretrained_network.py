"""The pretrained network of Part 3, computed and differentiated by the grader itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from grader.checks.network.errors import NetworkError
from grader.checks.network.forward import outputs
from grader.checks.network.gradients import with_output_before
from grader.checks.network.graph import Graph
from grader.checks.network.input_gradients import input_gradient
from grader.checks.part import Runner
from grader.model.errors import InfrastructureError, UsageError
from grader.model.limits import MEBIBYTE, ExecutionLimits
from grader.model.observation import CallObservation, ProbeRequest
from grader.model.status import CallOutcome

#: Elements of one batch of images: 40 of 32x32, or two of 224x224. A network's tensors have a hundred times as many.
_ELEMENTS_AT_ONCE = 400_000
#: Places of an image of a small network.
_SMALL = 64 * 64
_RESHAPING = frozenset({"Reshape", "Squeeze"})
#: 50 million weights, as many as a graph may have.
_LARGEST_NETWORK_BYTES = 256 * MEBIBYTE


@dataclass(frozen=True, slots=True)
class PretrainedNetwork:
    """A network that takes images of `image_shape` (H, W, C) and gives `classes` unnormalised scores, in float64.

    Images of any number are computed in batches. All methods raise NetworkError where an operation cannot be computed
    or differentiated; a network from `read_pretrained` has none such.
    """

    graph: Graph
    image_shape: tuple[int, int, int]
    classes: int

    @property
    def is_small(self) -> bool:
        """Whether a gradient takes a hundredth of a second at most, and not a second: images have at most 64x64 pixels,
        or are averaged down to so many before anything else is done with them."""
        height, width, _ = self.image_shape
        using = [node for node in self.graph.nodes.values() if any(s.name == self.graph.input for s in node.inputs)]
        averaging = [node for node in using if node.op != "Shape"]
        strides = [node.attributes.get("strides") for node in averaging if node.op == "AvgPool"]
        down, along = 1, 1
        if len(strides) == len(averaging) == 1 and isinstance(strides[0], list | tuple) and len(strides[0]) == 4:
            down, along = strides[0][1:3]
        return height * width <= _SMALL * down * along

    def scores(self, images: np.ndarray) -> np.ndarray:
        """The scores (N, K) of `images (N, H, W, C)`."""
        parts = [outputs(self.graph, images[part]) for part in _batches(images)]
        return np.concatenate(parts) if parts else np.zeros((0, self.classes))

    def input_gradient(self, images: np.ndarray, upstream: np.ndarray) -> np.ndarray:
        """What a change of `images (N, H, W, C)` makes of ``sum(upstream * scores)``, (N, H, W, C); `upstream` is (N, K)."""
        parts = [input_gradient(self.graph, images[part], upstream[part]) for part in _batches(images)]
        return np.concatenate(parts) if parts else np.zeros(np.shape(images))

    def class_gradient(self, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """For every image the gradient of the score of its class in `labels (N,)` with respect to it, (N, H, W, C)."""
        upstream = np.zeros((len(images), self.classes))
        upstream[np.arange(len(images)), np.asarray(labels, dtype=np.int64)] = 1
        return self.input_gradient(images, upstream)

    def predicted(self, images: np.ndarray) -> np.ndarray:
        """The class with the highest score, (N,) int64."""
        return self.scores(images).argmax(axis=1)


def read_pretrained(runner: Runner, given_files: Mapping[str, bytes], limits: ExecutionLimits) -> PretrainedNetwork:
    """The network that `given_files`, a work folder without any student's work, have in ``Utils/model_utils.py``.

    It is opened by `runner` in a process of its own, and tried: what it gives and its gradients can be computed here.
    Raises UsageError where it is not a classifier with unnormalised scores that can be computed, and InfrastructureError
    where that process failed.
    """
    # No student's code runs there, so what a network takes may be larger than what a function may return.
    limits = replace(limits, array_bytes=max(limits.array_bytes, _LARGEST_NETWORK_BYTES))
    with runner.workspace(given_files, limits) as workspace:
        (seen,) = workspace.probe([ProbeRequest("pretrained", {})])
    if seen.outcome is not CallOutcome.RETURNED:
        raise InfrastructureError(f"the pretrained network cannot be opened: {what_happened(seen)}")
    try:
        graph = Graph.from_value(seen.value["graph"])
        shape = tuple(int(extent) for extent in seen.value["image_shape"])
    except (NetworkError, KeyError, TypeError, ValueError) as error:
        raise InfrastructureError(f"the pretrained network cannot be read: {error}") from error
    return tried(graph, shape)


def tried(graph: Graph, shape: tuple[int, ...]) -> PretrainedNetwork:
    """The network of `graph` on images of `shape`, computed and differentiated once. Raises UsageError."""
    if len(shape) != 3 or min(shape) < 1:
        raise UsageError(f"the pretrained network takes inputs of shape {shape}; it has to take images (H, W, C)")
    if with_output_before(_before_reshaping(graph), "Softmax") is not None:
        raise UsageError("the pretrained network ends in softmax; save it with unnormalised scores as its output")
    image = np.zeros((1, *shape))
    try:
        given = outputs(graph, image)
        if given.ndim != 2 or given.shape[1] < 2:
            raise UsageError(f"the pretrained network gives shape {given.shape} for one image, not (1, classes)")
        input_gradient(graph, image, np.ones(given.shape))
    except NetworkError as error:
        raise UsageError(f"the pretrained network cannot be computed by the grader: {error}") from error
    return PretrainedNetwork(graph, (shape[0], shape[1], shape[2]), given.shape[1])


def _before_reshaping(graph: Graph) -> Graph:
    """The graph without what gives its last values another shape."""
    while (last := graph.nodes[graph.output.name]).op in _RESHAPING and last.inputs:
        graph = graph.with_output(last.inputs[0])
    return graph


def _batches(images: np.ndarray) -> Iterator[slice]:
    step = max(1, _ELEMENTS_AT_ONCE // max(int(np.prod(np.shape(images)[1:])), 1))
    for start in range(0, len(images), step):
        yield slice(start, start + step)


def what_happened(seen: CallObservation) -> str:
    """Why a call gave no answer, in one line."""
    if seen.error is not None:
        return " ".join(f"{seen.error.type}: {seen.error.message}".split())[:300]
    return f"{seen.outcome.value} {seen.detail}".strip()
