"""Check `simple.define`: is `simple_model` the network that was asked for, and does it compute what it says?"""

from __future__ import annotations

from grader.checks.cases import generator
from grader.checks.network.simple_structure import GROUPS, groups
from grader.checks.training.asking import Breach, Unanswered
from grader.checks.training.case_evidence import attempt, failed
from grader.checks.training.notebook_networks import NotebookNetworks
from grader.checks.training.structure_cases import structure_cases, structure_of, values_case, with_training_layers
from grader.model.evidence import CaseEvidence

CHECK = "simple.define"
FUNCTION = "simple_model"


def simple_define(networks: NotebookNetworks, seed: int) -> list[CaseEvidence]:
    """A case for each group of the contract's structure, and ``values``; all alike where there is no network."""
    try:
        network = networks.built(FUNCTION)
        found = with_training_layers(networks.asking, network, groups(structure_of(network.graph)))
    except (Breach, Unanswered) as ended:
        return [failed(group, ended) for group in (*GROUPS, "values")]
    random = generator(seed, CHECK, "values", 0)
    return [
        *structure_cases(found),
        attempt("values", lambda: values_case(networks.asking, networks.reset(FUNCTION), random)),
    ]
