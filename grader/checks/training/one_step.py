"""One step of training: are the weights moved by what gradient descent says?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from grader.checks.network.errors import NetworkError
from grader.checks.network.forward import outputs
from grader.checks.network.gradients import cross_entropy, gradients
from grader.checks.network.graph import Graph
from grader.checks.training import draws
from grader.checks.training.asking import Asking, Breach, Network, without_softmax
from grader.checks.training.case_evidence import case
from grader.checks.training.descent import Course, Rule
from grader.checks.training.notebook_networks import NotebookNetworks
from grader.checks.training.step import LEARNING_RATE, OTHER, Diagnosis, Step, change_errors, changes, moved
from grader.checks.training.training_run import Trained, trains_otherwise
from grader.model.evidence import CaseEvidence, Problem

GROUP = "one_step"
#: A single step of a network with dropout may well raise the loss a little; whether training lowers it is another case.
_RISE = 0.2


@dataclass(frozen=True, slots=True)
class OneStep:
    """The case, and what explains the step.

    `gradients` are those of the step, which the network's optimiser may remember. `unforetold`: the pass of training is
    another than that of inference, so that no step can be foretold.
    """

    case: CaseEvidence
    diagnosis: Diagnosis
    gradients: Mapping[str, np.ndarray] = field(default_factory=dict)
    unforetold: bool = False

    @property
    def rate(self) -> float:
        """The learning rate at which it trains, as far as that is known."""
        return self.diagnosis.rule.rate if self.diagnosis.rule is not None else LEARNING_RATE


def one_step(networks: NotebookNetworks, function: str, count: int, random: np.random.Generator) -> OneStep:
    """Trains a network on `count` images in one batch. Raises Unanswered or Breach.

    Where the change is not that of the images given, it is asked again with copies of a single image: how training
    chooses and orders its images is open, and of copies any choice is the same. A single image also has so few bends
    that no rounding falls on one.
    """
    asking, network = networks.asking, networks.reset(function)
    images, labels = draws.images(random, count), draws.labels(random, count)
    asked = {"images": count, "batch_size": count, "epochs": 1, "learning_rate": LEARNING_RATE}
    trained = networks.train(network, images, labels, 1, count)
    step = None if trains_otherwise(asking, network) else _step(network, trained, images, labels)
    if step is not None and not step.says_something():
        problem = Problem("nothing_to_learn", {"function": function})
        return OneStep(case(GROUP, {}, asked, problems=(problem,)), Diagnosis())
    if step is None:
        return OneStep(_by_loss(asking, network, trained, images, labels, asked), Diagnosis(), unforetold=True)
    diagnosis = step.diagnosis()
    if not diagnosis.matches and (diagnosis.rule is None or step.is_nearly_right()):
        networks.renewed(function)
        again = networks.reset(function)
        # Another image, since it may be one of these that a rounding has fallen on.
        image, label = draws.images(random, 1)[0], int(labels[0])
        copies, copied = np.repeat(image[np.newaxis], count, axis=0), np.full(count, label)
        repeated = _step(again, networks.train(again, copies, copied, 1, count), copies, copied)
        second = repeated.diagnosis() if repeated is not None else diagnosis
        if repeated is not None and (second.rule is not None or second.matches):
            step, diagnosis, asked = repeated, second, {**asked, "images": f"{count} copies of one"}
        elif repeated is not None and (taken := _more_steps(again, repeated, image, label, count)):
            # How many steps are made of how many images is asked elsewhere.
            number, errors = taken
            evidence = case(GROUP, errors, {**asked, "images": f"{count} copies of one", "steps": number})
            return OneStep(evidence, Diagnosis(rule=Rule("descent", LEARNING_RATE)))
    evidence = case(GROUP, step.errors(), asked, matches=diagnosis.matches, problems=diagnosis.problems)
    return OneStep(evidence, diagnosis, step.gradients)


def _more_steps(
    network: Network, step: Step, image: np.ndarray, label: int, most: int
) -> tuple[int, dict[str, float]] | None:
    """Where the change is that of several of the contract's steps: how many, and how far off it is."""
    course = Course(network.logits_graph, image, label, Rule("descent", LEARNING_RATE))
    for number, predicted in enumerate(islice(course.steps(), most), 1):
        errors = change_errors(step.before, step.change(), changes(step.before, predicted, step.trained), number)
        if number > 1 and max(errors.values(), default=1.0) <= OTHER:
            return number, errors
    return None


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
        taken_for_probabilities=lambda: gradients(network.taken_for_probabilities, images, labels).by_constant,
        compiled=network.compiled,
    )


def _by_loss(
    asking: Asking, network: Network, trained: Trained, images: np.ndarray, labels: np.ndarray, asked: dict[str, object]
) -> CaseEvidence:
    """Where no step can be foretold: the weights move, roughly down the gradient or so that the loss does not
    leap up."""
    asked = {**asked, "judged_by": "loss"}
    if not moved(trained.before, trained.after):
        return case(GROUP, {"weights": 1.0}, asked, matches=("not_trained",))
    try:
        before, after = (_loss(graph, images, labels) for graph in (trained.before, trained.after))
    except NetworkError as error:
        raise Breach(Problem("graph_unreadable", {"reason": str(error)})) from error
    step = _step(network, trained, images, labels)
    risen = max(after / before - 1.0 - _RISE, 0.0) if before > 0 and np.isfinite(after) else 1.0
    off = 0.0 if np.isfinite(after) and step is not None and step.goes_down() else risen
    return case(GROUP, {"loss": off}, asked, matches=("training_pass_differs",))


def _loss(graph: Graph, images: np.ndarray, labels: np.ndarray) -> float:
    return cross_entropy(outputs(without_softmax(graph), images), labels)[0]
