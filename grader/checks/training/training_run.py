"""Calls `run_model` on a network of the notebook's, and tells what its training does otherwise than inference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.checks.network.graph import Graph
from grader.checks.training.asking import Asking, Breach, Network, Unanswered
from grader.model.observation import Value


@dataclass(frozen=True, slots=True)
class Trained:
    """The network's graph before and after training."""

    before: Graph
    after: Graph


def run(
    asking: Asking,
    network: Network,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    batch_size: int,
    is_training: bool,
    epochs: int = 1,
) -> Value:
    """What `run_model(model, X, Y, epochs, batch_size, is_training)` returned."""
    told = asking.ask(
        "run_model",
        handle=network.handle,
        X=images,
        Y=labels,
        epochs=epochs,
        batch_size=batch_size,
        is_training=is_training,
    )
    return told.get("returned") if isinstance(told, dict) else None


def trains_otherwise(asking: Asking, network: Network) -> bool:
    """Whether the pass of training computes something else than that of inference: dropout, batch normalisation, noise.

    Its steps then follow no gradient that could be computed here.
    """
    try:
        training = asking.graph(network, training=True)
    except (Unanswered, Breach):
        return False
    return _operations(training) != _operations(network.graph)


def _operations(graph: Graph) -> list[tuple[str, object]]:
    return [(node.op, node.attributes.get("is_training")) for node in graph.nodes.values() if node.op != "Const"]
