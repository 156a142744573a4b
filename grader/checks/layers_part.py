"""Observes Part 1: every item's function on every case, each item in a process of its own; and the notebook's run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from grader.checks.cases import Case
from grader.checks.item import Layers, observe_item
from grader.checks.layer_check import LayerCheck
from grader.checks.notebooks import observe_notebook, stored_notebook
from grader.checks.pack import public_cases, smaller_cases
from grader.checks.part import PartObserved, PartTask, Runner
from grader.checks.table import LAYER_CHECKS_BY_NAME
from grader.model.evidence import ItemEvidence
from grader.model.rubric import Item, Rubric

if TYPE_CHECKING:
    from grader.checks.oracle import Oracle


def observe_layers(runner: Runner, task: PartTask, oracle: Oracle | None) -> PartObserved:
    """Without an `oracle` only the public cases are asked. Raises InfrastructureError for faults of the grader."""
    items: dict[str, ItemEvidence] = {}
    arrays: dict[str, np.ndarray] = {}
    notebook, executed = None, None
    assert task.part.module is not None
    with runner.workspace(task.files, task.limits, task.seed) as workspace:
        if task.notebook_wanted:
            key = task.keys["notebook"]
            if task.run_notebook:
                notebook, executed = observe_notebook(workspace, task.submission, task.part_number, key)
            else:
                notebook = stored_notebook(task.submission, task.part_number, key)
        if task.wanted:
            layers = Layers.found(workspace, task.part.module, task.files, _functions(task.wanted))
            for item in task.wanted:
                check = LAYER_CHECKS_BY_NAME[item.check]
                cases = _cases(check, oracle, task.seed, task.rubric)
                items[item.id], found = observe_item(
                    workspace, check, layers, cases, task.keys[item.id], partial(_smaller, check.name)
                )
                arrays.update({f"{item.id}/{name}": array for name, array in found.items()})
    return PartObserved(items, notebook, arrays, executed)


def _functions(items: Sequence[Item]) -> list[str]:
    checks = [LAYER_CHECKS_BY_NAME[item.check] for item in items]
    return list(dict.fromkeys(name for check in checks for name in (check.function, check.forward)))


def _cases(check: LayerCheck, oracle: Oracle | None, seed: int, rubric: Rubric) -> list[Case]:
    cases = list(public_cases()[check.name])
    if oracle is not None:
        # Here and not above: what students receive has neither a reference nor the cases that are drawn with it.
        from grader.checks.layer_cases import hidden_cases

        cases += hidden_cases(check, oracle, seed, rubric.hidden_cases.per_class)
    return cases


def _smaller(check: str) -> list[Case]:
    return smaller_cases()[check]
