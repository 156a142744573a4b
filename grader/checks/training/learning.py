"""Does the loss go down? The grader computes it from logits, before and after training."""

from __future__ import annotations

import numpy as np

from grader.checks.network.errors import NetworkError
from grader.checks.network.forward import outputs
from grader.checks.network.gradients import cross_entropy, gradients, stepped
from grader.checks.network.graph import Graph
from grader.checks.training import draws
from grader.checks.training.asking import Asking, Breach, Network, without_softmax
from grader.checks.training.case_evidence import case
from grader.checks.training.notebook_networks import NotebookNetworks
from grader.checks.training.one_step import OneStep
from grader.checks.training.step import LEARNING_RATE, moved
from grader.model.evidence import CaseEvidence, Problem

GROUP = "loss_goes_down"
#: All in one batch: how they are shuffled then makes no difference.
IMAGES, EPOCHS = 12, 10
_SCALES = (1.0, 0.3, 0.1, 0.03)
#: For steps to come that are larger than the first.
_FAINTER = 0.3
#: Mistakes in the loss: what then goes down is another loss, and the mistake is told with the single step.
_OTHER_LOSS = frozenset({"softmax_twice", "from_logits_missing", "other_loss"})


def loss_goes_down(
    networks: NotebookNetworks, function: str, first: OneStep, random: np.random.Generator
) -> CaseEvidence:
    """Trains the network on a few images that are easy to learn, also at the learning rate of its `first` step if that is
    larger than the contract's: it is told elsewhere. Raises Unanswered or Breach.
    """
    asking, network = networks.asking, networks.reset(function)
    images, labels = draws.easy_images(random, IMAGES)
    images = _learnable(network.logits_graph, images, labels, max(abs(first.rate), LEARNING_RATE))
    asked = {"images": IMAGES, "batch_size": IMAGES, "epochs": EPOCHS}
    logits = _logits(_computed(asking, network, network.graph, images))
    before, _ = cross_entropy(logits, labels)
    trained = networks.train(network, images, labels, EPOCHS, IMAGES)
    after, _ = cross_entropy(_computed(asking, network, trained.after, images), labels)
    if after < before and moved(trained.before, trained.after):
        return case(GROUP, {"loss": 0.0}, asked)
    if set(first.diagnosis.matches) & _OTHER_LOSS and moved(trained.before, trained.after):
        return case(GROUP, {"loss": 0.0}, {**asked, "judged_by": "weights"})
    told = {"before": f"{before:.4f}", "after": f"{after:.4f}"}
    return case(GROUP, {}, asked, problems=(Problem("loss_not_lower", told),))


def _computed(asking: Asking, network: Network, graph: Graph, images: np.ndarray) -> np.ndarray:
    """The logits of `network`, which is `graph` by now: the grader's own, for the process could say any. Where the grader
    cannot compute them, those that it says."""
    try:
        return outputs(without_softmax(graph), images)
    except NetworkError:
        return asking.logits(network, images)


def _logits(output: np.ndarray) -> np.ndarray:
    # Units too many are held against the network's definition.
    if output.ndim != 2 or len(output) != IMAGES or output.shape[1] < draws.CLASSES:
        expected = str((IMAGES, draws.CLASSES))
        raise Breach(Problem("wrong_shape", {"name": "logits", "got": str(output.shape), "expected": expected}))
    return output


def _learnable(graph: Graph, images: np.ndarray, labels: np.ndarray, rate: float) -> np.ndarray:
    """`images`, so faint that `rate` lowers their loss: with bright ones and many features a step overshoots, which is
    nobody's mistake."""
    for scale in _SCALES:
        faint = (scale * images).astype(np.float32)
        try:
            found = gradients(graph, faint, labels)
            after, _ = cross_entropy(outputs(stepped(graph, found, rate), faint), labels)
            if after < found.loss:
                return (_FAINTER * faint).astype(np.float32)
        except NetworkError:
            return images
    return (_SCALES[-1] * images).astype(np.float32)
