"""Does the loss go down? The grader computes it from logits, before and after training."""

from __future__ import annotations

import numpy as np

from grader.checks.network.errors import NetworkError
from grader.checks.network.gradients import cross_entropy, descend, gradients
from grader.checks.network.graph import Graph
from grader.checks.training import draws
from grader.checks.training.asking import Breach
from grader.checks.training.case_evidence import case
from grader.checks.training.notebook_networks import NotebookNetworks
from grader.checks.training.step import LEARNING_RATE
from grader.checks.training.training_run import train
from grader.model.evidence import CaseEvidence, Problem

GROUP = "loss_goes_down"
#: One image of each class.
IMAGES, BATCH_SIZE, EPOCHS = draws.CLASSES, 5, 10
_SCALES = (1.0, 0.3, 0.1, 0.03)
#: For steps to come that are larger than the first.
_FAINTER = 0.3


def loss_goes_down(networks: NotebookNetworks, function: str, rate: float, random: np.random.Generator) -> CaseEvidence:
    """Trains the network on a few images that are easy to learn, also at the learning rate `rate` if that is larger than
    the contract's: it is told elsewhere. Raises Unanswered or Breach.
    """
    asking, network = networks.asking, networks.reset(function)
    images, labels = draws.easy_images(random, IMAGES)
    images = _learnable(network.logits_graph, images, labels, max(abs(rate), LEARNING_RATE))
    asked = {"images": IMAGES, "batch_size": BATCH_SIZE, "epochs": EPOCHS}
    before, _ = cross_entropy(_logits(asking.logits(network, images)), labels)
    train(asking, network, images, labels, EPOCHS, BATCH_SIZE)
    after, _ = cross_entropy(asking.logits(network, images), labels)
    if after < before:
        return case(GROUP, {"loss": 0.0}, asked)
    told = {"before": f"{before:.4f}", "after": f"{after:.4f}"}
    return case(GROUP, {}, asked, problems=(Problem("loss_not_lower", told),))


def _logits(output: np.ndarray) -> np.ndarray:
    if output.shape != (IMAGES, draws.CLASSES):
        expected = str((IMAGES, draws.CLASSES))
        raise Breach(Problem("wrong_shape", {"name": "logits", "got": str(output.shape), "expected": expected}))
    return output


def _learnable(graph: Graph, images: np.ndarray, labels: np.ndarray, rate: float) -> np.ndarray:
    """`images`, so faint that `rate` lowers their loss: with bright ones and many features a step overshoots, which is
    nobody's mistake."""
    halves = (images[:BATCH_SIZE], images[BATCH_SIZE:]), (labels[:BATCH_SIZE], labels[BATCH_SIZE:])
    for scale in _SCALES:
        faint = (scale * images).astype(np.float32)
        batches = [(scale * half).astype(np.float32) for half in halves[0]]
        try:
            before = gradients(graph, faint, labels).loss
            stepped = descend(graph, batches, halves[1], rate)
            if gradients(stepped, faint, labels).loss < before:
                return (_FAINTER * faint).astype(np.float32)
        except NetworkError:
            return images
    return (_SCALES[-1] * images).astype(np.float32)
