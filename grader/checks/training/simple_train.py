"""Check `simple.train`: does `run_model` train `simple_model` by gradient descent as asked?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader.checks.cases import generator
from grader.checks.training.asking import Breach, Unanswered, gone
from grader.checks.training.case_evidence import attempt, case
from grader.checks.training.figures import Figures, figures_of
from grader.checks.training.learning import loss_goes_down
from grader.checks.training.notebook_networks import NotebookNetworks
from grader.checks.training.one_step import OneStep, one_step
from grader.checks.training.step import Diagnosis
from grader.checks.training.steps_taken import batches
from grader.model.evidence import CaseEvidence, Problem
from grader.model.observation import Value

CHECK = "simple.train"
FUNCTION = "simple_model"
#: In one batch; a step is computed from them here in a seventh of a second.
IMAGES = 16
GROUPS = ("one_step", "batches", "loss_returned", "loss_goes_down")

#: By what a single step tells: whatever rule it follows, the contract's is then assumed.
_UNKNOWN = OneStep(case("one_step", {}), Diagnosis())


def simple_train(networks: NotebookNetworks, seed: int) -> list[CaseEvidence]:
    """A case for each of GROUPS. Where the first call ended its process or took too long, nothing more is asked."""
    trained_before = len(networks.returned)
    first, ended = _first_step(networks, seed)
    if ended is not None and gone(ended):
        return [attempt(group, _raising(ended)) for group in GROUPS]
    step = attempt("one_step", _raising(ended)) if ended is not None else first.case
    several = attempt("batches", lambda: batches(networks, FUNCTION, first, generator(seed, CHECK, "batches", 0)))
    draw = generator(seed, CHECK, "loss_goes_down", 0)
    learning = attempt("loss_goes_down", lambda: loss_goes_down(networks, FUNCTION, first, draw))
    returned = networks.returned[trained_before:]
    figures = attempt("loss_returned", _raising(ended) if ended is not None else lambda: returned_figures(returned))
    return [step, several, figures, learning]


def _first_step(networks: NotebookNetworks, seed: int) -> tuple[OneStep, Breach | Unanswered | None]:
    try:
        return one_step(networks, FUNCTION, IMAGES, generator(seed, CHECK, "one_step", 0)), None
    except (Breach, Unanswered) as ended:
        return _UNKNOWN, ended


def _raising(ended: Breach | Unanswered) -> Callable[[], CaseEvidence]:
    def question() -> CaseEvidence:
        raise ended

    return question


def returned_figures(returned: Sequence[Value]) -> CaseEvidence:
    """Loss and accuracy returned by trainings on other images each, the first of which counts: whether of the epoch or
    after it is open, but both are numbers, and the accuracy a share. Raises Breach."""
    figures = figures_of(returned[0])
    if len(returned) > 1 and all(_is_pair(other, figures) for other in returned[1:]):
        return case("loss_returned", {"loss": 1.0}, matches=("fixed_figures",))
    if 0.0 <= figures.accuracy <= 1.0:
        return case("loss_returned", {"accuracy": 0.0})
    if 1.0 < figures.accuracy <= 100.0:
        return case("loss_returned", {"accuracy": 0.0}, matches=("percent",))
    raise Breach(Problem("no_share", {"value": f"{figures.accuracy:.4g}"}))


def _is_pair(returned: Value, figures: Figures) -> bool:
    try:
        return figures_of(returned) == figures
    except Breach:
        return False
