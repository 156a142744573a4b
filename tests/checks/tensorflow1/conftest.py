"""Real probes on networks of TensorFlow 1, in one process that stands for a student's."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest

from grader.checks.tensorflow1.sessions_in_code import code_without_sessions
from grader.checks.training.asking import Asking
from grader.checks.training.notebook_networks import NotebookNetworks
from grader.checks.training.one_step import one_step
from grader.checks.training.training_items import QUESTIONS
from grader.model.evidence import CaseEvidence
from tests.checks.tensorflow1.notebooks import CALLS, DATA
from tests.checks.training.conftest import ProcessNotebook
from tests.probes.conftest import Notebook
from tests.process_apart import ProcessApart, process_apart

#: A step of a few images, by itself: what several steps do follows from it as in any dialect.
ONE_STEP = "one_step"
_FEW = 4


class Ask(Protocol):
    """Asks one check, or ONE_STEP, of a notebook; gives the evidence by group."""

    def __call__(self, check: str, source: str, *, seed: int = 1, calls: str = CALLS) -> Mapping[str, CaseEvidence]: ...


@pytest.fixture(scope="session")
def tensorflow1_process() -> Iterator[ProcessApart]:
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed: there are no networks to probe")
    with process_apart(Path(__file__).with_name("student_process.py")) as process:
        yield process


@pytest.fixture
def notebook(tensorflow1_process: ProcessApart, tmp_path: Path) -> Notebook:
    """A notebook whose current folder is the test's own."""
    made = Notebook(tensorflow1_process)
    made.works_in(tmp_path)
    return made


@pytest.fixture
def ask(notebook: Notebook) -> Ask:
    def asked(check: str, source: str, *, seed: int = 1, calls: str = CALLS) -> dict[str, CaseEvidence]:
        notebook.holds(DATA + source)
        networks = NotebookNetworks(Asking(ProcessNotebook(notebook)), np.random.default_rng(seed))
        if check == ONE_STEP:
            return {ONE_STEP: one_step(networks, "simple_model", _FEW, np.random.default_rng(seed)).case}
        code: dict[str, Any] = {"cells": [{"cell_type": "code", "source": source + calls}]}
        return {case.group: case for case in QUESTIONS[check](networks, code_without_sessions(code), seed)}

    return asked
