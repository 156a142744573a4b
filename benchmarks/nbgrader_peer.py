"""The same work through `nbgrader autograde`, in an environment of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import process_tree
from benchmarks.notebook_work import POINTS, NotebookWork, points
from benchmarks.peer import KERNEL, Peer, PeerFailed, environment, run_or_fail

_PROGRAM = Path("venv-nbg/bin/nbgrader")
_CONFIGURATION = """\
c = get_config()
c.CourseDirectory.course_id = "bench"
c.CourseDirectory.root = "."
c.Execute.timeout = 120
"""
#: Looks the points up in the gradebook: those of the first copy must be whole for the figure to count.
_STORED_POINTS = """\
import json
from nbgrader.api import Gradebook

with Gradebook("sqlite:///gradebook.db", "bench") as gradebook:
    print(json.dumps({s.student.id: s.score for s in gradebook.assignment_submissions("ps")}))
"""


class Nbgrader(Peer):
    """nbgrader grades all submissions of a course in one process, each notebook in a kernel of its own."""

    name = "nbgrader autograde"

    def __init__(self, home: Path, work: Path, works: Sequence[NotebookWork]):
        self._program = home / _PROGRAM
        self._master = work / "nbgrader"
        self._works = works
        self._environment = environment(self._program, work)

    def prepare(self) -> None:
        """Releases the assignment, so that the copies carry nbgrader's own metadata. Raises PeerFailed."""
        source = self._master / "source" / "ps"
        source.mkdir(parents=True)
        (self._master / "nbgrader_config.py").write_text(_CONFIGURATION)
        for work in self._works:
            (source / f"{work.name}.ipynb").write_text(json.dumps(assignment(work)))
        run_or_fail([str(self._program), "generate_assignment", "ps"], self._master, self._environment)

    def grade(self, copies: int, between: Callable[[], None]) -> process_tree.Usage:
        course = self._master
        handed_in = {f"{work.name}.ipynb": _filled_in(course / "release" / "ps", work) for work in self._works}
        for number in range(1, copies + 1):
            folder = course / "submitted" / f"team_{number}" / "ps"
            folder.mkdir(parents=True)
            for file, notebook in handed_in.items():
                (folder / file).write_text(json.dumps(notebook))
        # A folder appears when its submission is begun.
        begun = process_tree.one_more(lambda: len(list((course / "autograded").glob("*/ps"))))
        usage = process_tree.run(
            [str(self._program), "autograde", "ps"],
            log=course / "log.txt",
            cwd=course,
            environment=self._environment,
            stops=process_tree.Stops(begun, between),
        )
        self._check_points(course, copies)
        return usage

    def _check_points(self, course: Path, copies: int) -> None:
        command = [str(self._program.with_name("python")), "-c", _STORED_POINTS]
        stored = json.loads(run_or_fail(command, course, self._environment).splitlines()[-1])
        full = points(self._works)
        if len(stored) != copies or any(score != full for score in stored.values()):
            raise PeerFailed(f"{self.name}: expected {copies} times {full} points, found {stored}")


def assignment(work: NotebookWork) -> dict[str, object]:
    """The notebook that `nbgrader generate_assignment` releases, with marks around what students write."""
    cells = [_cell(work.setup, "setup", locked=True)]
    for name, source in work.answers.items():
        before, after = source.rsplit(f"def {name}(", 1)
        signature, answer = after.split("\n", 1)
        marked = f"{before}def {name}({signature}\n    ### BEGIN SOLUTION\n{answer}    ### END SOLUTION\n"
        cells.append(_cell(marked, name, solution=True))
        cells += [
            _cell(test.source, f"test_{test.name}", grade=True, locked=True, points=POINTS)
            for test in work.tests_of(name)
        ]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": KERNEL, "cells": cells}


def _cell(source: str, identity: str, **marks: object) -> dict[str, object]:
    metadata = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3,
                "grade_id": identity, "cell_type": "code", **marks}  # fmt: skip
    return {"cell_type": "code", "id": identity.replace("_", "-"), "metadata": {"nbgrader": metadata},
            "execution_count": None, "outputs": [], "source": source}  # fmt: skip


def _filled_in(release: Path, work: NotebookWork) -> dict[str, Any]:
    """The released notebook with the right answers where the release has left them out."""
    notebook: dict[str, Any] = json.loads((release / f"{work.name}.ipynb").read_text())
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("solution"):
            cell["source"] = work.answers[marks["grade_id"]]
    return notebook
