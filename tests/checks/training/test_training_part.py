"""Which items are asked, skipped or settled by reading, and which model is measured; with a runner that answers from a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.checks.part import PartObserved, PartTask
from grader.checks.training.training_data import LOCATION_FILE, TrainingData
from grader.checks.training.training_part import observe_training
from grader.datasets.data_set import DataKind, DataSet
from grader.datasets.entry_contents import data_set_of
from grader.datasets.profile import Profile
from grader.datasets.stand_in import obtain_stand_in
from grader.model.evidence import ItemEvidence
from grader.model.limits import ExecutionLimits
from grader.model.observation import (
    CallObservation,
    EpochSeen,
    NotebookObservation,
    ProbeRequest,
    StudentError,
    TrainingRun,
)
from grader.model.rubric import Rubric
from grader.model.status import CallOutcome
from grader.model.submission import Submission

NAME = "Assignment2-2_Training_CNN.ipynb"
MODEL = "Utils/model_checkpoints/my_model_final.keras"
WRITTEN = "".join(f"def {name}(*given):\n    return build()\n" for name in ("my_model", "simple_model"))
LOADED = {"loaded": True, "parameters": 7, "output_shape": [None, 10], "graph_matches_builder": True}
CHECKS = ("simple.define", "inception.module", "better.accuracy", "better.writeup")


def logits(images: np.ndarray) -> np.ndarray:
    """Class 3 for every image."""
    return np.tile(np.eye(10, dtype=np.float32)[3], (len(images), 1))


@dataclass
class Runner:
    """Answers `saved_model` with `saved` and `logits` with `output`; keeps what it was asked to do."""

    saved: Any = field(default_factory=lambda: dict(LOADED))
    output: Callable[[np.ndarray], np.ndarray] = logits
    status: str = "completed"
    training: tuple[TrainingRun, ...] = ()
    failed_cell: int | None = None
    outcome: CallOutcome = CallOutcome.RETURNED
    folders: list[Mapping[str, bytes]] = field(default_factory=list)
    lives: list[bool] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    replayed: bool = False
    observation: NotebookObservation | None = None

    def environment(self) -> Mapping[str, str]:
        return {}

    def readable_path(self, folder: Path) -> Path:
        return Path("/data")

    @contextmanager
    def workspace(self, files: Mapping[str, bytes], limits: ExecutionLimits, seed: int = 0) -> Iterator[Runner]:
        self.folders.append(files)
        yield self

    @contextmanager
    def live(self, notebook: Mapping[str, Any], name: str, *, run: bool) -> Iterator[Runner]:
        self.lives.append(run)
        error = StudentError("ValueError", "no") if self.failed_cell is not None else None
        self.observation = (
            NotebookObservation(self.status, notebook, 12.0, self.failed_cell, error, "cut", training=self.training)
            if run
            else None
        )
        yield self

    def probe(self, requests: Sequence[ProbeRequest]) -> list[CallObservation]:
        return [self._answer(request) for request in requests]

    def _answer(self, request: ProbeRequest) -> CallObservation:
        self.asked.append(request.probe)
        if request.probe == "saved_model":
            return CallObservation(self.outcome, self.saved)
        if request.probe == "logits":
            return CallObservation(CallOutcome.RETURNED, self.output(request.arguments["images"]))
        return CallObservation(CallOutcome.RAISED, error=StudentError("KeyError", "x"))


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    entry = obtain_stand_in(tmp_path_factory.mktemp("cache"), {"train": 20, "validation": 30, "test": 40})
    return data_set_of(entry, asked_for=True)


@pytest.fixture
def data(stand_in: DataSet) -> TrainingData:
    return TrainingData(stand_in, stand_in, Profile.QUICK)


def as_cifar10(stand_in: DataSet, profile: Profile = Profile.QUICK) -> TrainingData:
    served = replace(stand_in, kind=DataKind.CIFAR10)
    return TrainingData(served, served, profile)


def task(
    source: str | None = WRITTEN, *, markdown: str = "We tried.", runs: bool = True, wanted: bool = True
) -> PartTask:
    cells = [{"cell_type": "code", "source": source or ""}, {"cell_type": "markdown", "source": markdown}]
    files = {MODEL: b"model"} if source is None else {NAME: json.dumps({"cells": cells}).encode(), MODEL: b"model"}
    notebooks = {} if source is None else {2: NAME}
    submission = Submission("t", "t", "", "", files, notebooks, {} if source is not None else {2: "none"})
    rubric = Rubric.model_validate(
        {
            "schema": 1, "name": "r", "total": len(CHECKS), "tolerance": {"float64": 1e-3, "float32": 1e-3},
            "parts": {2: {"title": "t", "framework": "tensorflow"}},
            "items": [
                {"id": f"p2.{check}", "part": 2, "points": 1, "check": check, "text": "x", "credit": {"rule": "manual"}}
                for check in CHECKS
            ],
        }
    )  # fmt: skip
    return PartTask(
        submission, {**files, "Utils/data_utils.py": b""}, rubric, 2, rubric.items,
        {"notebook": "k", **{item.id: "k" for item in rubric.items}}, ExecutionLimits(), 1, wanted, runs,
    )  # fmt: skip


def item(found: PartObserved, check: str) -> ItemEvidence:
    return found.items[f"p2.{check}"]


def test_what_is_not_written_is_settled_by_reading_and_the_rest_is_asked(data: TrainingData) -> None:
    runner = Runner()
    found = observe_training(runner, task(), data, "")
    assert item(found, "inception.module").implementation == "absent"
    assert item(found, "simple.define").implementation == "written"
    assert {case.outcome for case in item(found, "simple.define").cases} == {CallOutcome.RAISED}
    assert (
        item(found, "better.writeup").writeup is not None and item(found, "better.writeup").implementation == "written"
    )
    assert runner.lives == [True] and found.notebook is not None and found.notebook.status == "completed"
    assert LOCATION_FILE in runner.folders[0] and MODEL not in runner.folders[0]


def test_the_model_that_was_trained_again_is_measured_on_images_nobody_saw(data: TrainingData) -> None:
    runner = Runner()
    found = observe_training(runner, task(), data, "")
    seen = item(found, "better.accuracy").accuracy
    assert seen is not None and seen.model == "reexecuted" and seen.parameters == 7 and seen.problem is None
    assert seen.paying is not None and seen.validation is not None
    assert (seen.paying.split, seen.paying.images, seen.paying.correct) == ("hidden", 1000, 100)
    assert (seen.validation.images, seen.validation.correct) == (30, 3)
    arrays = {name.removeprefix("p2.better.accuracy/"): array for name, array in found.arrays.items()}
    assert arrays["predictions"].dtype == np.int8 and set(arrays["predictions"]) == {3}
    assert arrays["samples/pixels"].shape == (20, 32, 32, 3) and arrays["samples/scores"].shape == (20, 10)
    np.testing.assert_allclose(arrays["samples/scores"].sum(axis=1), 1, rtol=1e-5)
    assert list(arrays["samples/labels"]) == sorted([*range(10), *range(10)])
    # Those that a report shows are of a split that everybody may see.
    public = {pixels.tobytes() for pixels in data.judged.validation.pixels}
    assert all(pixels.tobytes() in public for pixels in arrays["samples/pixels"])
    # What was saved is looked at before anything else could save.
    assert runner.asked[0] == "saved_model"


@pytest.mark.parametrize("profile", [Profile.QUICK, Profile.CHECKPOINT, Profile.FULL])
def test_with_cifar10_the_model_handed_in_is_measured_in_a_process_of_its_own(
    stand_in: DataSet, profile: Profile
) -> None:
    runner = Runner()
    found = observe_training(runner, task(), as_cifar10(stand_in, profile), "")
    seen = item(found, "better.accuracy").accuracy
    assert seen is not None and seen.model == "submitted" and seen.same_data
    assert seen.paying is not None and (seen.paying.split, seen.paying.images) == ("test", 40)
    assert runner.folders[0][MODEL] == b"model"
    assert runner.lives == [profile is not Profile.CHECKPOINT, False]


def test_on_an_unasked_stand_in_no_accuracy_is_measured(stand_in: DataSet) -> None:
    served = replace(stand_in, asked_for=False)
    runner = Runner()
    found = observe_training(runner, task(), TrainingData(served, served, Profile.QUICK), "")
    assert item(found, "better.accuracy").not_asked == "no_cifar10" and "saved_model" not in runner.asked
    assert item(found, "simple.define").implementation == "written"


def test_where_nothing_can_be_run_written_items_say_why(data: TrainingData) -> None:
    found = observe_training(None, task(), None, "no_tensorflow")
    assert item(found, "simple.define").not_asked == "no_tensorflow"
    assert item(found, "better.accuracy").not_asked == "no_tensorflow"
    assert item(found, "inception.module").implementation == "absent"
    assert item(found, "better.writeup").implementation == "written"


def test_a_self_check_asks_functions_and_trains_nothing(data: TrainingData) -> None:
    runner = Runner()
    found = observe_training(runner, task(runs=False), data, "")
    assert item(found, "better.accuracy").not_asked == "self_check" and runner.lives == [False]
    assert found.notebook is not None and found.notebook.status == "not_run"


def test_where_nothing_is_written_nothing_is_opened(data: TrainingData) -> None:
    runner = Runner()
    found = observe_training(runner, task("x = 1", markdown="", wanted=False), data, "")
    assert {evidence.implementation for evidence in found.items.values()} == {"absent"} and not runner.folders
    found = observe_training(runner, task(None), data, "")
    assert {evidence.implementation for evidence in found.items.values()} == {"absent"} and not runner.folders
    assert found.notebook is not None and found.notebook.status == "missing"


RUN = TrainingRun(4, "fit", "train", epochs_planned=20, epochs=(EpochSeen(1, 2.0), EpochSeen(2, 2.0)))
MISSING = {"loaded": False, "reason": "missing"}


@pytest.mark.parametrize(
    ("runner", "problem"),
    [
        (Runner(MISSING), "nothing_saved"),
        (Runner(MISSING, status="timeout", training=(RUN,)), "budget"),
        (Runner(MISSING, status="timeout"), "not_ended"),
        (Runner(MISSING, status="memory"), "memory"),
        (Runner(MISSING, status="died"), "died"),
        (Runner(MISSING, status="cell_error", failed_cell=2), "not_reached"),
        (Runner({**LOADED, "graph_matches_builder": False}), "other_network"),
        (Runner({**LOADED, "output_shape": [None, 100]}), "model_output"),
        (Runner({"loaded": False, "reason": "corrupted", "detail": "x"}), "model_corrupted"),
        (Runner({"loaded": False, "reason": "nonsense"}), "model_other"),
        (Runner(None), "model_other"),
        (Runner(output=lambda images: np.full((len(images), 10), np.nan, np.float32)), "not_finite"),
        (Runner(output=lambda images: np.zeros((len(images), 9), np.float32)), "model_output"),
        (Runner(outcome=CallOutcome.MEMORY), "memory"),
        (Runner(outcome=CallOutcome.TIMED_OUT), "model_too_slow"),
        (Runner(outcome=CallOutcome.DIED), "model_fails"),
    ],
)
def test_a_model_that_cannot_be_measured_says_why(data: TrainingData, runner: Runner, problem: str) -> None:
    found = observe_training(runner, task(), data, "")
    seen = item(found, "better.accuracy").accuracy
    assert seen is not None and seen.problem is not None and seen.problem.id == problem
    assert seen.model == "none" and seen.paying is None and not found.arrays


def test_a_used_up_budget_says_how_far_training_had_come(data: TrainingData) -> None:
    found = observe_training(Runner(MISSING, status="timeout", training=(RUN,)), task(), data, "")
    seen = item(found, "better.accuracy").accuracy
    assert seen is not None and seen.problem is not None
    assert seen.problem.values == {"cell": 4, "come": "epoch 3 of 20", "seconds": "12"}
    assert found.notebook is not None and found.notebook.training == (RUN,)


def test_an_optimiser_that_belongs_to_another_network_is_asked_again_in_a_fresh_process(data: TrainingData) -> None:
    class Stuck(Runner):
        def _answer(self, request: ProbeRequest) -> CallObservation:
            if request.probe != "network":
                return super()._answer(request)
            self.asked.append("network")
            message = "Unknown variable: <Variable value=" + "0" * 5000
            return CallObservation(CallOutcome.RAISED, error=StudentError("ValueError", message))

    runner = Stuck()
    found = observe_training(runner, task(), data, "")
    assert runner.lives == [True, False] and runner.asked.count("network") == 2
    error = item(found, "simple.define").cases[0].error
    assert error is not None and len(error.message) < 1000


def test_a_notebook_in_which_nothing_is_written_is_not_run(data: TrainingData) -> None:
    runner = Runner()
    stub = "def simple_model():\n    raise NotImplementedError('not yet')\nsimple_model()\n"
    found = observe_training(runner, task(stub, markdown=""), data, "")
    assert not runner.folders and item(found, "simple.define").implementation == "stub"
    assert found.notebook is not None and found.notebook.status == "not_run"
