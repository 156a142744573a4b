"""What observing the parts written in notebooks has in common: reading what is written, and the notebook's evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from grader.checks.notebooks import evidence_of, stored_notebook
from grader.checks.part import LiveNotebook, PartTask
from grader.checks.training.notebook_code import code_of, implementation
from grader.model.evidence import ItemEvidence, NotebookEvidence
from grader.model.rubric import Item

#: The functions that a check needs, by the check's name.
Functions = Mapping[str, Sequence[str]]


def stored_cells(task: PartTask) -> Mapping[str, Any] | None:
    """The part's notebook as it was handed in; None where there is none."""
    path = task.submission.notebooks.get(task.part_number)
    return None if path is None else json.loads(task.submission.files[path])


def read_item(
    task: PartTask, item: Item, stored: Mapping[str, Any] | None, functions: Sequence[str]
) -> ItemEvidence | None:
    """The evidence of an item of which something is not written; None where it has to be asked."""
    state = implementation(code_of(stored or {}), functions)
    return None if state == "written" else ItemEvidence(item.check, task.keys[item.id], state)


def not_asked(task: PartTask, item: Item, reason: str) -> ItemEvidence:
    """`reason` is a key of the catalogue's topic ``skipped``."""
    return ItemEvidence(item.check, task.keys[item.id], "not_asked", not_asked=reason)


def is_untouched(task: PartTask, stored: Mapping[str, Any] | None, functions: Functions) -> bool:
    """Whether none of the part's functions is written: running such a notebook shows nothing but that."""
    code = code_of(stored or {})
    checks = [item.check for item in task.rubric.items if item.part == task.part_number]
    names = {name for check in checks for name in functions[check]}
    return bool(names) and all(implementation(code, [name]) != "written" for name in names)


def notebook_evidence(
    task: PartTask, stored: Mapping[str, Any], live: LiveNotebook
) -> tuple[NotebookEvidence, Mapping[str, Any] | None]:
    """The evidence of the notebook that `live` has run, and the executed notebook; of one not run what it stores."""
    key, observation = task.keys["notebook"], live.observation
    if observation is None:
        return stored_notebook(task.submission, task.part_number, key), None
    return evidence_of(stored, observation, key), observation.executed
