"""The notebooks of the work: complete, and in every grader's format the same cells."""

from __future__ import annotations

import ast

import pytest

from benchmarks import hand_ins, nbgrader_peer, otter_peer
from benchmarks.layer_work import layers
from benchmarks.notebook_work import POINTS, NotebookWork, points
from benchmarks.saliency_work import SALIENCY
from benchmarks.training_work import TRAINING
from grader.intake.handout import NOTEBOOK_NAMES

WORKS = (layers(), TRAINING, SALIENCY)
each_work = pytest.mark.parametrize("work", WORKS, ids=lambda work: work.name)


@each_work
def test_every_answer_defines_its_function_and_is_tested(work: NotebookWork) -> None:
    for name, source in work.answers.items():
        defined = [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
        assert name in defined
    assert {test.answer for test in work.tests} == set(work.answers)


@each_work
def test_notebook_has_the_assignments_name(work: NotebookWork) -> None:
    assert work.file == NOTEBOOK_NAMES[work.part]


@each_work
def test_answers_stand_before_their_tests(work: NotebookWork) -> None:
    assert work.cells[0] == work.setup
    assert sorted(work.cells) == sorted((work.setup, *work.answers.values(), *(test.source for test in work.tests)))
    for test in work.tests:
        assert work.cells.index(work.answers[test.answer]) < work.cells.index(test.source)


@each_work
def test_every_grader_gets_all_cells(work: NotebookWork) -> None:
    ours = [cell["source"] for cell in hand_ins.notebook(work)["cells"]]  # type: ignore[attr-defined]
    assert ours == list(work.cells)
    for made in (nbgrader_peer.assignment(work), otter_peer.assignment(work)):
        written = "\n".join(cell["source"] for cell in made["cells"])  # type: ignore[attr-defined]
        for source in (work.setup, *(test.source for test in work.tests)):
            assert source in written
        for source in work.answers.values():
            assert all(line in written for line in source.splitlines())


def test_points_are_those_of_all_tests() -> None:
    assert points(WORKS) == POINTS * 9
