"""Several steps of training: do batch size and number of epochs count as they should, and nothing else?

All images are copies of one, so that the weights depend on the number of steps alone and not on how images are shuffled.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np

from grader.checks.network.errors import NetworkError
from grader.checks.network.graph import Graph
from grader.checks.training import draws
from grader.checks.training.case_evidence import CONTRACT, case
from grader.checks.training.descent import MOMENTA, Arrays, Course, Rule
from grader.checks.training.notebook_networks import NotebookNetworks
from grader.checks.training.one_step import OneStep
from grader.checks.training.step import EXACT, LEARNING_RATE, OTHER, change_errors, changes, moved, tells
from grader.checks.training.training_run import Trained
from grader.model.evidence import CaseEvidence, Problem

GROUP = "batches"
#: Batches as large as those of the single step before: a loss that is summed over the batch then does the same.
IMAGES, BATCH_SIZE, EPOCHS = 48, 16, 2
STEPS = EPOCHS * (IMAGES // BATCH_SIZE)
#: Numbers of steps that are recognised: up to this many, and one for each image.
_MOST_STEPS = 12
_ONE_BY_ONE = EPOCHS * IMAGES
#: A step less or more must change the weights by this share, or they would not tell how many there were.
_DISTINCT = 0.05
#: No mistake that is known comes as near as this.
_NEARLY = 0.1
_SCALES = (0.3, 0.3, 0.3, 0.3)
_ASKED = {"images": f"{IMAGES} copies of one", "batch_size": BATCH_SIZE, "epochs": EPOCHS}


def batches(networks: NotebookNetworks, function: str, first: OneStep, random: np.random.Generator) -> CaseEvidence:
    """`first` says by which rule the network's first step went: a mistake that shows there is not held against this again.

    What is nearly right is asked again with another image: see EXACT. Raises Unanswered or Breach.
    """
    found = _batches(networks, function, first, random)
    error = max(found.errors.get(CONTRACT, {"": 0.0}).values())
    if EXACT < error < _NEARLY and not found.matches and not found.problems:
        return _batches(networks, function, first, random)
    return found


def _batches(networks: NotebookNetworks, function: str, first: OneStep, random: np.random.Generator) -> CaseEvidence:
    network = networks.reset(function)
    found = first.diagnosis
    graph = network.softmaxed_graph if found.softmaxed else network.logits_graph
    rule = found.rule or Rule("descent", LEARNING_RATE)
    course, predicted = _telling(graph, rule, first.gradients, found.still, random)
    images, labels = _copies(course, IMAGES)
    trained = networks.train(network, images, labels, EPOCHS, BATCH_SIZE)
    if first.unforetold or predicted is None:
        still = 0.0 if moved(trained.before, trained.after) else 1.0
        return case(GROUP, {"weights": still}, {**_ASKED, "judged_by": "weights"})
    if not tells(trained.before, changes(trained.before, predicted, list(trained.before.variables))):
        return case(GROUP, {}, _ASKED, problems=(Problem("nothing_to_learn", {"function": function}),))
    errors = _errors(trained, predicted)
    if rule.kind != "descent" and _far_off(trained, predicted) < _DISTINCT / 2:
        # Where a gradient is next to nothing, such a rule goes as far this way or that, by how it was rounded.
        return case(GROUP, {"weights": 0.0}, {**_ASKED, "steps": STEPS, "judged_by": "the weights together"})
    if max(errors.values(), default=1.0) <= OTHER or "not_trained" in found.matches:
        return case(GROUP, errors, {**_ASKED, "steps": STEPS})
    if found.rule is None:
        errors = _apart(networks, function, course)
        return case(GROUP, errors, {**_ASKED, "judged_by": f"{STEPS} calls of one step"})
    matches, problems = _explained(trained, course)
    return case(GROUP, errors, {**_ASKED, "steps": STEPS}, matches=matches, problems=problems)


def _copies(course: Course, count: int) -> tuple[np.ndarray, np.ndarray]:
    return np.repeat(course.image[np.newaxis], count, axis=0), np.full(count, course.label)


def _apart(networks: NotebookNetworks, function: str, course: Course) -> dict[str, float]:
    """Whatever a step is: is this call the same as so many calls of one step each? Relative difference by weight."""
    networks.renewed(function)
    at_once = networks.train(networks.reset(function), *_copies(course, IMAGES), EPOCHS, BATCH_SIZE)
    networks.renewed(function)
    network = networks.reset(function)
    for _ in range(STEPS):
        one = networks.train(network, *_copies(course, BATCH_SIZE), 1, BATCH_SIZE)
    names = [name for name in network.graph.variables if name in at_once.after.nodes and name in one.after.nodes]
    differences = change_errors(
        network.graph, changes(at_once.before, at_once.after, names), changes(network.graph, one.after, names), STEPS
    )
    return differences


def _telling(
    graph: Graph, rule: Rule, remembered: Arrays, still: frozenset[str], random: np.random.Generator
) -> tuple[Course, Graph | None]:
    """Training on an image from which the weights tell how many steps there were; and the network after STEPS of them,
    None where it cannot be foretold.

    A bright image may be learnt in a single step, after which nothing moves any more: then a fainter one is taken.
    """
    course = Course(graph, draws.images(random, 1)[0], int(random.integers(draws.CLASSES)), rule, remembered, still)
    predicted = None
    for scale in _SCALES:
        course = replace(course, image=(scale * course.image).astype(np.float32))
        try:
            *_, predicted, one_more = islice(course.steps(), STEPS + 1)
        except NetworkError:
            return course, None
        if _tells(course.graph, predicted, one_more):
            break
    return course, predicted


def _tells(before: Graph, after: Graph, one_more: Graph) -> bool:
    lengths = [
        float(np.sqrt(sum(np.sum(array**2) for array in changes(before, end, list(end.variables)).values())))
        for end in (after, one_more)
    ]
    return bool(np.isfinite(lengths).all()) and lengths[0] > 0 and abs(lengths[1] / lengths[0] - 1) > _DISTINCT


def _errors(trained: Trained, predicted: Graph, count: int = STEPS) -> dict[str, float]:
    names = [name for name in trained.before.variables if name in predicted.nodes and name in trained.after.nodes]
    change = changes(trained.before, trained.after, names)
    return change_errors(trained.before, change, changes(trained.before, predicted, names), count)


def _far_off(trained: Trained, predicted: Graph) -> float:
    """Of all weights together: how far they are from where they should be, of how far they should have gone."""
    names = [name for name in trained.before.variables if name in predicted.nodes and name in trained.after.nodes]
    got, wanted = (changes(trained.before, graph, names) for graph in (trained.after, predicted))
    off, far = (
        float(np.sqrt(sum(np.sum(array**2) for array in arrays)))
        for arrays in ([got[name] - wanted[name] for name in names], wanted.values())
    )
    return off / far if far > 0 and np.isfinite(off) else 1.0


def _fits(trained: Trained, predicted: Graph, count: int = STEPS) -> bool:
    return max(_errors(trained, predicted, count).values(), default=1.0) <= OTHER


def _explained(trained: Trained, course: Course) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The mistake that leads to these weights, where one is known."""
    for number, predicted in enumerate(islice(course.steps(), _MOST_STEPS), 1):
        if number != STEPS and _fits(trained, predicted, number):
            return _miscounted(number)
    if course.rule.kind == "descent" and not course.rule.momentum:
        for momentum in MOMENTA:
            if _fits(trained, replace(course, rule=replace(course.rule, momentum=momentum)).after(STEPS)):
                return ("momentum",), ()
    if _fits(trained, course.after(_ONE_BY_ONE), _ONE_BY_ONE):
        return ("batch_size_ignored",), (Problem("steps", {"got": _ONE_BY_ONE, "expected": STEPS}),)
    return (), ()


def _miscounted(number: int) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    known = {IMAGES // BATCH_SIZE: ("epochs_ignored",), EPOCHS: ("batch_size_ignored",), 1: ("single_step",)}
    return known.get(number, ()), (Problem("steps", {"got": number, "expected": STEPS}),)
