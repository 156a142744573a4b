"""Gradients of a network's outputs with respect to the images that it is given."""

from __future__ import annotations

import sys

import numpy as np

from grader.checks.network.errors import GraphUnreadable
from grader.checks.network.forward import output_of, tensors
from grader.checks.network.graph import Graph
from grader.checks.network.reverse import pulled_back


def input_gradient(graph: Graph, images: np.ndarray, upstream: np.ndarray) -> np.ndarray:
    """The vector-Jacobian product: what a change of `images (N, H, W, C)` makes of ``sum(upstream * outputs)``.

    `upstream` has the shape of the network's output, (N, K) for a classifier. Returns float64 (N, H, W, C), zeros where
    the output does not depend on the images in a differentiable way. At the kink of a ReLU and among equal maxima the
    derivative is TensorFlow's. Raises UnknownOperation for an operation that is not known or has no derivative here,
    GraphUnreadable where one cannot be computed or `upstream` has another shape.
    """
    # A network that the course has chosen, which may be as large as the course likes.
    computed = tensors(graph, images, most_held=sys.maxsize)
    given = output_of(graph, computed)
    upstream = np.asarray(upstream, dtype=np.float64)
    if upstream.shape != given.shape:
        raise GraphUnreadable(f"the network gives shape {given.shape}, the upstream gradient has {upstream.shape}")
    with np.errstate(all="ignore"):
        found = pulled_back(graph, computed, upstream, {graph.input})
    return found.get(graph.input, np.zeros(np.shape(images)))
