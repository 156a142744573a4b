"""Observes a part that is written for TensorFlow 1: its notebook is run on the data that there is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.checks.notebook_part import Functions, is_untouched, not_asked, notebook_evidence, read_item, stored_cells
from grader.checks.notebooks import stored_notebook
from grader.checks.part import PartObserved, PartTask, Runner
from grader.checks.training.training_check import TRAINING_CHECKS
from grader.checks.training.training_data import LOCATION_FILE, TrainingData
from grader.checks.training.training_part import WRITEUP
from grader.checks.training.writeup import observe_writeup
from grader.checks.visualisation.visualisation_check import VISUALISATION_CHECKS
from grader.model.evidence import ItemEvidence
from grader.model.rubric import Item

#: Keys of the catalogue's topic ``skipped``.
_NOT_JUDGED = "tensorflow_1"
_NO_DATA = "no_data"
_FUNCTIONS: Functions = {check.name: check.functions for check in (*TRAINING_CHECKS, *VISUALISATION_CHECKS)}
_WRITEUP_STATES = {"written": "written", "untouched": "stub", "empty": "absent"}


def observe_tensorflow1(
    runner: Runner | None, task: PartTask, data: TrainingData | None, unavailable: str
) -> PartObserved:
    """`runner` is None where the part cannot be run here, `data` where there are no images; `unavailable` says why.

    What is written is not asked yet: its items are skipped, which the total says. Raises InfrastructureError for faults of
    the grader.
    """
    stored = stored_cells(task)
    reason = unavailable or (_NOT_JUDGED if runner is not None and data is not None else _NO_DATA)
    items = {item.id: _read(task, item, stored, reason) for item in task.wanted}
    evidence = stored_notebook(task.submission, task.part_number, task.keys["notebook"])
    if not task.notebook_wanted:
        return PartObserved(items)
    runs = task.run_notebook and not is_untouched(task, stored, _FUNCTIONS)
    if runner is None or data is None or stored is None or not runs:
        return PartObserved(items, evidence)
    files = {**task.files, LOCATION_FILE: data.location(runner.readable_path(data.served.folder))}
    with runner.workspace(files, task.limits, task.seed) as workspace:
        with workspace.live(stored, task.submission.notebooks[task.part_number], run=True) as live:
            notebook, executed = notebook_evidence(task, stored, live)
    return PartObserved(items, notebook, executed=executed)


def _read(task: PartTask, item: Item, stored: Mapping[str, Any] | None, reason: str) -> ItemEvidence:
    if item.check == WRITEUP:
        writeup = observe_writeup(stored, task.template)
        return ItemEvidence(item.check, task.keys[item.id], _WRITEUP_STATES[writeup.state], writeup=writeup)
    unwritten = read_item(task, item, stored, _FUNCTIONS[item.check])
    return unwritten if unwritten is not None else not_asked(task, item, reason)
