"""Observes Part 2: the notebook's run, and what its functions do when the grader calls them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from grader.checks.notebook_part import is_untouched, not_asked, notebook_evidence, read_item, stored_cells
from grader.checks.notebooks import stored_notebook
from grader.checks.part import PartObserved, PartTask, Runner, Workspace
from grader.checks.training import accuracy
from grader.checks.training.notebook_code import code_of
from grader.checks.training.training_check import TRAINING_CHECKS
from grader.checks.training.training_data import LOCATION_FILE, TrainingData
from grader.checks.training.training_items import TrainingItems
from grader.checks.training.writeup import observe_writeup
from grader.datasets.profile import Profile
from grader.model.evidence import ItemEvidence, NotebookEvidence
from grader.model.rubric import Item

WRITEUP = "better.writeup"
#: From a notebook as it is stored to its code.
ReadCode = Callable[[Mapping[str, Any]], ast.Module]

_FUNCTIONS = {check.name: check.functions for check in TRAINING_CHECKS}
#: What Keras says where an optimiser is given variables of a second network; then come their values, and what is long
#: is cut.
_OTHER_VARIABLES = "Unknown variable: <Variable"
_NO_DATA = "no_data"
_NO_CIFAR10 = "no_cifar10"
_SELF_CHECK = "self_check"
#: How a write-up counts among functions.
_WRITEUP_STATES = {"written": "written", "untouched": "stub", "empty": "absent"}


def observe_training(
    runner: Runner | None, task: PartTask, data: TrainingData | None, unavailable: str, read: ReadCode = code_of
) -> PartObserved:
    """`runner` and `data` are None where the part cannot be run here; `unavailable` then says why. `read` gives the
    notebook's code as calls and statements of today's form.

    What is not written is found without running anything. Raises InfrastructureError for faults of the grader.
    """
    stored = stored_cells(task)
    items, to_ask = _read(task, stored)
    evidence = stored_notebook(task.submission, task.part_number, task.keys["notebook"])
    notebook = evidence if task.notebook_wanted else None
    if runner is None or data is None:
        items |= {item.id: not_asked(task, item, unavailable or _NO_DATA) for item in to_ask}
        return PartObserved(items, notebook)
    for item in [item for item in to_ask if item.check == accuracy.CHECK]:
        if (reason := _unmeasured(task, data)) is not None:
            items[item.id] = not_asked(task, item, reason)
            to_ask.remove(item)
    runs = _runs(task, data, to_ask) and not is_untouched(task, stored, _FUNCTIONS)
    if stored is None or not (to_ask or (runs and task.notebook_wanted)):
        return PartObserved(items, notebook)
    return _asked(runner, task, data, stored, items, to_ask, runs, read)


def _read(task: PartTask, stored: Mapping[str, Any] | None) -> tuple[dict[str, ItemEvidence], list[Item]]:
    """The evidence of items that reading settles, and those about which something has to be asked."""
    items: dict[str, ItemEvidence] = {}
    to_ask: list[Item] = []
    for item in task.wanted:
        if item.check == WRITEUP:
            writeup = observe_writeup(stored, task.template)
            items[item.id] = ItemEvidence(
                item.check, task.keys[item.id], _WRITEUP_STATES[writeup.state], writeup=writeup
            )
            continue
        unwritten = read_item(task, item, stored, _FUNCTIONS[item.check])
        if unwritten is None:
            to_ask.append(item)
        else:
            items[item.id] = unwritten
    return items, to_ask


def _unmeasured(task: PartTask, data: TrainingData) -> str | None:
    """Why no accuracy is measured here; None where it is."""
    if not task.run_notebook and data.profile is not Profile.CHECKPOINT:
        return _SELF_CHECK
    return None if data.pays else _NO_CIFAR10


def _runs(task: PartTask, data: TrainingData, to_ask: list[Item]) -> bool:
    """Whether the notebook is run: for its own evidence, or for the model that it trains."""
    if not task.run_notebook or data.profile is Profile.CHECKPOINT:
        return False
    return task.notebook_wanted or (
        not _judges_submitted(data) and any(item.check == accuracy.CHECK for item in to_ask)
    )


def _judges_submitted(data: TrainingData) -> bool:
    """Whether the model handed in is measured: it was made for CIFAR-10, or nothing is trained here."""
    return data.profile is Profile.CHECKPOINT or not data.is_stand_in


def _work_folder(runner: Runner, task: PartTask, data: TrainingData) -> dict[str, bytes]:
    """The files, and where the data is; without the models handed in where the one that is trained here counts."""
    files = dict(task.files)
    if not _judges_submitted(data):
        trained = f"{accuracy.MODEL_PATH.rpartition('/')[0]}/"
        given = task.files.keys() - task.submission.files.keys()
        files = {path: content for path, content in files.items() if not path.startswith(trained) or path in given}
    return {**files, LOCATION_FILE: data.location(runner.readable_path(data.served.folder))}


def _asked(
    runner: Runner,
    task: PartTask,
    data: TrainingData,
    stored: Mapping[str, Any],
    items: dict[str, ItemEvidence],
    to_ask: list[Item],
    runs: bool,
    read: ReadCode,
) -> PartObserved:
    path = task.submission.notebooks[task.part_number]
    notebook: NotebookEvidence | None = None
    executed: Mapping[str, Any] | None = None
    with runner.workspace(_work_folder(runner, task, data), task.limits, task.seed) as workspace:
        with workspace.live(stored, path, run=runs) as live:
            asked = TrainingItems(task, data, stored, live.observation, read)
            # What was saved is looked at first: calling the notebook's functions may save something else.
            if not _judges_submitted(data):
                items |= asked.accuracy(live, to_ask, accuracy.REEXECUTED)
            items |= asked.functions(live, to_ask)
            if task.notebook_wanted:
                notebook, executed = notebook_evidence(task, stored, live)
        items |= _asked_apart(workspace, task, stored, asked, [item for item in to_ask if _stuck(items.get(item.id))])
        if _judges_submitted(data):
            items |= _submitted(workspace, task, stored, asked, to_ask)
    return PartObserved(items, notebook, asked.arrays, executed)


def _stuck(found: ItemEvidence | None) -> bool:
    """Whether a question failed because the notebook's one optimiser belongs to a network that it has trained before."""
    cases = found.cases if found is not None else ()
    return any(case.error is not None and case.error.message.startswith(_OTHER_VARIABLES) for case in cases)


def _asked_apart(
    workspace: Workspace, task: PartTask, stored: Mapping[str, Any], asked: TrainingItems, stuck: list[Item]
) -> dict[str, ItemEvidence]:
    """Items asked again where nothing was trained yet, those about each network in a process of their own."""
    items: dict[str, ItemEvidence] = {}
    for function in dict.fromkeys(_FUNCTIONS[item.check][0] for item in stuck):
        with workspace.live(stored, task.submission.notebooks[task.part_number], run=False) as live:
            items |= asked.functions(live, [item for item in stuck if _FUNCTIONS[item.check][0] == function])
    return items


def _submitted(
    workspace: Workspace, task: PartTask, stored: Mapping[str, Any], asked: TrainingItems, to_ask: list[Item]
) -> dict[str, ItemEvidence]:
    """The accuracy of the model handed in, in a process and a work folder of its own."""
    if not any(item.check == accuracy.CHECK for item in to_ask):
        return {}
    with workspace.live(stored, task.submission.notebooks[task.part_number], run=False) as live:
        return asked.accuracy(live, to_ask, accuracy.SUBMITTED)
