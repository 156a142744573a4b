"""The items of Part 2 that are asked of a live notebook."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader.checks.cases import generator
from grader.checks.part import LiveNotebook, PartTask
from grader.checks.training import accuracy
from grader.checks.training.asking import Asking, Unanswered
from grader.checks.training.case_evidence import failed
from grader.checks.training.claims import claimed_accuracy
from grader.checks.training.inception_module import inception_module
from grader.checks.training.inception_train import inception_train
from grader.checks.training.notebook_code import code_of
from grader.checks.training.notebook_networks import NotebookNetworks
from grader.checks.training.notebook_outcome import nothing_saved
from grader.checks.training.simple_define import simple_define
from grader.checks.training.simple_evaluate import simple_evaluate
from grader.checks.training.simple_train import simple_train
from grader.checks.training.training_data import TrainingData
from grader.model.evidence import AccuracyEvidence, CaseEvidence, ItemEvidence, Problem
from grader.model.observation import NotebookObservation
from grader.model.rubric import Item
from grader.model.status import CallOutcome

#: Asks about one item, given the notebook's networks, its code and the seed.
Question = Callable[[NotebookNetworks, ast.Module, int], list[CaseEvidence]]

QUESTIONS: Mapping[str, Question] = {
    "simple.define": lambda networks, code, seed: simple_define(networks, seed),
    "simple.train": lambda networks, code, seed: simple_train(networks, seed),
    "simple.evaluate": lambda networks, code, seed: simple_evaluate(networks, seed),
    "inception.module": lambda networks, code, seed: inception_module(networks.asking, seed),
    "inception.train": inception_train,
}


class TrainingItems:
    """One part of one submission. `arrays` grow with what is measured. `read` gives a notebook's code in today's form."""

    def __init__(
        self,
        task: PartTask,
        data: TrainingData,
        stored: Mapping[str, Any],
        observation: NotebookObservation | None,
        read: Callable[[Mapping[str, Any]], ast.Module] = code_of,
    ):
        self.arrays: dict[str, np.ndarray] = {}
        self._task = task
        self._data = data
        self._stored = stored
        self._observation = observation
        self._read = read

    def functions(self, live: LiveNotebook, items: Sequence[Item]) -> dict[str, ItemEvidence]:
        """The items about single functions, by id."""
        task, code = self._task, self._read(self._stored)
        networks = NotebookNetworks(Asking(live), generator(task.seed, "networks", "weights", 0))
        return {
            item.id: ItemEvidence(
                item.check, task.keys[item.id], "written", tuple(QUESTIONS[item.check](networks, code, task.seed))
            )
            for item in items
            if item.check in QUESTIONS
        }

    def accuracy(self, live: LiveNotebook, items: Sequence[Item], model: str) -> dict[str, ItemEvidence]:
        """The item about the trained model, by id, if it is among `items`."""
        return {item.id: self._measured(item, live, model) for item in items if item.check == accuracy.CHECK}

    def _measured(self, item: Item, live: LiveNotebook, model: str) -> ItemEvidence:
        judged, task = self._data.judged, self._task
        missing = Problem("nothing_saved")
        if model == accuracy.REEXECUTED:
            missing = nothing_saved(self._observation)
        cases: tuple[CaseEvidence, ...] = ()
        try:
            paying = self._data.paying_split(task.seed)
            found = accuracy.measure(Asking(live), model, paying, judged.validation, task.limits.file_bytes, missing)
            evidence = found.evidence
            self.arrays.update({f"{item.id}/{name}": array for name, array in found.arrays.items()})
        except Unanswered as ended:
            evidence = AccuracyEvidence(accuracy.NONE, problem=_unanswered(ended))
            cases = (failed("accuracy", ended),)
        executed = self._observation.executed if self._observation is not None else None
        evidence = replace(
            evidence,
            claimed_stored=claimed_accuracy(self._stored),
            claimed_rerun=claimed_accuracy(executed),
            same_data=not self._data.is_stand_in,
        )
        return ItemEvidence(item.check, task.keys[item.id], "written", cases, accuracy=evidence)


def _unanswered(ended: Unanswered) -> Problem:
    """Why the saved model could not be opened or evaluated."""
    seen = ended.seen
    if seen.outcome is CallOutcome.MEMORY:
        return Problem("memory", {"detail": "opening or evaluating the saved model"})
    if seen.outcome in (CallOutcome.TIMED_OUT, CallOutcome.NOT_RUN):
        return Problem("model_too_slow")
    reason = seen.detail if seen.error is None else f"{seen.error.type}: {seen.error.message}"
    return Problem("model_fails", {"reason": reason[:300]})
