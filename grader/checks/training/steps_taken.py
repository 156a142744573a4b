"""Several steps of training: do batch size and number of epochs count as they should, and nothing else?

All images are copies of one, so that the weights depend on the number of steps alone and not on how images are shuffled.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, islice

import numpy as np

from grader.checks.network.errors import NetworkError
from grader.checks.network.graph import Graph
from grader.checks.training import draws
from grader.checks.training.case_evidence import case
from grader.checks.training.descent import Arrays, Rule, steps
from grader.checks.training.notebook_networks import NotebookNetworks
from grader.checks.training.one_step import OneStep
from grader.checks.training.step import LEARNING_RATE, OTHER, change_errors, changes, moved
from grader.checks.training.training_run import Trained, train
from grader.model.evidence import CaseEvidence, Problem

GROUP = "batches"
IMAGES, BATCH_SIZE, EPOCHS = 96, 32, 2
STEPS = EPOCHS * (IMAGES // BATCH_SIZE)
#: Numbers of steps that are recognised: up to this many, and one for each image.
_MOST_STEPS = 12
_ONE_BY_ONE = EPOCHS * IMAGES
_MOMENTA = (0.9, 0.99, 0.95, 0.8, 0.5)
#: A step less or more must change the weights by this share, or they would not tell how many there were.
_DISTINCT = 0.05
_SCALES = (0.3, 0.3, 0.3, 0.3)


def batches(networks: NotebookNetworks, function: str, first: OneStep, random: np.random.Generator) -> CaseEvidence:
    """`first` says by which rule the network's first step went: a mistake that shows there is not held against this again.

    Raises Unanswered or Breach.
    """
    network = networks.reset(function)
    rule = first.diagnosis.rule or Rule("descent", LEARNING_RATE)
    graph = network.softmaxed_graph if first.diagnosis.softmaxed else network.logits_graph
    image, label, ahead = _telling_image(graph, rule, first.gradients, random)
    asked = {"images": f"{IMAGES} copies of one", "batch_size": BATCH_SIZE, "epochs": EPOCHS}
    images, labels = np.repeat(image[np.newaxis], IMAGES, axis=0), np.full(IMAGES, label)
    trained = train(networks.asking, network, images, labels, EPOCHS, BATCH_SIZE)
    if first.unforetold or not ahead:
        still = 0.0 if moved(trained.before, trained.after) else 1.0
        return case(GROUP, {"weights": still}, {**asked, "judged_by": "weights"})
    errors = _errors(trained, ahead[STEPS - 1])
    matches: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    if max(errors.values(), default=1.0) > OTHER and not set(first.diagnosis.matches) & {
        "not_trained",
        "layers_not_trained",
    }:
        matches, problems = _explained(trained, graph, image, label, rule, first.gradients, ahead)
    if "layers_not_trained" in first.diagnosis.matches:
        errors = {name: error for name, error in errors.items() if name not in _still(first)}
    return case(GROUP, errors, {**asked, "steps": STEPS}, matches=matches, problems=problems)


def _still(first: OneStep) -> set[str]:
    """The weights whose standing still is told with the single step."""
    return {name for name, error in first.case.errors["contract"].items() if error > OTHER}


def _telling_image(
    graph: Graph, rule: Rule, remembered: Arrays, random: np.random.Generator
) -> tuple[np.ndarray, int, list[Graph]]:
    """An image, its label, and the network after each of a few steps on it; without these where they cannot be computed.

    A bright image may be learnt in a single step, after which nothing moves any more: then a fainter one is taken.
    """
    image, label = draws.images(random, 1)[0], int(random.integers(draws.CLASSES))
    ahead: list[Graph] = []
    for scale in _SCALES:
        image = (scale * image).astype(np.float32)
        try:
            ahead = list(islice(steps(graph, image, label, rule, remembered), STEPS + 1))
        except NetworkError:
            return image, label, []
        if _tell_apart(graph, ahead):
            break
    return image, label, ahead


def _tell_apart(start: Graph, ahead: Sequence[Graph]) -> bool:
    names = list(start.variables)
    after, next_one = (changes(start, ahead[number - 1], names) for number in (STEPS, STEPS + 1))
    lengths = [
        float(np.linalg.norm(np.concatenate([array.ravel() for array in found.values()])))
        for found in (after, next_one)
    ]
    return bool(np.isfinite(lengths).all()) and lengths[0] > 0 and abs(lengths[1] / lengths[0] - 1) > _DISTINCT


def _errors(trained: Trained, predicted: Graph, count: int = STEPS) -> dict[str, float]:
    names = [name for name in trained.before.variables if name in predicted.nodes and name in trained.after.nodes]
    change = changes(trained.before, trained.after, names)
    return change_errors(trained.before, change, changes(trained.before, predicted, names), count)


def _fits(trained: Trained, predicted: Graph, count: int = STEPS) -> bool:
    return max(_errors(trained, predicted, count).values(), default=1.0) <= OTHER


def _explained(
    trained: Trained,
    graph: Graph,
    image: np.ndarray,
    label: int,
    rule: Rule,
    remembered: Arrays,
    ahead: Sequence[Graph],
) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The mistake that leads to these weights, where one is known."""
    further = islice(steps(graph, image, label, rule, remembered), len(ahead), _MOST_STEPS)
    for number, predicted in enumerate(chain(ahead, further), 1):
        if number != STEPS and _fits(trained, predicted, number):
            return _miscounted(number, IMAGES // BATCH_SIZE)
    if rule.kind == "descent":
        for momentum in _MOMENTA:
            (*_, last) = islice(steps(graph, image, label, rule.with_momentum(momentum), remembered), STEPS)
            if _fits(trained, last):
                return ("momentum",), ()
    (*_, last) = islice(steps(graph, image, label, rule, remembered), _ONE_BY_ONE)
    if _fits(trained, last, _ONE_BY_ONE):
        return ("batch_size_ignored",), (Problem("steps", {"got": _ONE_BY_ONE, "expected": STEPS}),)
    return (), ()


def _miscounted(number: int, per_epoch: int) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    if number == per_epoch:
        found: tuple[str, ...] = ("epochs_ignored",)
    elif number == EPOCHS:
        found = ("batch_size_ignored",)
    elif number == 1:
        found = ("single_step",)
    else:
        found = ()
    return found, (Problem("steps", {"got": number, "expected": STEPS}),)
