"""A process that stands for a student's, with TensorFlow, for the probes of networks."""

from __future__ import annotations

import importlib.util
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Raised(Exception):
    """What the student's process has raised: `kind` is the type's name."""

    def __init__(self, kind: str, text: str):
        super().__init__(f"{kind}: {text}")
        self.kind, self.text = kind, text


class Notebook:
    """A notebook in that process, and the probes in it."""

    def __init__(self, process: subprocess.Popen[bytes]):
        self._process = process

    def _ask(self, function: str, *arguments: Any) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        pickle.dump((function, arguments), self._process.stdin)
        self._process.stdin.flush()
        outcome, answer = pickle.load(self._process.stdout)
        if outcome == "raised":
            raise Raised(*answer)
        return answer

    def holds(self, source: str) -> None:
        """Start anew with what `source` defines."""
        self._ask("holds", source)

    def value(self, expression: str) -> Any:
        return self._ask("value", expression)

    def probe(self, name: str, **arguments: Any) -> Any:
        return self._ask("probe", name, arguments)

    def same(self, one: str, other: str) -> bool:
        return self._ask("same", one, other)

    def recomputed(self, graph: Any, images: Any) -> Any:
        return self._ask("recomputed", graph, images)

    def works_in(self, folder: Path) -> None:
        self._ask("chdir", str(folder))


@pytest.fixture(scope="session")
def student_process() -> Iterator[subprocess.Popen[bytes]]:
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed: there are no networks to probe")
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("student_process.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    yield process
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture
def notebook(student_process: subprocess.Popen[bytes], tmp_path: Path) -> Notebook:
    """An empty notebook whose current folder is the test's own."""
    made = Notebook(student_process)
    made.holds("")
    made.works_in(tmp_path)
    return made
