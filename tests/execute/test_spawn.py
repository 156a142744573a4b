"""Without fork, /proc and isolation: fresh interpreters, the same observations."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.execute.executor import Executor, can_fork
from grader.model.errors import UsageError
from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits
from grader.model.status import CallOutcome

SOURCE = """
import os, sys
import tensorflow as tf
n = 0
def count():
    global n
    n += 1
    return n
def loop():
    while True: pass
def leave(): os._exit(4)
def kill(): os.kill(os.getpid(), 9)
def garbage():
    for fd in range(3, 64):
        try: os.write(fd, bytes(100))
        except OSError: pass
def use(): return tf.ones(3)
"""


@pytest.fixture
def without_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")


def test_all_outcomes_are_told_without_fork(without_fork, tmp_path, module, call, hasty) -> None:
    assert not can_fork()
    requests = [call(name) for name in ("count", "count", "loop", "count", "leave", "kill", "garbage", "use", "count")]
    with Executor(level=IsolationLevel.NONE, forbidden_modules=("tensorflow",), scratch=tmp_path) as executor:
        with executor.workspace(module(SOURCE), hasty) as workspace:
            seen = workspace.probe(requests)
            again = workspace.probe([call("count")])
    assert [entry.outcome for entry in seen] == [
        CallOutcome.RETURNED,
        CallOutcome.RETURNED,
        CallOutcome.TIMED_OUT,
        CallOutcome.RETURNED,
        CallOutcome.EXITED,
        CallOutcome.DIED,
        CallOutcome.MALFORMED,
        CallOutcome.FORBIDDEN,
        CallOutcome.RETURNED,
    ]
    assert [entry.value for entry in (seen[0], seen[1], seen[3], again[0])] == [1, 2, 1, 1]
    assert list(tmp_path.iterdir()) == []


def test_notebooks_run_without_fork(without_fork, tmp_path) -> None:
    pytest.importorskip("IPython")
    with Executor(level=IsolationLevel.NONE, scratch=tmp_path) as executor:
        with executor.workspace({}, ExecutionLimits()) as workspace:
            seen = workspace.run_notebook({"cells": [{"cell_type": "code", "source": "1 + 1"}]}, "test.ipynb")
        assert executor.environment()["python"] == sys.version.split()[0]
    assert seen.status == "completed"
    assert seen.executed["cells"][0]["outputs"][0]["data"] == {"text/plain": "2"}


def test_isolation_cannot_be_had_that_way(tmp_path) -> None:
    with pytest.raises(UsageError, match="needs Linux"):
        Executor(level=IsolationLevel.LANDLOCK, scratch=tmp_path, launcher="spawn")
    assert not list(tmp_path.iterdir())


def test_probes_need_core_packages_alone_and_nothing_of_the_sandbox(tmp_path) -> None:
    script = f"""
import os, sys
del os.fork
for name in ("IPython", "matplotlib", "scipy", "nbclient", "grader.sandbox"):
    sys.modules[name] = None
from pathlib import Path
from grader.execute.executor import Executor
from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits
from grader.model.observation import ProbeRequest
with Executor(level=IsolationLevel.NONE, scratch=Path({str(tmp_path)!r})) as executor:
    source = b"import sys\\ndef f(): return [n for n in ('IPython', 'matplotlib', 'grader.sandbox') if n in sys.modules]"
    with executor.workspace({{"m.py": source}}, ExecutionLimits()) as workspace:
        print(workspace.probe([ProbeRequest("call", dict(module="m", function="f", args=[]))])[0].value)
"""
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True)
    assert run.stdout == "[]\n", run.stderr


def test_a_notebook_without_its_packages_says_what_to_install(tmp_path, monkeypatch) -> None:
    with Executor(level=IsolationLevel.NONE, scratch=tmp_path, launcher="spawn") as executor:
        monkeypatch.setattr(executor._launcher, "has_runner", lambda: False)
        with executor.workspace({}, ExecutionLimits()) as workspace:
            with pytest.raises(UsageError, match=r"pip install 'cnn-grader\[grading\]'"):
                workspace.run_notebook({"cells": []}, "part1.ipynb")
