"""Which items of Part 3 are asked, skipped or settled by reading, and when its notebook is run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.checks.network.errors import UnknownOperation
from grader.checks.part import PartObserved, PartTask
from grader.checks.visualisation.visualisation_check import VISUALISATION_CHECKS
from grader.checks.visualisation.visualisation_part import Subject, observe_visualisations
from grader.model.errors import InfrastructureError
from grader.model.limits import ExecutionLimits
from grader.model.observation import NotebookObservation
from grader.model.status import Visibility
from grader.model.submission import Submission
from grader.scoring import rubric_file
from tests.checks.visualisation.fake_notebook import FakeNotebook
from tests.checks.visualisation.numpy_network import material, network
from tests.scoring.evidence_builder import RUBRIC_FILE

NAME = "Assignment2-3_Visualizing_CNN.ipynb"
WRITTEN = "def compute_saliency_maps(model, X, Y):\n    return gradients(model, X, Y)\n"
STUBS = "".join(f"def {check.functions[0]}(*given):\n    pass\n" for check in VISUALISATION_CHECKS)
RUBRIC = rubric_file.load(RUBRIC_FILE)


class Runner:
    """Opens one notebook that answers nothing of use; keeps what it was asked for."""

    def __init__(self) -> None:
        self.folders: list[Mapping[str, bytes]] = []
        self.lives: list[bool] = []

    @contextmanager
    def workspace(self, files: Mapping[str, bytes], limits: ExecutionLimits, seed: int = 0) -> Iterator[Runner]:
        self.folders.append(files)
        yield self

    @contextmanager
    def live(self, notebook: Mapping[str, Any], name: str, *, run: bool) -> Iterator[FakeNotebook]:
        self.lives.append(run)
        opened = FakeNotebook(lambda arguments, settings: None)
        opened.observation = NotebookObservation("completed", notebook, 1.0) if run else None  # type: ignore[assignment]
        yield opened


def subject(hidden: bool = True, files: Mapping[str, bytes] | None = None) -> Subject:
    return Subject(network(), replace(material(), files=files or {}), hidden)


def task(source: str | None, *, wanted: bool = True, runs: bool = True, per_class: int = 1) -> PartTask:
    files = {}
    if source is not None:
        files[NAME] = json.dumps({"cells": [{"cell_type": "code", "source": source}]}).encode()
    notebooks = {3: NAME} if source is not None else {}
    submission = Submission("t", "t", "", "", files, notebooks, {} if source is not None else {3: "none"})
    items = tuple(item for item in RUBRIC.items if item.part == 3)
    hidden = RUBRIC.hidden_cases.model_copy(update={"per_class": per_class})
    return PartTask(
        submission, {**files, "Utils/model_utils.py": b"handed out"}, RUBRIC.model_copy(update={"hidden_cases": hidden}),
        3, items, {"notebook": "k", **{item.id: "k" for item in items}}, ExecutionLimits(), 1, wanted, runs,
    )  # fmt: skip


def states(found: PartObserved) -> dict[str, str]:
    return {name.removeprefix("p3."): evidence.implementation for name, evidence in found.items.items()}


def test_what_is_not_written_is_settled_by_reading_and_the_rest_is_asked() -> None:
    runner = Runner()
    found = observe_visualisations(runner, task(WRITTEN), subject, "")  # type: ignore[arg-type]
    assert states(found) == {"saliency": "written", "class_representative": "absent", "adversarial": "absent"}
    assert {problem.id for case in found.items["p3.saliency"].cases for problem in case.problems} == {"returned_none"}
    assert found.notebook is not None and found.notebook.status == "completed" and runner.lives == [True]


@pytest.mark.parametrize("source", [STUBS, "", None])
def test_a_notebook_in_which_nothing_is_written_is_not_run_and_no_network_is_read(source: str | None) -> None:
    runner = Runner()

    def never() -> Subject:
        raise AssertionError("read")

    found = observe_visualisations(runner, task(source), never, "")  # type: ignore[arg-type]
    assert runner.lives == [] and set(states(found).values()) == {"stub" if source == STUBS else "absent"}
    assert found.notebook is not None and found.notebook.status == ("missing" if source is None else "not_run")


@pytest.mark.parametrize(("runs", "wanted"), [(False, True), (True, False)])
def test_functions_are_asked_where_the_notebook_is_not_run(runs: bool, wanted: bool) -> None:
    runner = Runner()
    found = observe_visualisations(runner, task(WRITTEN, runs=runs, wanted=wanted), subject, "")  # type: ignore[arg-type]
    assert runner.lives == [False] and found.items["p3.saliency"].cases
    assert (found.notebook is not None) is wanted


@pytest.mark.parametrize(("reason", "told"), [("no_tensorflow", "no_tensorflow"), ("", "no_pretrained")])
def test_where_the_part_cannot_be_run_its_items_are_open_with_the_reason(reason: str, told: str) -> None:
    found = observe_visualisations(None, task(WRITTEN), None, reason)
    assert found.items["p3.saliency"].not_asked == told
    assert found.items["p3.adversarial"].implementation == "absent"


@pytest.mark.parametrize(("hidden", "per_class", "drawn"), [(True, 1, True), (False, 1, False), (True, 0, False)])
def test_hidden_cases_are_drawn_where_there_are_to_be_any(hidden: bool, per_class: int, drawn: bool) -> None:
    found = observe_visualisations(
        Runner(), task(WRITTEN, per_class=per_class), lambda: subject(hidden), ""  # type: ignore[arg-type]
    )  # fmt: skip
    cases = found.items["p3.saliency"].cases
    assert any(case.visibility is Visibility.HIDDEN for case in cases) is drawn


def test_files_of_a_network_that_was_supplied_take_the_place_of_those_handed_out() -> None:
    runner = Runner()
    replaced = {"Utils/model_utils.py": b"supplied"}
    observe_visualisations(runner, task(WRITTEN), lambda: subject(files=replaced), "")  # type: ignore[arg-type]
    assert runner.folders[0]["Utils/model_utils.py"] == b"supplied"


def test_pictures_are_kept_under_the_item() -> None:
    def found(*given: object) -> tuple[list[Any], dict[str, np.ndarray]]:
        return [], {"samples/maps": np.zeros(3)}

    about = replace(subject(), questions={"saliency": found})
    seen = observe_visualisations(Runner(), task(WRITTEN), lambda: about, "")  # type: ignore[arg-type]
    assert list(seen.arrays) == ["p3.saliency/samples/maps"]


def test_a_network_that_the_grader_cannot_compute_is_no_fault_of_the_student_s() -> None:
    def fails(*given: object) -> tuple[list[Any], dict[str, np.ndarray]]:
        raise UnknownOperation("Fft")

    about = replace(subject(), questions={"saliency": fails})
    with pytest.raises(InfrastructureError, match="p3.saliency"):
        observe_visualisations(Runner(), task(WRITTEN), lambda: about, "")  # type: ignore[arg-type]
