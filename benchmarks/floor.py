"""The students' own computing: the same cells and the same calls in one warm process, without any grader.

That process is the one that measures: it stands by while a batch runs and has nothing else to do while the batch stands still.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from statistics import median
from types import CodeType
from typing import Any

from benchmarks.assignments import ROOT, Assignment, rubric_of_three
from benchmarks.layer_work import layers, module
from benchmarks.notebook_work import NotebookWork
from benchmarks.saliency_work import SALIENCY
from benchmarks.training_work import TRAINING

_WORKS = {work.part: work for work in (layers(), TRAINING, SALIENCY)}


@dataclass(frozen=True, slots=True)
class Floor:
    """Processor seconds a submission: the notebooks' cells, and the students' functions where our checks call them.
    `probes_s` is what those calls take together with what our probes do around them."""

    cells_s: float
    calls_s: float
    probes_s: float = 0.0

    @property
    def asked_s(self) -> float:
        """All that a submission's own code computes for this grader."""
        return self.cells_s + self.calls_s


#: Calls what grading calls, given the globals of the notebook; returns the seconds of the students' functions and of all.
_Calls = Callable[[dict[str, Any]], tuple[float, float]]


class WarmRounds:
    """Keeps the assignment's notebooks ready and measures one round after the other, kept in `rounds`.

    The first round pays for imports and for what the libraries do once; it is not counted.
    """

    def __init__(self, assignment: Assignment):
        import matplotlib

        matplotlib.use("agg")
        self._notebooks = [_prepared(_WORKS[part]) for part in assignment.parts]
        _round(self._notebooks)
        self.rounds: list[Floor] = []

    def measure(self) -> None:
        """One round more."""
        self.rounds.append(_round(self._notebooks))

    def median(self) -> Floor:
        """The medians of each figure of all rounds."""
        return Floor(*(median(column) for column in zip(*map(astuple, self.rounds), strict=True)))


def _prepared(work: NotebookWork) -> tuple[list[CodeType], _Calls]:
    calls = _layer_calls() if work.part == 1 else _network_calls(work)
    return [compile(source, "<cell>", "exec") for source in work.cells], calls


def _round(notebooks: list[tuple[list[CodeType], _Calls]]) -> Floor:
    cells_s = calls_s = probes_s = 0.0
    for cells, calls in notebooks:
        names: dict[str, Any] = {"__name__": "__main__"}
        start = time.process_time()
        with contextlib.redirect_stdout(io.StringIO()):
            for cell in cells:
                exec(cell, names)
        cells_s += time.process_time() - start
        with contextlib.redirect_stdout(io.StringIO()):
            functions_s, all_s = calls(names)
        calls_s, probes_s = calls_s + functions_s, probes_s + all_s
    return Floor(cells_s, calls_s, probes_s)


def _layer_calls() -> _Calls:
    """Every call that grading asks of the layer functions: public and hidden cases of all six checks."""
    from grader.checks.layer_cases import hidden_cases, public_cases
    from grader.checks.layers import LAYER_CHECKS
    from grader.checks.oracle import Oracle

    oracle = Oracle.load(ROOT / "reference")
    asked = [
        (check.function, check.arguments(case.question))
        for check in LAYER_CHECKS
        for case in (*public_cases(check, oracle), *hidden_cases(check, oracle, 1, 1))
    ]
    functions: dict[str, Any] = {}
    exec(compile(module(), "<layers>", "exec"), functions)

    def calls(names: dict[str, Any]) -> tuple[float, float]:
        start = time.process_time()
        for function, arguments in asked:
            functions[function](*arguments)
        spent = time.process_time() - start
        return spent, spent

    return calls


def _network_calls(work: NotebookWork) -> _Calls:
    """Every request that grading puts to the functions of Part 2's or 3's notebook."""
    from benchmarks.probe_calls import HereAndNow, ask
    from grader.checks.observe import Laboratory
    from grader.datasets.pretrained import embedded
    from grader.datasets.profile import Profile
    from grader.engine import run_data
    from grader.intake import Handout
    from grader.model.evidence import IsolationUsed
    from grader.model.isolation import IsolationLevel
    from grader.model.rubric import Rubric

    template = ROOT / "student_template"
    given = Handout.load(template).given
    # Where probes find the assignment's own `Utils`.
    sys.path.append(str(template))
    laboratory = Laboratory(
        runners={},
        isolation=IsolationUsed(IsolationLevel.NONE),
        data=run_data.settle("stand-in", Profile.QUICK, os.environ).open(),
        given=given,
        pretrained=embedded(given),
    )
    rubric = Rubric.model_validate(rubric_of_three())

    def calls(names: dict[str, Any]) -> tuple[float, float]:
        here = HereAndNow(names, tuple(work.answers))
        ask(work, rubric, laboratory, here)
        return here.spent.functions_s, here.spent.probes_s

    return calls
