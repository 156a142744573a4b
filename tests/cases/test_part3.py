"""Part 3 end to end below the command line: notebooks in a real sandboxed process, evidence, score.

A case is an entry of `part3/variants.yaml`: one function of a right notebook in `part3/`, edited, and what its item loses.
A hand-in is made of one case of each item, so that three are judged at the price of one process. The first hand-ins are
the right notebooks as they are, which are run; of the others the definitions are replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.checks.observe import Laboratory, observe
from grader.datasets.pretrained import embedded
from grader.execute.executor import Executor
from grader.intake import Handout
from grader.intake.handout import NOTEBOOK_NAMES
from grader.model.evidence import IsolationUsed
from grader.model.rubric import Rubric
from grader.model.scorecard import ItemResult, Scorecard
from grader.model.status import ItemStatus
from grader.model.submission import Submission
from grader.sandbox import survey
from grader.scoring import rubric_file
from grader.scoring.score import score
from tests.cases.percent_notebook import notebook_bytes

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent / "part3"
NOTEBOOK = NOTEBOOK_NAMES[3]
CASES: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load((HERE / "variants.yaml").read_text(encoding="utf-8"))
FUNCTIONS = {
    "p3.saliency": "compute_saliency_maps",
    "p3.class_representative": "compute_class_representative_image",
    "p3.adversarial": "generate_adversarial_image",
}
RIGHT = ("tape_batched", "graph_gradients", "per_image", "numpy_loop")
#: What every notebook begins with: its text, its imports, the network.
_BEGINNING = 3

#: The scorecard of the hand-in of that number.
Graded = Callable[[int], Scorecard]


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    return rubric_file.load(ROOT / "rubrics" / "assignment2.yaml")


@pytest.fixture(scope="module")
def laboratory() -> Iterator[Laboratory]:
    level = survey().strongest.level
    handout = Handout.load(ROOT / "student_template")
    with Executor(level=level, preload=("tensorflow", "keras"), threads=2) as executor:
        yield Laboratory(
            runners={3: executor},
            isolation=IsolationUsed(level),
            templates={3: handout.template[NOTEBOOK]},
            given=handout.given,
            pretrained=embedded(handout.given),
        )


@pytest.fixture(scope="module")
def graded(rubric: Rubric, laboratory: Laboratory) -> Graded:
    """Each hand-in is graded once, when a case of it is first asked for."""

    @cache
    def of(number: int) -> Scorecard:
        as_it_is = number < len(RIGHT)
        source = (HERE / f"{RIGHT[number]}.py").read_text(encoding="utf-8") if as_it_is else hand_in(number)
        return graded_notebook(notebook_bytes(source), rubric, replace(laboratory, run_notebooks=as_it_is))

    return of


def graded_notebook(content: bytes, rubric: Rubric, laboratory: Laboratory) -> Scorecard:
    files: Mapping[str, bytes] = {NOTEBOOK: content}
    submission = Submission("team", "team.tar.gz", "0" * 64, "0" * 64, files, {3: NOTEBOOK})
    found = observe(submission, {**files, **laboratory.given}, rubric, laboratory, parts=[3], seed=1)
    return score(found.evidence, rubric)


def hand_in(number: int) -> str:
    """A notebook of one case of each item: the beginnings of all notebooks, and the cases' functions."""
    beginnings = [cell for base in RIGHT for cell in cells(base)[1:_BEGINNING]]
    chosen = [list(cases)[number % len(cases)] for cases in CASES.values()]
    functions = [edited(item, name) for item, name in zip(CASES, chosen, strict=True)]
    return "".join(f"# %%\n{cell}" for cell in [*dict.fromkeys(beginnings), *functions])


def cells(base: str) -> list[str]:
    return (HERE / f"{base}.py").read_text(encoding="utf-8").split("# %%")[1:]


def edited(item: str, name: str) -> str:
    """The cell with the case's function, each of whose edits must find its text."""
    case = CASES[item][name]
    (source,) = [cell for cell in cells(case["base"]) if f"\ndef {FUNCTIONS[item]}(" in cell]
    for old, new in case.get("edits", ()):
        assert old in source, f"{item}, {name}: {old!r} is not in its cell of {case['base']}.py"
        source = source.replace(old, new)
    return source


def points(rubric: Rubric, item: str) -> dict[str, float]:
    """What each case class of an item is worth."""
    (credit,) = [entry.credit for entry in rubric.items if entry.id == item]
    return dict(credit.points)  # type: ignore[union-attr]


def told(item: ItemResult) -> set[str]:
    """Keys of all texts of an item."""
    hints = [check.hint for check in item.checks if check.hint is not None]
    return {message.key for message in (*item.feedback, *(check.message for check in item.checks), *hints)}


def not_yet(reason: str | None) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(reason=reason, strict=True)] if reason else []


def every_case() -> Iterator[tuple[str, int, str]]:
    for item, cases in CASES.items():
        yield from ((item, number, name) for number, name in enumerate(cases))


@pytest.mark.parametrize(
    ("item", "number", "name"),
    # By hand-in, so that a worker that gets several cases in a row grades few of them.
    [
        pytest.param(*case, id=f"{case[0]}-{case[2]}", marks=not_yet(CASES[case[0]][case[2]].get("open")))
        for case in sorted(every_case(), key=lambda case: case[1])
    ],
)
def test_case_loses_what_its_mistake_costs(item: str, number: int, name: str, rubric: Rubric, graded: Graded) -> None:
    case, worth = CASES[item][name], points(rubric, item)
    lost = list(worth) if case.get("lost") == "all" else case.get("lost", [])
    (result,) = [result for result in graded(number).items if result.id == item]
    failing = [
        (check.id, check.message, check.hint) for check in result.checks if check.status is not ItemStatus.PASSED
    ]
    assert result.points == pytest.approx(sum(worth.values()) - sum(worth[group] for group in lost)), (lost, failing)
    assert set(case.get("hints", ())) <= told(result), failing


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(number, id=name, marks=not_yet(CASES["p3.class_representative"][name].get("open")))
        for number, name in enumerate(RIGHT)
    ],
)
def test_nothing_is_said_against_a_right_notebook(number: int, graded: Graded) -> None:
    for item in (item for item in graded(number).items if item.part == 3):
        assert item.status is ItemStatus.PASSED
        assert [message.key for message in item.feedback] == ["feedback3.passed"]
        assert [check.hint for check in item.checks if check.hint is not None] == []


def test_untouched_template_earns_nothing(rubric: Rubric, laboratory: Laboratory) -> None:
    card = graded_notebook(laboratory.templates[3], rubric, laboratory)
    items = [item for item in card.items if item.part == 3]
    assert {item.status for item in items} == {ItemStatus.MISSING} and sum(item.points for item in items) == 0


def test_reference_earns_all_points(rubric: Rubric, laboratory: Laboratory) -> None:
    content = (ROOT / "reference" / NOTEBOOK).read_bytes()
    card = graded_notebook(content, rubric, replace(laboratory, run_notebooks=False))
    assert {item.id: item.points for item in card.items if item.part == 3} == dict.fromkeys(FUNCTIONS, 10.0)
