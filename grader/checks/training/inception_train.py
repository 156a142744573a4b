"""Check `inception.train`: is `complex_model` the network that was asked for, and is it trained as asked?"""

from __future__ import annotations

import ast

from grader.checks.cases import generator
from grader.checks.network.complex_structure import GROUPS, groups
from grader.checks.training.asking import Breach, Unanswered
from grader.checks.training.case_evidence import attempt, case, failed
from grader.checks.training.learning import loss_goes_down
from grader.checks.training.notebook_code import is_used
from grader.checks.training.notebook_networks import NotebookNetworks
from grader.checks.training.one_step import one_step
from grader.checks.training.run_model_calls import training_calls
from grader.checks.training.structure_cases import structure_cases, structure_of, with_training_layers
from grader.model.evidence import CaseEvidence, Problem

CHECK = "inception.train"
FUNCTION = "complex_model"
EPOCHS, BATCH_SIZE = 5, 500
#: In one batch.
IMAGES = 16


def inception_train(networks: NotebookNetworks, code: ast.Module, seed: int) -> list[CaseEvidence]:
    """A case for each group of the contract's structure, ``one_step``, ``loss_goes_down`` and ``settings``; all alike where
    there is no network.
    """
    try:
        network = networks.built(FUNCTION)
        found = with_training_layers(networks.asking, network, groups(structure_of(network.graph)))
    except (Breach, Unanswered) as ended:
        return [failed(group, ended) for group in (*GROUPS, "one_step", "loss_goes_down", "settings")]
    asked = {"images": IMAGES, "batch_size": IMAGES, "epochs": 1}
    cases = structure_cases(found)
    try:
        first = one_step(networks, FUNCTION, IMAGES, generator(seed, CHECK, "one_step", 0))
        cases.append(first.case)
        draw = generator(seed, CHECK, "loss_goes_down", 0)
        cases.append(attempt("loss_goes_down", lambda: loss_goes_down(networks, FUNCTION, first, draw)))
    except (Breach, Unanswered) as ended:
        cases.append(failed("one_step", ended, asked))
        cases.append(failed("loss_goes_down", ended))
    return [*cases, settings_case(code)]


def settings_case(code: ast.Module) -> CaseEvidence:
    """Epochs and batch size of the notebook's own training, read from its source; what cannot be made out is accepted."""
    asked = {"epochs": EPOCHS, "batch_size": BATCH_SIZE}
    if not is_used(code, FUNCTION):
        return case("settings", {}, asked, problems=(Problem("never_used", {"function": FUNCTION}),))
    calls = training_calls(code, FUNCTION)
    if not calls:
        return case("settings", {"settings": 0.0}, {**asked, "judged_by": "not to be made out"})
    if any(call.epochs == EPOCHS and call.batch_size == BATCH_SIZE for call in calls):
        return case("settings", {"settings": 0.0}, asked)
    if sum(call.epochs for call in calls) == EPOCHS and all(call.batch_size == BATCH_SIZE for call in calls):
        return case("settings", {"settings": 0.0}, asked)
    used = ", ".join(f"epochs={call.epochs}, batch_size={call.batch_size}" for call in calls[:3])
    problem = Problem("settings", {"used": used, "epochs": EPOCHS, "batch_size": BATCH_SIZE})
    return case("settings", {}, asked, problems=(problem,))
