"""Observes Part 3: the notebook's run, and what its functions make of a pretrained network when the grader calls them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.checks.network.errors import NetworkError
from grader.checks.notebook_part import is_untouched, not_asked, notebook_evidence, read_item, stored_cells
from grader.checks.notebooks import stored_notebook
from grader.checks.part import PartObserved, PartTask, Runner
from grader.checks.training.asking import Asking
from grader.checks.visualisation.pretrained_network import PretrainedNetwork
from grader.checks.visualisation.unsuited import UnsuitedNetwork
from grader.checks.visualisation.visualisation_check import VISUALISATION_CHECKS
from grader.checks.visualisation.visualisation_questions import QUESTIONS, Question
from grader.datasets.pretrained import PretrainedMaterial
from grader.model.errors import InfrastructureError
from grader.model.evidence import ItemEvidence
from grader.model.rubric import Item

_FUNCTIONS = {check.name: check.functions for check in VISUALISATION_CHECKS}
#: A key of the catalogue's topic ``skipped``.
_NO_NETWORK = "no_pretrained"


@dataclass(frozen=True, slots=True)
class Subject:
    """What the functions are asked about: a network as the grader computes it, and what goes with it.

    With `hidden` a case is drawn that is told to nobody. `questions` are those of each check.
    """

    network: PretrainedNetwork
    material: PretrainedMaterial
    hidden: bool
    questions: Mapping[str, Question] = field(default_factory=lambda: QUESTIONS)


def observe_visualisations(
    runner: Runner | None, task: PartTask, subject: Callable[[], Subject] | None, unavailable: str
) -> PartObserved:
    """`runner` and `subject` are None where the part cannot be run here; `unavailable` then says why. `subject` is made
    where there is something to ask.

    What is not written is found without running anything. Raises InfrastructureError for faults of the grader.
    """
    stored = stored_cells(task)
    read = {item.id: read_item(task, item, stored, _FUNCTIONS[item.check]) for item in task.wanted}
    items = {name: evidence for name, evidence in read.items() if evidence is not None}
    to_ask = [item for item in task.wanted if item.id not in items]
    evidence = stored_notebook(task.submission, task.part_number, task.keys["notebook"])
    notebook = evidence if task.notebook_wanted else None
    if runner is None or subject is None:
        items |= {item.id: not_asked(task, item, unavailable or _NO_NETWORK) for item in to_ask}
        return PartObserved(items, notebook)
    runs = task.notebook_wanted and task.run_notebook and not is_untouched(task, stored, _FUNCTIONS)
    if stored is None or not (to_ask or runs):
        return PartObserved(items, notebook)
    executed: Mapping[str, Any] | None = None
    about = subject()
    files = {**task.files, **about.material.files}
    with runner.workspace(files, task.limits, task.seed) as workspace:
        with workspace.live(stored, task.submission.notebooks[task.part_number], run=runs) as live:
            found, arrays = _asked(Asking(live), task, about, to_ask)
            if task.notebook_wanted:
                notebook, executed = notebook_evidence(task, stored, live)
    return PartObserved(items | found, notebook, arrays, executed)


def _asked(
    asking: Asking, task: PartTask, subject: Subject, items: list[Item]
) -> tuple[dict[str, ItemEvidence], dict[str, np.ndarray]]:
    """The evidence of `items` by id, and the arrays for their pictures."""
    found: dict[str, ItemEvidence] = {}
    arrays: dict[str, np.ndarray] = {}
    hidden = subject.hidden and task.rubric.hidden_cases.per_class > 0
    for item in items:
        try:
            cases, pictures = subject.questions[item.check](
                asking, subject.network, subject.material, task.seed, hidden
            )
        except UnsuitedNetwork as unsuited:
            found[item.id] = not_asked(task, item, unsuited.reason)
            continue
        except NetworkError as error:
            # Of the grader's own network; whatever a student returns is never computed with as a network.
            raise InfrastructureError(f"{item.id}: the pretrained network could not be computed: {error}") from error
        found[item.id] = ItemEvidence(item.check, task.keys[item.id], "written", tuple(cases))
        arrays |= {f"{item.id}/{name}": array for name, array in pictures.items()}
    return found, arrays
