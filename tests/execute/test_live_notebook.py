"""Probes in a notebook's own process, and in a fresh one with its definitions where that is gone. NumPy alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from grader.execute.executor import Executor
from grader.execute.live import LiveNotebook
from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits
from grader.model.observation import CallObservation, ProbeRequest
from grader.model.status import CallOutcome

#: The probes of the notebook's names that need no framework; a module of the work folder gives what they cannot.
BRIDGE = b"""
import sys
def _names():
    return vars(sys.modules['__main__'])
def get(name): return _names()[name]
def run(name, *args): return _names()[name](*args)
"""
FILES = {"Utils/bridge.py": BRIDGE}
COUNTER = "count = 0\ndef step():\n    global count\n    count += 1\n    return count"


def notebook(*sources: str) -> dict[str, Any]:
    return {"cells": [{"cell_type": "code", "source": source} for source in sources]}


def run_named(name: str, *args: Any) -> ProbeRequest:
    return ProbeRequest("call", {"module": "Utils.bridge", "function": "run", "args": [name, *args]})


def present(*names: str) -> ProbeRequest:
    return ProbeRequest("names", {"names": list(names)})


def present_in(seen: CallObservation) -> list[str]:
    return [name for name, told in seen.value.items() if told["present"]]


@contextmanager
def live_notebook(
    executor: Executor, *sources: str, run: bool = True, files: dict[str, bytes] | None = None, **limits: Any
) -> Iterator[LiveNotebook]:
    with executor.workspace({**FILES, **(files or {})}, ExecutionLimits(**limits)) as workspace:
        with workspace.live(notebook(*sources), "test.ipynb", run=run) as live:
            yield live


def test_probes_meet_what_the_cells_have_left_behind(executor) -> None:
    with live_notebook(executor, COUNTER, "for _ in range(5): step()") as live:
        assert live.observation is not None and live.observation.status == "completed"
        names, first, second = live.probe([present("count", "step", "absent"), run_named("step"), run_named("step")])
        (third,) = live.probe([run_named("step")])
    assert names.value == {
        "count": {"present": True, "callable": False},
        "step": {"present": True, "callable": True},
        "absent": {"present": False, "callable": False},
    }
    assert (first.value, second.value, third.value) == (6, 7, 8)
    assert not live.replayed and live.replay_failures == ()


def test_errors_of_the_notebooks_functions_are_told_by_cell_and_line(executor) -> None:
    sources = ("import numpy", "def f():\n    raise KeyError('k')")
    for run in (True, False):
        with live_notebook(executor, *sources, run=run) as live:
            (seen,) = live.probe([run_named("f")])
        assert (
            seen.outcome is CallOutcome.RAISED and seen.error.frames[-1] == "cell 2, line 2, in f: raise KeyError('k')"
        )


def test_without_a_run_there_are_the_definitions_alone(each_level: IsolationLevel, executor_at) -> None:
    sources = (COUNTER, "for _ in range(5): step()\nprint('x')", "last = step()")
    with live_notebook(executor_at(each_level), *sources, run=False) as live:
        names, seen = live.probe([present("last", "_"), run_named("step")])
    assert live.observation is None and live.replayed
    assert present_in(names) == ["last"] and seen.value == 2


@pytest.mark.parametrize(
    ("deadly", "outcome"),
    [
        ("import os; os._exit(3)", CallOutcome.EXITED),
        ("import ctypes; ctypes.string_at(0)", CallOutcome.DIED),
        ("while True: pass", CallOutcome.TIMED_OUT),
        ("import sys; sys.exit(1)", CallOutcome.EXITED),
    ],
)
def test_after_a_deadly_call_the_rest_goes_on(executor, deadly: str, outcome: CallOutcome) -> None:
    sources = (COUNTER, "for _ in range(5): step()", f"def deadly():\n    {deadly}")
    with live_notebook(executor, *sources, call_wall_s=1.5) as live:
        before, seen, after = live.probe([run_named("step"), run_named("deadly"), run_named("step")])
        (later,) = live.probe([run_named("step")])
    assert (before.value, seen.outcome) == (6, outcome)
    assert live.replayed is (deadly != "import sys; sys.exit(1)")
    assert (after.value, later.value) == ((1, 2) if live.replayed else (7, 8))


def test_files_outlive_the_process_that_wrote_them(executor) -> None:
    reading = "def read(): return open('Utils/model.txt').read()\ndef hang():\n    while True: pass"
    with live_notebook(executor, reading, "open('Utils/model.txt', 'w').write('trained')", call_wall_s=1.5) as live:
        hung, seen = live.probe([run_named("hang"), run_named("read")])
    assert hung.outcome is CallOutcome.TIMED_OUT and live.replayed and seen.value == "trained"


@pytest.mark.parametrize(("ending", "status"), [("while True: pass", "timeout"), ("import os; os._exit(0)", "died")])
def test_a_notebook_that_did_not_come_to_its_end_is_probed_all_the_same(executor, ending: str, status: str) -> None:
    with live_notebook(executor, COUNTER, ending, "late = 1", cell_wall_s=1.0) as live:
        assert live.observation.status == status
        names, seen = live.probe([present("late"), run_named("step")])
    assert live.replayed and present_in(names) == ["late"] and seen.value == 1


def test_what_cannot_be_replayed_is_told_and_loses_nothing_else(executor) -> None:
    sources = (
        "import absent_package\nx = 1",
        "y = 1 / 0; z = 2",
        "import os\nw = os._exit(5)",
        "v = [0 for _ in iter(int, 1)]\nu = 3",
        "t = (",
        "%magic\ns = 4",
    )
    with live_notebook(executor, *sources, run=False, cell_wall_s=1.0) as live:
        (names,) = live.probe([present(*"stuvwxyz")])
    assert present_in(names) == ["s", "u", "x", "z"]
    told = [(failure.cell, failure.line, failure.error and failure.error.type) for failure in live.replay_failures]
    assert told == [
        (1, 1, "ModuleNotFoundError"),
        (2, 1, "ZeroDivisionError"),
        (3, 2, None),
        (4, 1, None),
        (5, 1, "SyntaxError"),
    ]
    assert [failure.detail for failure in live.replay_failures[2:4]] == [
        "ended the process (exit code 5)",
        "did not end in time",
    ]


def test_definitions_that_end_every_process_leave_the_probes_unrun(executor) -> None:
    deadly = "import os\n" + "\n".join(f"a{n} = os._exit({n})" for n in range(12))
    with live_notebook(executor, deadly, run=False) as live:
        (seen,) = live.probe([present("os")])
    assert seen.outcome is CallOutcome.NOT_RUN and "definitions" in seen.detail


def test_a_replay_is_not_the_items_time(executor) -> None:
    with live_notebook(executor, "import time\nslow = time.sleep(1.2)", run=False, item_wall_s=1.0) as live:
        (seen,) = live.probe([present("slow")])
    assert seen.outcome is CallOutcome.RETURNED


def test_replayed_code_is_the_main_module_with_its_source(executor) -> None:
    sources = (
        "from __future__ import annotations",
        "import inspect, pickle\nclass Net: pass\ndef f(x: absent) -> int: return 1",
        "def show(): return __name__, inspect.getsource(f), type(pickle.loads(pickle.dumps(Net()))) is Net",
    )
    with live_notebook(executor, *sources, run=False) as live:
        (seen,) = live.probe([run_named("show")])
    assert seen.value == ("__main__", "def f(x: absent) -> int: return 1\n", True)


def test_without_fork_definitions_can_be_probed(tmp_path) -> None:
    with Executor(level=IsolationLevel.NONE, scratch=tmp_path, launcher="spawn", notebooks=False) as executor:
        with live_notebook(executor, "%matplotlib inline\n" + COUNTER, "print(1)", run=False) as live:
            names, seen = live.probe([present("step", "count"), run_named("step")])
    assert present_in(names) == ["step", "count"] and seen.value == 1


def test_code_that_writes_to_every_socket_spoils_its_own_answer_only(executor) -> None:
    spoil = (
        "import os\ndef spoil():\n    for n in range(3, 64):\n        try: os.write(n, b'x' * 99)\n"
        "        except OSError: pass\n    return 1"
    )
    with live_notebook(executor, COUNTER, spoil) as live:
        spoiled, after = live.probe([run_named("spoil"), run_named("step")])
    assert spoiled.outcome is CallOutcome.MALFORMED and live.replayed and after.value == 1
