"""The same work through `nbgrader autograde`, in an environment of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from benchmarks import layer_work, process_tree
from benchmarks.peer import KERNEL, Peer, PeerFailed, environment, run_or_fail

_PROGRAM = Path("venv-nbg/bin/nbgrader")
_CONFIGURATION = """\
c = get_config()
c.CourseDirectory.course_id = "bench"
c.CourseDirectory.root = "."
c.Execute.timeout = 30
"""
#: Looks the points up in the gradebook: those of the first copy must be whole for the figure to count.
_POINTS = """\
import json
from nbgrader.api import Gradebook

with Gradebook("sqlite:///gradebook.db", "bench") as gradebook:
    print(json.dumps({s.student.id: s.score for s in gradebook.assignment_submissions("ps")}))
"""


class Nbgrader(Peer):
    """nbgrader grades all submissions of a course in one process, one kernel each."""

    name = "nbgrader autograde"

    def __init__(self, home: Path, work: Path):
        self._program = home / _PROGRAM
        self._master = work / "nbgrader"
        self._environment = environment(self._program, work)

    def prepare(self) -> None:
        """Releases the assignment, so that the copies carry nbgrader's own metadata. Raises PeerFailed."""
        source = self._master / "source" / "ps"
        source.mkdir(parents=True)
        (self._master / "nbgrader_config.py").write_text(_CONFIGURATION)
        (source / "part1.ipynb").write_text(json.dumps(_notebook(with_marks=True)))
        run_or_fail([str(self._program), "generate_assignment", "ps"], self._master, self._environment)

    def grade(self, copies: int) -> process_tree.Usage:
        course = self._master.with_name(f"nbgrader-{copies}")
        shutil.copytree(self._master, course)
        released = json.loads((course / "release" / "ps" / "part1.ipynb").read_text())
        _fill_in(released)
        for number in range(1, copies + 1):
            folder = course / "submitted" / f"team_{number}" / "ps"
            folder.mkdir(parents=True)
            (folder / "part1.ipynb").write_text(json.dumps(released))
        usage = process_tree.run(
            [str(self._program), "autograde", "ps"],
            log=course / "log.txt",
            cwd=course,
            environment=self._environment,
        )
        self._check_points(course, copies)
        return usage

    def _check_points(self, course: Path, copies: int) -> None:
        command = [str(self._program.with_name("python")), "-c", _POINTS]
        points = json.loads(run_or_fail(command, course, self._environment).splitlines()[-1])
        full = layer_work.POINTS * len(layer_work.tests())
        if len(points) != copies or any(score != full for score in points.values()):
            raise PeerFailed(f"{self.name}: expected {copies} times {full} points, found {points}")


def _notebook(with_marks: bool) -> dict[str, object]:
    cells = [_cell(layer_work.SETUP, "setup", locked=True)]
    for name, source in layer_work.FUNCTIONS.items():
        head, body = source.rsplit(f"def {name}(", 1)
        signature, rest = body.split("\n", 1)
        marked = f"{head}def {name}({signature}\n    ### BEGIN SOLUTION\n{rest}    ### END SOLUTION\n"
        cells.append(_cell(marked if with_marks else source, name, solution=True))
        cells += [
            _cell(test.source, f"test_{test.name}", grade=True, locked=True, points=layer_work.POINTS)
            for test in layer_work.tests()
            if test.function == name
        ]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": KERNEL, "cells": cells}


def _cell(source: str, identity: str, **marks: object) -> dict[str, object]:
    metadata = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3,
                "grade_id": identity, "cell_type": "code", **marks}  # fmt: skip
    return {"cell_type": "code", "id": identity.replace("_", "-"), "metadata": {"nbgrader": metadata},
            "execution_count": None, "outputs": [], "source": source}  # fmt: skip


def _fill_in(notebook: Mapping[str, list[dict[str, dict[str, dict[str, object]]]]]) -> None:
    """Puts the right answers where the release has left them out."""
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("solution"):
            cell["source"] = layer_work.FUNCTIONS[str(marks["grade_id"])]  # type: ignore[assignment]
