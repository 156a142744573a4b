"""The same work through `otter run`, in an environment of its own."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from benchmarks import layer_work, process_tree
from benchmarks.peer import KERNEL, Peer, PeerFailed, environment, run_or_fail

_PROGRAM = Path("venv-otter/bin/otter")
_ASSIGNMENT = """\
# ASSIGNMENT CONFIG
name: part1
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

    def __init__(self, home: Path, work: Path):
        self._program = home / _PROGRAM
        self._work = work / "otter"
        self._environment = environment(self._program, work)

    def prepare(self) -> None:
        """Makes the zip of tests and the notebook that students get. Raises PeerFailed."""
        self._work.mkdir(parents=True)
        (self._work / "part1.ipynb").write_text(json.dumps(_notebook()))
        command = [str(self._program), "assign", "--no-pdfs", "part1.ipynb", "dist"]
        run_or_fail(command, self._work, self._environment)
        notebook = json.loads((self._work / "dist" / "student" / "part1.ipynb").read_text())
        _fill_in(notebook)
        (self._work / "answer.ipynb").write_text(json.dumps(notebook))

    def grade(self, copies: int) -> process_tree.Usage:
        out = self._work / f"out-{copies}"
        (tests,) = (self._work / "dist" / "autograder").glob("*.zip")
        lines = [
            shlex.join(
                [str(self._program), "run", "--no-logo", "-a", str(tests), "-o", f"{out}/{number}", "answer.ipynb"]
            )
            for number in range(1, copies + 1)
        ]
        for number in range(1, copies + 1):
            (out / str(number)).mkdir(parents=True)
        usage = process_tree.run(
            ["sh", "-ec", "\n".join(lines)],
            log=self._work / "log.txt",
            cwd=self._work,
            environment=self._environment,
        )
        full = layer_work.POINTS * len(layer_work.tests())
        for number in range(1, copies + 1):
            result = out / str(number) / "results.json"
            points = _points(result) if result.is_file() else None
            if points != full:
                raise PeerFailed(f"{self.name}: expected {full} points, found {points}")
        return usage


def _points(result: Path) -> float:
    tests = json.loads(result.read_text())["tests"]
    return sum(float(test.get("score") or 0.0) for test in tests)


def _notebook() -> dict[str, object]:
    cells = [_raw(_ASSIGNMENT), _code(layer_work.SETUP)]
    for name, source in layer_work.FUNCTIONS.items():
        tests = [test for test in layer_work.tests() if test.function == name]
        points = layer_work.POINTS * len(tests)
        cells += [
            _raw(f"# BEGIN QUESTION\nname: {name}\npoints: {points}\n"),
            {"cell_type": "markdown", "metadata": {}, "source": f"## {name}"},
            _raw("# BEGIN SOLUTION"),
            _code(f"# answer: {name}\n# BEGIN SOLUTION\n{source}# END SOLUTION"),
            _raw("# END SOLUTION"),
            _raw("# BEGIN TESTS"),
            *(_code(f'""" # BEGIN TEST CONFIG\npoints: {layer_work.POINTS}\nhidden: false\n""" # END TEST CONFIG\n{test.source}')
              for test in tests),
            _raw("# END TESTS"),
            _raw("# END QUESTION"),
        ]  # fmt: skip
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": KERNEL, "cells": cells}


def _raw(source: str) -> dict[str, object]:
    return {"cell_type": "raw", "metadata": {}, "source": source}


def _code(source: str) -> dict[str, object]:
    return {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": source}


def _fill_in(notebook: dict[str, list[dict[str, object]]]) -> None:
    """Puts the right answers where the students' notebook has left them out."""
    for cell in notebook["cells"]:
        source = "".join(cell["source"])  # type: ignore[call-overload]
        first, _, _ = source.partition("\n")
        if cell["cell_type"] == "code" and first.startswith("# answer: "):
            cell["source"] = layer_work.FUNCTIONS[first.removeprefix("# answer: ").strip()]
