"""Cases about what a network is: its layers as the contract wants them, and whether these are what it computes with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from grader.checks.network.errors import NetworkError, UnknownOperation
from grader.checks.network.graph import Graph
from grader.checks.network.layers import Structure
from grader.checks.network.structure import read
from grader.checks.training import draws
from grader.checks.training.asking import Asking, Breach, Network, computed
from grader.checks.training.case_evidence import case, compared
from grader.checks.training.training_run import trains_otherwise
from grader.model.evidence import CaseEvidence, Problem

Problems = Mapping[str, tuple[Problem, ...]]
_IMAGES = 8
_EXTRA = "nothing_else"


def structure_of(graph: Graph, shape: tuple[int, int, int] | None = None) -> Structure:
    """The layers that were told. Raises Breach where none can be made out."""
    try:
        return read(graph, shape)
    except UnknownOperation as error:
        raise Breach(Problem("unknown_operation", {"operation": error.op})) from error
    except NetworkError as error:
        raise Breach(Problem("graph_unreadable", {"reason": str(error)})) from error


def structure_cases(found: Problems) -> list[CaseEvidence]:
    """A case for every group of a contract's structure."""
    return [case(group, {} if problems else {"structure": 0.0}, problems=problems) for group, problems in found.items()]


def with_training_layers(asking: Asking, network: Network, found: Problems) -> Problems:
    """`found` with the breach that something acts while training alone, which the pass of inference does not show."""
    if found.get(_EXTRA) or any(problem.id == "layer_extra" for problems in found.values() for problem in problems):
        return found
    if not trains_otherwise(asking, network):
        return found
    return {**found, _EXTRA: (Problem("only_while_training"),)}


def values_case(
    asking: Asking, network: Network, random: np.random.Generator, shape: Sequence[int] = (32, 32, 3)
) -> CaseEvidence:
    """The layers that were told, computed by the grader with the network's weights, give what the network gives.

    Raises Unanswered or Breach.
    """
    images = draws.images(random, _IMAGES, shape)
    asked = {"images": list(images.shape)}
    return compared("values", "output", asking.output(network, images), computed(network.graph, images), asked)
