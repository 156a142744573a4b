"""Real probes on real Keras models, in a process that stands for a student's, without executor or sandbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from grader.checks.training.asking import Asking
from grader.model.evidence import CaseEvidence
from grader.model.observation import CallObservation, ProbeRequest, StudentError
from grader.model.status import CallOutcome
from tests.checks.training.notebooks import notebook_source
from tests.probes.conftest import Notebook, Raised, notebook, student_process

__all__ = ["asking", "notebook", "student_process"]


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
            text = str(raised).removeprefix(f"{raised.kind}: ")
            return CallObservation(outcome, error=StudentError(raised.kind, text))


Ask = Callable[..., Asking]


@pytest.fixture
def asking(notebook: Notebook) -> Ask:
    """Questions to a notebook that holds a source, by default that of a right answer with pieces replaced."""

    def ask(**pieces: str) -> Asking:
        notebook.holds(notebook_source(**pieces))
        return Asking(ProcessNotebook(notebook))

    return ask


def by_group(cases: Sequence[CaseEvidence]) -> Mapping[str, CaseEvidence]:
    return {case.group: case for case in cases}
