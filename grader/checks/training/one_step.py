"""One step of training: are the weights moved by what gradient descent says?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from grader.checks.network.errors import NetworkError
from grader.checks.network.forward import outputs
from grader.checks.network.gradients import cross_entropy, gradients
from grader.checks.network.graph import Graph
from grader.checks.training import draws
from grader.checks.training.asking import Asking, Breach, Network, without_softmax
from grader.checks.training.case_evidence import case
from grader.checks.training.notebook_networks import NotebookNetworks
from grader.checks.training.step import LEARNING_RATE, OTHER, Diagnosis, Step, moved
from grader.checks.training.training_run import Trained, train, trains_otherwise
from grader.model.evidence import CaseEvidence, Problem
from grader.model.observation import Value

GROUP = "one_step"


@dataclass(frozen=True, slots=True)
class OneStep:
    """The case; what explains the step; what `run_model` returned.

    `gradients` are those of the step, which the network's optimiser may remember. `unforetold`: the pass of training is
    another than that of inference, so that no step can be foretold.
    """

    case: CaseEvidence
    diagnosis: Diagnosis
    returned: Value
    gradients: Mapping[str, np.ndarray] = field(default_factory=dict)
    unforetold: bool = False


def one_step(networks: NotebookNetworks, function: str, count: int, random: np.random.Generator) -> OneStep:
    """Trains a network on `count` images in one batch. Raises Unanswered or Breach.

    Where the change is not that of the images given, it is asked again with copies of a single image: how training
    chooses and orders its images is open, and of copies any choice is the same.
    """
    asking, network = networks.asking, networks.reset(function)
    images, labels = draws.images(random, count), draws.labels(random, count)
    asked = {"images": count, "batch_size": count, "epochs": 1, "learning_rate": LEARNING_RATE}
    trained = train(asking, network, images, labels, 1, count)
    step = None if trains_otherwise(asking, network) else _step(network, trained, images, labels)
    if step is None:
        return OneStep(
            _by_loss(asking, network, trained, images, labels, asked), Diagnosis(), trained.returned, unforetold=True
        )
    diagnosis = step.diagnosis()
    if diagnosis.rule is None and not diagnosis.matches:
        networks.renewed(function)
        again = networks.reset(function)
        copies, copied = np.repeat(images[:1], count, axis=0), np.repeat(labels[:1], count)
        repeated = _step(again, train(asking, again, copies, copied, 1, count), copies, copied)
        second = repeated.diagnosis() if repeated is not None else diagnosis
        if repeated is not None and (second.rule is not None or second.matches):
            step, diagnosis, asked = repeated, second, {**asked, "images": f"{count} copies of one"}
    evidence = case(GROUP, step.errors(), asked, matches=diagnosis.matches, problems=diagnosis.problems)
    return OneStep(evidence, diagnosis, trained.returned, step.gradients)


def _step(network: Network, trained: Trained, images: np.ndarray, labels: np.ndarray) -> Step | None:
    """None where the grader has no derivative of something in the network."""
    try:
        found = gradients(network.logits_graph, images, labels)
    except NetworkError:
        return None
    return Step(
        before=trained.before,
        after=trained.after,
        gradients=found.by_constant,
        batch_size=len(images),
        softmaxed=lambda: gradients(network.softmaxed_graph, images, labels).by_constant,
        compiled=network.compiled,
    )


def _by_loss(
    asking: Asking, network: Network, trained: Trained, images: np.ndarray, labels: np.ndarray, asked: dict[str, object]
) -> CaseEvidence:
    """Where no step can be foretold: the weights move, and the images' loss does not rise."""
    asked = {**asked, "judged_by": "loss"}
    if not moved(trained.before, trained.after):
        return case(GROUP, {"weights": 1.0}, asked, matches=("not_trained",))
    try:
        before, after = (_loss(graph, images, labels) for graph in (trained.before, trained.after))
    except NetworkError as error:
        raise Breach(Problem("unreadable_network", {"reason": str(error)})) from error
    # A single step of such a network may well raise the loss a little.
    risen = max(after / before - 1.0 - OTHER, 0.0) if before > 0 and np.isfinite(after) else 1.0
    return case(GROUP, {"loss": risen}, asked, matches=("training_pass_differs",))


def _loss(graph: Graph, images: np.ndarray, labels: np.ndarray) -> float:
    return cross_entropy(outputs(without_softmax(graph), images), labels)[0]
