"""The same work through `otter run`, in an environment of its own."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import process_tree
from benchmarks.notebook_work import POINTS, NotebookWork, points
from benchmarks.peer import KERNEL, Peer, PeerFailed, environment, run_or_fail

_PROGRAM = Path("venv-otter/bin/otter")
_ASSIGNMENT = """\
# ASSIGNMENT CONFIG
name: {name}
init_cell: true
export_cell: false
check_all_cell: false
generate:
  pdf: false
  show_stdout: true
  show_hidden: true
requirements: null
"""


class Otter(Peer):
    """otter run grades one notebook a process."""

    name = "otter run"

    def __init__(self, home: Path, work: Path, works: Sequence[NotebookWork]):
        self._program = home / _PROGRAM
        self._work = work / "otter"
        self._works = works
        self._environment = environment(self._program, work)

    def prepare(self) -> None:
        """Makes the zips of tests and the notebooks that students get. Raises PeerFailed."""
        self._work.mkdir(parents=True)
        for work in self._works:
            file, folder = f"{work.name}.ipynb", self._work / work.name
            (self._work / file).write_text(json.dumps(assignment(work)))
            run_or_fail([str(self._program), "assign", "--no-pdfs", file, work.name], self._work, self._environment)
            (folder / "answer.ipynb").write_text(json.dumps(_filled_in(folder / "student" / file, work)))

    def grade(self, copies: int, between: Callable[[], None]) -> process_tree.Usage:
        out = self._work / "out"
        lines = [self._line(work, out / str(number)) for number in range(1, copies + 1) for work in self._works]
        done = process_tree.one_more(lambda: len(list(out.glob(f"*/{self._works[-1].name}/results.json"))))
        usage = process_tree.run(
            ["sh", "-ec", "\n".join(lines)],
            log=self._work / "log.txt",
            cwd=self._work,
            environment=self._environment,
            stops=process_tree.Stops(done, between),
        )
        full = points(self._works)
        for number in range(1, copies + 1):
            stored = sum(_points(out / str(number) / work.name / "results.json") for work in self._works)
            if stored != full:
                raise PeerFailed(f"{self.name}: expected {full} points, found {stored}")
        return usage

    def _line(self, work: NotebookWork, out: Path) -> str:
        (out / work.name).mkdir(parents=True)
        (tests,) = (self._work / work.name / "autograder").glob("*.zip")
        options = ["--no-logo", "-a", str(tests), "-o", str(out / work.name)]
        return shlex.join([str(self._program), "run", *options, f"{work.name}/answer.ipynb"])


def _points(result: Path) -> float:
    if not result.is_file():
        return 0.0
    tests = json.loads(result.read_text())["tests"]
    return sum(float(test.get("score") or 0.0) for test in tests)


def assignment(work: NotebookWork) -> dict[str, object]:
    """The notebook that `otter assign` makes tests and the students' notebook of."""
    cells = [_raw(_ASSIGNMENT.format(name=work.name)), _code(work.setup)]
    for name, source in work.answers.items():
        tests = work.tests_of(name)
        cells += [
            _raw(f"# BEGIN QUESTION\nname: {name}\npoints: {POINTS * len(tests)}\n"),
            {"cell_type": "markdown", "metadata": {}, "source": f"## {name}"},
            _raw("# BEGIN SOLUTION"),
            _code(f"# answer: {name}\n# BEGIN SOLUTION\n{source}# END SOLUTION"),
            _raw("# END SOLUTION"),
            _raw("# BEGIN TESTS"),
            *(_code(f'""" # BEGIN TEST CONFIG\npoints: {POINTS}\nhidden: false\n""" # END TEST CONFIG\n{test.source}')
              for test in tests),
            _raw("# END TESTS"),
            _raw("# END QUESTION"),
        ]  # fmt: skip
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": KERNEL, "cells": cells}


def _raw(source: str) -> dict[str, object]:
    return {"cell_type": "raw", "metadata": {}, "source": source}


def _code(source: str) -> dict[str, object]:
    return {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": source}


def _filled_in(file: Path, work: NotebookWork) -> dict[str, Any]:
    """The students' notebook with the right answers where it has left them out."""
    notebook: dict[str, Any] = json.loads(file.read_text())
    for cell in notebook["cells"]:
        first, _, _ = "".join(cell["source"]).partition("\n")
        if cell["cell_type"] == "code" and first.startswith("# answer: "):
            cell["source"] = work.answers[first.removeprefix("# answer: ").strip()]
    return notebook
