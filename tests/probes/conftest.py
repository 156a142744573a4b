"""A process that stands for a student's, with TensorFlow, for the probes of networks."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from tests.process_apart import ProcessApart, process_apart


class Notebook:
    """A notebook in that process, and the probes in it."""

    def __init__(self, process: ProcessApart):
        self._process = process

    def holds(self, source: str) -> None:
        """Start anew with what `source` defines."""
        self._process.ask("holds", source)

    def value(self, expression: str) -> Any:
        return self._process.ask("value", expression)

    def probe(self, name: str, **arguments: Any) -> Any:
        return self._process.ask("probe", name, arguments)

    def sent(self, name: str, **arguments: Any) -> Any:
        """What the grader reads of what the probe returned."""
        return self._process.ask("sent", name, arguments)

    def same(self, one: str, other: str) -> bool:
        return self._process.ask("same", one, other)

    def recomputed(self, graph: Any, images: Any) -> Any:
        return self._process.ask("recomputed", graph, images)

    def works_in(self, folder: Path, given: Mapping[str, bytes] = MappingProxyType({})) -> None:
        """In `folder`, after the files `given` have been put there."""
        for path, content in given.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        self._process.ask("chdir", str(folder))


@pytest.fixture(scope="session")
def student_process() -> Iterator[ProcessApart]:
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed: there are no networks to probe")
    with process_apart(Path(__file__).with_name("student_process.py")) as process:
        yield process


@pytest.fixture
def notebook(student_process: ProcessApart, tmp_path: Path) -> Notebook:
    """An empty notebook whose current folder is the test's own."""
    made = Notebook(student_process)
    made.holds("")
    made.works_in(tmp_path)
    return made
