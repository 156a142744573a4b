"""A process that somebody else killed costs nothing: the call, or the notebook, is tried once more before it is believed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import nbformat.v4
import psutil
import pytest

from grader.execute import wire
from grader.execute.executor import Executor
from grader.execute.exit_codes import CHANNEL_LOST, KERNEL_DIED
from grader.execute.probing import ask_all
from grader.execute.session import Session, SessionEnded
from grader.model.limits import ExecutionLimits
from grader.model.observation import ProbeRequest
from grader.model.status import CallOutcome

LIMITS = ExecutionLimits(call_wall_s=5.0, item_wall_s=20.0)


class Script:
    """Sessions that end with the next of `codes`, as `SessionEnded` tells them; each session that is opened is counted."""

    def __init__(self, codes: Sequence[int | None]):
        self.codes = list(codes)
        self.opened = 0
        self._alive = False

    def session(self) -> Session:
        self.opened += not self._alive
        self._alive = True
        return self

    def kill(self) -> None:
        self._alive = False

    def ended(self, code: int | None) -> None:
        self._alive = False

    def send(self, body: Any, blobs: Sequence[bytes], deadline: float) -> None:
        pass

    def receive(self, deadline: float) -> wire.Frame:
        raise SessionEnded(self.codes.pop(0))

    def close(self) -> None:
        pass


@pytest.mark.parametrize("code", [None, -9, KERNEL_DIED])
def test_killed_call_is_made_once_more_and_then_believed(code: int | None) -> None:
    source = Script([code, -11, 3, -9])
    first, second = ask_all(source, [ProbeRequest("call", {})] * 2, LIMITS)
    assert (first.outcome, first.detail) == (CallOutcome.DIED, "SIGSEGV")
    assert second.outcome is CallOutcome.EXITED
    assert source.codes == [-9]


@pytest.mark.parametrize("code", [0, 1, -6, -11, CHANNEL_LOST])
def test_what_nobody_else_does_to_a_process_is_not_repeated(code: int) -> None:
    source = Script([code, 3])
    ask_all(source, [ProbeRequest("call", {})], LIMITS)
    assert source.opened == 1


@pytest.mark.parametrize(
    "codes, told",
    [([-9, None], "SIGKILL"), ([None, -9], "SIGKILL"), ([None, None], "killed together with its runner")],
)
def test_of_two_deaths_the_one_that_says_how_is_told(codes: list[int | None], told: str) -> None:
    (seen,) = ask_all(Script(codes), [ProbeRequest("call", {})], LIMITS)
    assert (seen.outcome, seen.detail) == (CallOutcome.DIED, told)


def test_code_that_kills_itself_is_asked_again_only_once_an_item() -> None:
    source = Script([-9] * 20)
    seen = ask_all(source, [ProbeRequest("call", {})] * 10, LIMITS)
    assert {each.outcome for each in seen} == {CallOutcome.DIED}
    assert source.opened == 11


@pytest.mark.parametrize("depth", [1, 2], ids=["the child", "the process of the item"])
def test_call_whose_process_is_killed_from_outside_returns(
    executor: Executor, module: Callable[[str], Any], call: Callable[..., ProbeRequest], depth: int
) -> None:
    source = "def busy(n):\n    total = 0\n    for i in range(n): total += 1\n    return total\n"
    with executor.workspace(module(source), ExecutionLimits(call_wall_s=60.0, item_wall_s=120.0)) as workspace:
        killed = when_it_works(lambda: kill_at(depth))
        (seen,) = workspace.probe([call("busy", 20_000_000)])
        assert killed() and seen.value == 20_000_000


def test_notebook_whose_process_is_killed_from_outside_is_run_again_from_nothing(executor: Executor) -> None:
    cells = [
        "import os; fresh = not os.path.exists('left.txt'); open('left.txt', 'w').close()",
        "total = sum(1 for _ in range(20_000_000)); print(fresh, total)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    with executor.workspace({}, ExecutionLimits()) as workspace:
        killed = when_it_works(lambda: kill_at(2))
        seen = workspace.run_notebook(notebook, "a.ipynb")
        assert killed() and seen.status == "completed"
    assert seen.executed["cells"][1]["outputs"][0]["text"] == "True 20000000\n"


def kill_at(depth: int) -> bool:
    """Kills a process that is busy, `depth` below a process that children are forked from; whether there was one."""
    for process in psutil.Process().children(recursive=True):
        try:
            ancestors = process.parents()
            below = next(i for i, each in enumerate([process, *ancestors]) if "execute.zygote" not in command(each))
            used = process.cpu_times()
            if below - 1 >= 2 and used.user + used.system > 0.1:
                (process if depth == 2 else ancestors[0]).kill()
                return True
        except (psutil.Error, StopIteration):
            continue
    return False


def command(process: psutil.Process) -> str:
    return " ".join(process.cmdline())


def when_it_works(kill: Callable[[], bool]) -> Callable[[], bool]:
    """Tries `kill` beside what follows until it succeeds; what it gives waits for that and says whether it did."""
    done: list[bool] = []

    def attempt() -> None:
        deadline = time.monotonic() + 50.0
        while not done and time.monotonic() < deadline:
            if kill():
                done.append(True)

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()

    def result() -> bool:
        thread.join()
        return bool(done)

    return result
