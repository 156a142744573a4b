"""What grading asks of a notebook's functions, called in this process: no sandbox, no messages, no second interpreter."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks import hand_ins
from benchmarks.notebook_work import NotebookWork
from grader.checks.observe import Laboratory, observe
from grader.model.limits import ExecutionLimits
from grader.model.observation import CallObservation, NotebookObservation, ProbeRequest
from grader.model.rubric import Rubric
from grader.model.status import CallOutcome
from grader.model.submission import Submission
from grader.probes import PROBES
from grader.probes.namespace import use_namespace
from grader.scoring.score import score


@dataclass(slots=True)
class Spent:
    """Processor seconds: in the notebook's own functions, and in all of the probes that call them."""

    functions_s: float = 0.0
    probes_s: float = 0.0
    requests: int = 0
    by_probe: dict[str, float] = field(default_factory=dict)


class HereAndNow:
    """Takes the place of an executor, a workspace and a live notebook at once: it answers requests in this process.

    `names` are the globals of the notebook, which has been run already. Calls of `functions` are timed apart.
    """

    replayed = False

    def __init__(self, names: Mapping[str, Any], functions: Sequence[str]):
        self.spent = Spent()
        self.observation = NotebookObservation("completed", {"cells": []}, 0.0)
        self._names = {**names, **{name: self._timed(names[name]) for name in functions}}

    def environment(self) -> Mapping[str, str]:
        return {}

    def readable_path(self, folder: Any) -> Any:
        return folder

    @contextmanager
    def workspace(self, files: Mapping[str, bytes], limits: ExecutionLimits, seed: int = 0) -> Iterator[HereAndNow]:
        yield self

    @contextmanager
    def live(self, notebook: Mapping[str, Any], name: str, *, run: bool) -> Iterator[HereAndNow]:
        use_namespace(self._names)
        yield self

    def run_notebook(self, notebook: Mapping[str, Any], name: str) -> NotebookObservation:
        return self.observation

    def probe(self, requests: Sequence[ProbeRequest]) -> list[CallObservation]:
        return [CallObservation(CallOutcome.RETURNED, self._answer(request)) for request in requests]

    def _answer(self, request: ProbeRequest) -> Any:
        start = time.process_time()
        try:
            return PROBES[request.probe](request.arguments)
        finally:
            spent = time.process_time() - start
            self.spent.requests += 1
            self.spent.probes_s += spent
            self.spent.by_probe[request.probe] = self.spent.by_probe.get(request.probe, 0.0) + spent

    def _timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **named: Any) -> Any:
            start = time.process_time()
            try:
                return function(*arguments, **named)
            finally:
                self.spent.functions_s += time.process_time() - start

        return timed


def ask(work: NotebookWork, rubric: Rubric, laboratory: Laboratory, here: HereAndNow) -> None:
    """All that grading asks about `work`, answered by `here`. Raises RuntimeError where an answer was not right.

    `laboratory` needs no runners; what it has read of the pretrained network is kept in it.
    """
    notebook = json.dumps(hand_ins.notebook(work)).encode()
    submission = Submission("team", "here", "", "", {work.file: notebook}, {work.part: work.file})
    laboratory = replace(laboratory, runners={work.part: here})
    found = observe(submission, submission.files, rubric, laboratory, parts=(work.part,), seed=1)
    results = [item for item in score(found.evidence, rubric).items if item.part == work.part]
    if any(item.points != item.max_points for item in results):
        raise RuntimeError(f"{work.file}: expected full points, found {[(item.id, item.points) for item in results]}")
