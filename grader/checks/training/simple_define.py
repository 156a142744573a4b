"""Check `simple.define`: is `simple_model` the network that was asked for, and does it compute what it says?"""

from __future__ import annotations

from grader.checks.cases import generator
from grader.checks.network.simple_structure import groups
from grader.checks.training.asking import Asking, Breach, Unanswered
from grader.checks.training.case_evidence import attempt, failed
from grader.checks.training.structure_cases import structure_cases, structure_of, values_case, with_training_layers
from grader.model.evidence import CaseEvidence

CHECK = "simple.define"
FUNCTION = "simple_model"


def simple_define(asking: Asking, seed: int) -> list[CaseEvidence]:
    """A case for each group of the contract's structure, and ``values``; one case ``network`` where there is none."""
    try:
        network = asking.network("network", CHECK, function=FUNCTION)
        found = with_training_layers(asking, network, groups(structure_of(network.graph)))
    except (Breach, Unanswered) as ended:
        return [failed("network", ended)]
    random = generator(seed, CHECK, "values", 0)
    return [*structure_cases(found), attempt("values", lambda: values_case(asking, network, random))]
