"""Check `inception.module`: are the four branches of `Inception_module` there, and does it compute what it says?"""

from __future__ import annotations

from grader.checks.cases import generator
from grader.checks.network.inception_structure import GROUPS, groups
from grader.checks.training import draws
from grader.checks.training.asking import Asking, Breach, Network, Unanswered
from grader.checks.training.case_evidence import attempt, failed
from grader.checks.training.notebook_networks import with_weights
from grader.checks.training.structure_cases import structure_cases, structure_of, values_case
from grader.model.evidence import CaseEvidence

CHECK = "inception.module"
#: All different, so that an argument in another's place shows; and none of `complex_model`'s, so that these show as well.
ARGUMENTS = {"C1": 4, "C3_R": 3, "C3": 5, "C5_R": 9, "C5": 6, "P3_R": 7}
#: Not square, so that height and width are told apart.
SHAPE = (10, 8, 3)


def inception_module(asking: Asking, seed: int) -> list[CaseEvidence]:
    """A case for each group of the contract's structure, and ``values``; all alike where there is no network."""
    try:
        network = asking.network("inception", CHECK, arguments=ARGUMENTS, shape=list(SHAPE))
        found = groups(structure_of(network.graph, SHAPE), ARGUMENTS)
    except (Breach, Unanswered) as ended:
        return [failed(group, ended, ARGUMENTS) for group in (*GROUPS, "values")]
    return [*structure_cases(found), attempt("values", lambda: _values(asking, network, seed))]


def _values(asking: Asking, network: Network, seed: int) -> CaseEvidence:
    random = generator(seed, CHECK, "values", 0)
    values = draws.weights(random, network.graph, len(network.shapes), SHAPE)
    return values_case(asking, with_weights(asking, network, values), random, SHAPE)
