"""Check `simple.evaluate`: does `run_model` measure loss and accuracy, and leave the network as it is?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from grader.checks.cases import generator
from grader.checks.network.graph import Graph
from grader.checks.training import draws
from grader.checks.training.asking import Breach, Network, Unanswered, computed, without_softmax
from grader.checks.training.case_evidence import attempt, failed
from grader.checks.training.evaluation import Answered, Reading, near, partly_right, reading_of, scores_alike
from grader.checks.training.evaluation_cases import (
    accuracy_case,
    inference_case,
    last_batch_case,
    loss_case,
    unchanged_case,
)
from grader.checks.training.figures import Figures, read_figures
from grader.checks.training.notebook_networks import NotebookNetworks
from grader.checks.training.step import loss_matches, moved
from grader.checks.training.training_run import run
from grader.model.evidence import CaseEvidence, Problem
from grader.model.observation import Value
from grader.model.status import CallOutcome

CHECK = "simple.evaluate"
FUNCTION = "simple_model"
GROUPS = ("loss", "accuracy", "unchanged", "inference_mode", "last_batch")
IMAGES, BATCH_SIZE = 60, 20
#: Leaves a last batch of 10.
ODD_COUNT = 50
_ASKED = {"images": IMAGES, "batch_size": BATCH_SIZE, "is_training": False}


@dataclass(frozen=True, slots=True)
class _Evaluated:
    """The network after evaluations, what two of them returned, and what they should have found before and after."""

    network: Network
    images: np.ndarray
    before: Answered
    after: Answered
    after_graph: Graph
    returned: tuple[Value, Value]


def simple_evaluate(networks: NotebookNetworks, seed: int) -> list[CaseEvidence]:
    """A case for each of GROUPS."""
    random = generator(seed, CHECK, "evaluation", 0)
    try:
        seen = _evaluated(networks, random)
    except (Breach, Unanswered) as ended:
        return [failed(group, ended, _ASKED) for group in GROUPS]
    unchanged = unchanged_case(seen.network.graph, seen.after_graph, _ASKED)
    try:
        (first, form), (second, _) = (read_figures(returned) for returned in seen.returned)
    except Breach as breach:
        return [unchanged if group == "unchanged" else failed(group, breach, _ASKED) for group in GROUPS]
    reading, of_loss, of_accuracy = reading_of(first, seen.before)
    both, returned = (seen.before, seen.after), (first, second)
    read = [reading.read(figures, IMAGES, seen.before.batch_size) for figures in returned]
    trains = bool(moved(seen.network.graph, seen.after_graph))
    anew = () if trains else _random_draws(first, second)
    last = partial(
        last_batch_case, networks.asking, seen.network, seen.images, seen.before, reading, first, ODD_COUNT, trains
    )
    mode = partial(inference_case, networks.asking, seen.images, BATCH_SIZE, reading, first, random)
    further = [
        attempt("inference_mode", mode, _ASKED),
        attempt("last_batch", last, {"images": ODD_COUNT, "batch_size": BATCH_SIZE}),
    ]
    if not (reading.tells or of_loss or of_accuracy):
        further = [_of_unknown_figures(found) for found in further]
    return [
        loss_case(returned, both, (*(of_loss or _of_compiled(seen, reading)), *anew), _ASKED),
        accuracy_case(read, both, (*of_accuracy, *anew), form, _ASKED),
        unchanged,
        *further,
    ]


def _of_unknown_figures(found: CaseEvidence) -> CaseEvidence:
    """Figures of which neither is right, nor wrong in a known way, show nothing: that nothing is found in them is no answer."""
    nothing_found = found.outcome is CallOutcome.RETURNED and not found.problems and not found.matches
    return failed(found.group, Breach(Problem("figures_unknown")), found.asked) if nothing_found else found


def _of_compiled(seen: _Evaluated, reading: Reading) -> tuple[str, ...]:
    """Where the loss is none that is known: what the network says of its own."""
    return () if reading.loss_known else loss_matches(seen.network.compiled)


def _random_draws(first: Figures, second: Figures) -> tuple[str, ...]:
    """Two evaluations of the same images by the same weights give the same, in whatever order they come."""
    same = near(first.loss, second.loss) and near(first.accuracy, second.accuracy)
    return () if same else ("random_draws",)


def _evaluated(networks: NotebookNetworks, random: np.random.Generator) -> _Evaluated:
    asking, images, seed = networks.asking, draws.images(random, IMAGES), int(random.integers(2**31))
    fresh = partial(networks.reset, FUNCTION)
    network = fresh()
    logits = computed(network.logits_graph, images)
    if scores_alike(logits):
        # The figures of such a network can be said without looking at it: one of ours is evaluated in its place.
        fresh = partial(asking.network, "plain_network", "evaluated in its place", seed=seed)
        network = fresh()
        logits = computed(network.logits_graph, images)
    labels = partly_right(logits, random)
    first = run(asking, network, images, labels, batch_size=BATCH_SIZE, is_training=False)
    # In another order, since random numbers may begin anew with every call.
    second = run(asking, network, images[::-1].copy(), labels[::-1].copy(), batch_size=BATCH_SIZE, is_training=False)
    after, later, batch_size = asking.graph(network), logits, BATCH_SIZE
    if moved(network.graph, after):
        # In a single batch the figures are those of the weights before or after, whatever the weights do between batches.
        network, batch_size = fresh(), IMAGES
        first = second = run(asking, network, images, labels, batch_size=IMAGES, is_training=False)
        after = asking.graph(network)
        later = computed(without_softmax(after), images)
    before = Answered(logits, labels, batch_size)
    return _Evaluated(network, images, before, replace(before, logits=later), after, (first, second))
