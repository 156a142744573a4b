"""Real probes on real Keras models, in a process that stands for a student's, without executor or sandbox."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from grader.checks.training.asking import Asking
from grader.checks.training.notebook_networks import NotebookNetworks
from grader.checks.training.training_items import QUESTIONS
from grader.model.evidence import CaseEvidence
from grader.model.observation import CallObservation, ProbeRequest, StudentError
from grader.model.status import CallOutcome
from tests.checks.training.notebooks import CALLS, notebook_source
from tests.probes.conftest import Notebook, notebook, student_process
from tests.process_apart import Raised

__all__ = ["ask", "live", "notebook", "student_process"]


class ProcessNotebook:
    """A live notebook whose requests are answered by that process."""

    observation = None
    replayed = False

    def __init__(self, process: Notebook):
        self.process = process

    def probe(self, requests: Sequence[ProbeRequest]) -> list[CallObservation]:
        return [self._answer(request) for request in requests]

    def _answer(self, request: ProbeRequest) -> CallObservation:
        try:
            return CallObservation(CallOutcome.RETURNED, self.process.probe(request.probe, **request.arguments))
        except Raised as raised:
            outcome = CallOutcome.MISSING if raised.kind == "FunctionMissing" else CallOutcome.RAISED
            return CallObservation(outcome, error=StudentError(raised.kind, raised.text))


#: Asks one check of a notebook put together from pieces; gives the evidence by group.
Ask = Callable[..., Mapping[str, CaseEvidence]]


@pytest.fixture
def live(notebook: Notebook) -> ProcessNotebook:
    return ProcessNotebook(notebook)


@pytest.fixture
def ask(live: ProcessNotebook) -> Ask:
    def asked(check: str, *, seed: int = 1, calls: str = CALLS, **pieces: str) -> Mapping[str, CaseEvidence]:
        source = notebook_source(**pieces)
        live.process.holds(source)
        networks = NotebookNetworks(Asking(live), np.random.default_rng(seed))
        return {case.group: case for case in QUESTIONS[check](networks, ast.parse(source + calls), seed)}

    return asked
