"""The real kernel and the prebuilt shell give the same notebook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from grader.execute.executor import Executor
from grader.model.errors import UsageError
from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits
from grader.model.observation import NotebookObservation
from grader.sandbox import survey

FILES = {"Utils/mine.py": b"def value(): return 1\ndef fail(): return [][1]\n"}
SOURCES = [
    "%load_ext autoreload\n%autoreload 2\n%matplotlib inline\nimport matplotlib.pyplot as plt\nimport Utils.mine",
    "import sys\nprint('out')\nprint('err', file=sys.stderr)\n{'a': [1.5, None]}",
    "plt.figure(figsize=(2, 2)); plt.plot([1, 3, 2]); plt.show()",
    "from IPython.display import HTML, clear_output\ndisplay(HTML('<b>x</b>'))\nprint('gone')\nclear_output()\nprint('kept')",
    "!echo from a command",
    "open('Utils/mine.py', 'w').write('def value(): return 22222\\ndef fail(): return [][1]\\n')\nNone",
    "Utils.mine.value()",
    "def f():\n    Utils.mine.fail()\nf()",
    "input('?')",
    "import tensorflow as tf\ntf.constant(1)",
    "def broken(:",
    "import numpy as np\nnp.random.rand(2)",
    "6 * 7",
]


@pytest.fixture(scope="module")
def kernel_executor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Executor]:
    pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    working = {finding.level for finding in survey().findings if finding.works}
    level = IsolationLevel.NAMESPACES if IsolationLevel.NAMESPACES in working else IsolationLevel.LIMITS
    scratch = tmp_path_factory.mktemp("nbclient")
    with Executor(level=level, runner="nbclient", forbidden_modules=("tensorflow",), scratch=scratch) as made:
        yield made


def run(executor: Executor, sources: list[str], **limits: Any) -> NotebookObservation:
    cells = [{"cell_type": "code", "source": source} for source in sources]
    with executor.workspace(FILES, ExecutionLimits(**limits)) as workspace:
        return workspace.run_notebook({"cells": cells}, "test.ipynb")


def essence(output: dict[str, Any]) -> Any:
    """What of an output does not depend on addresses, versions or how a traceback is laid out."""
    match output["output_type"]:
        case "stream":
            return output["name"], output["text"].replace("\r\n", "\n")
        case "error":
            return output["ename"], re.sub(r"\(.*\)", "", output["evalue"])
    texts = {kind: text for kind, text in output["data"].items() if kind != "image/png"}
    return output["output_type"], output.get("execution_count"), sorted(output["data"]), texts


def test_both_runners_give_the_same_outputs(executor: Executor, kernel_executor: Executor) -> None:
    ours, theirs = run(executor, SOURCES), run(kernel_executor, SOURCES)
    assert (ours.runner, theirs.runner) == ("shell", "nbclient")
    for source, our_cell, their_cell in zip(SOURCES, ours.executed["cells"], theirs.executed["cells"], strict=True):
        if "input(" in source:
            assert [output["ename"] for output in our_cell["outputs"]] == ["StdinNotImplementedError"]
            assert [output["ename"] for output in their_cell["outputs"]] == ["StdinNotImplementedError"]
            continue
        our_outputs = sorted(str(essence(output)) for output in our_cell["outputs"])
        assert our_outputs == sorted(str(essence(output)) for output in their_cell["outputs"]), source
        assert our_cell["execution_count"] == their_cell["execution_count"]
    assert (ours.status, ours.failed_cell) == (theirs.status, theirs.failed_cell) == ("cell_error", 7)
    assert (ours.error.type, ours.error.message) == (theirs.error.type, theirs.error.message)
    assert ours.error.frames == theirs.error.frames


def test_a_kernel_that_dies_or_hangs_is_told(kernel_executor: Executor) -> None:
    died = run(kernel_executor, ["print(1)", "import os; os._exit(1)", "print(2)"])
    assert died.status == "died" and died.executed["cells"][0]["outputs"][0]["text"] == "1\n"
    hung = run(kernel_executor, ["print(1)", "while True: pass"], cell_wall_s=1.0)
    assert hung.status == "timeout" and "code cell 2" in hung.detail


def test_landlock_is_refused_before_anything_runs(tmp_path) -> None:
    with pytest.raises(UsageError, match="landlock"):
        Executor(level=IsolationLevel.LANDLOCK, runner="nbclient", scratch=tmp_path)
    with pytest.raises(UsageError, match="allowed: shell, nbclient"):
        Executor(level=IsolationLevel.NONE, runner="jupyter", scratch=tmp_path)
