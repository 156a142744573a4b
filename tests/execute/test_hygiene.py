"""Nothing passes from one item to the next, nothing of the grader is in sight, and nothing is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.execute.executor import Executor
from grader.model.errors import InfrastructureError, UsageError
from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits
from grader.model.observation import ProbeRequest
from grader.model.status import CallOutcome
from grader.sandbox import descendants, survey

COUNTER = "import os\nn = 0\ndef count():\n    global n\n    n += 1\n    return n, os.getpid()\n"


def eventually(condition: Callable[[], bool], wall_s: float = 10.0) -> bool:
    deadline = time.monotonic() + wall_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def test_what_a_child_spent_is_counted_to_who_started_it(each_level: IsolationLevel, limits: ExecutionLimits) -> None:
    resource = pytest.importorskip("resource", reason="counts processor time the way of POSIX")

    def spent_s() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    source = "import time\ndef burn():\n    while time.process_time() < 0.6: pass\n    return 1\n"
    before = spent_s()
    with Executor(level=each_level, notebooks=False) as executor:
        with executor.workspace({"Utils/layer_utils.py": source.encode()}, limits) as workspace:
            request = ProbeRequest("call", {"module": "Utils.layer_utils", "function": "burn", "args": []})
            assert workspace.probe([request])[0].value == 1
        # Its answer comes after the fork server has waited for the child before.
        with executor.workspace({}, limits) as workspace:
            workspace.probe([ProbeRequest("describe", {"module": "json", "functions": []})])
    assert spent_s() - before > 0.6


def running_with(argument: str) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and argument.encode() in (entry / "cmdline").read_bytes().split(b"\0"):
                found.append(entry.name)
        except OSError:
            continue
    return found


def test_calls_of_an_item_share_a_process_and_items_do_not(executor, module, call, limits) -> None:
    with executor.workspace(module(COUNTER), limits) as workspace:
        first = [seen.value[0] for seen in workspace.probe([call("count")] * 3)]
        second = [seen.value[0] for seen in workspace.probe([call("count")] * 2)]
    assert (first, second) == ([1, 2, 3], [1, 2])


def test_random_state_depends_on_the_seed_alone(executor, module, call, limits) -> None:
    source = "import random, numpy as np\ndef draw(): return random.random(), float(np.random.rand())\n"
    drawn = {}
    for seed in (1, 1, 2):
        with executor.workspace(module(source), limits, seed) as workspace:
            values = [seen.value for seen in workspace.probe([call("draw")] * 2) + workspace.probe([call("draw")])]
        assert values == [values[0]] * 3
        drawn.setdefault(seed, values[0])
        assert drawn[seed] == values[0]
    assert drawn[1] != drawn[2]


def test_student_code_sees_nothing_of_the_grader(executor_at, each_level, module, call, limits) -> None:
    os.environ["GRADER_SECRET_OF_TEST"] = "x"
    source = f"""
import os, sys
def look():
    fds = [fd for fd in range(3, 256) if os.path.exists(f"/proc/self/fd/{{fd}}")]
    try:
        repository = os.listdir({str(Path(__file__).parents[2] / "grader")!r})
    except OSError:
        repository = []
    modules = [name for name in sys.modules if name.startswith("grader")]
    return sorted(os.environ), list(sys.argv), modules, repository, len(fds), list(sys.path)
"""
    try:
        with executor_at(each_level).workspace(module(source), limits) as workspace:
            (seen,) = workspace.probe([call("look")])
    finally:
        del os.environ["GRADER_SECRET_OF_TEST"]
    variables, arguments, modules, repository, descriptors, path = seen.value
    assert "GRADER_SECRET_OF_TEST" not in variables and "HOME" in variables
    assert arguments[1:] == [] and modules == []
    assert repository == [] or each_level in (IsolationLevel.LIMITS, IsolationLevel.NONE)
    assert descriptors <= 3  # the item's socket, and the pipe that takes what is printed
    assert not any(Path(entry) == Path(__file__).parents[2] for entry in path)


def test_a_students_own_module_named_grader_is_theirs(executor, call, limits) -> None:
    files = {"Utils/layer_utils.py": b"import grader\ndef f(): return grader.mine\n", "grader.py": b"mine = 1\n"}
    with executor.workspace(files, limits) as workspace:
        assert workspace.probe([call("f")])[0].value == 1


def test_every_item_finds_the_files_that_were_handed_in(executor_at, each_level, module, call, limits) -> None:
    source = """
import os
def replace():
    for name in ("Utils/layer_utils.py", "json.py", "Utils/new.py"):
        with open(name, "w") as file:
            file.write("def look(): return 'replaced'")
    os.chmod("Utils", 0o500)
def touch():
    times = os.stat(__file__)
    with open(__file__, "r+") as file:
        file.write("#")
    os.utime(__file__, ns=(times.st_atime_ns, times.st_mtime_ns))
def look():
    return sorted(name for name in os.listdir(".") + os.listdir("Utils") if name not in (".home", ".tmp"))
"""
    with executor_at(each_level).workspace(module(source), limits) as workspace:
        (first,) = workspace.probe([call("look")])
        for change in ("replace", "touch"):
            workspace.probe([call(change)])
            (after,) = workspace.probe([call("look")])
            assert after.value == first.value == ["Utils", "layer_utils.py"]


def test_an_item_that_changes_nothing_costs_the_next_no_new_process(executor, module, call, limits) -> None:
    with executor.workspace(module(COUNTER), limits) as workspace:
        workspace.probe([call("count")])
        host = workspace.probe_host()
        workspace.probe([call("count")])
        assert workspace.probe_host() is host


def test_what_an_item_leaves_running_is_gone_before_the_next(executor_at, each_level, module, call, limits) -> None:
    mark = f"98765.{os.getpid()}{each_level.strength}"
    source = f"""
import subprocess, threading, time
def leave():
    subprocess.Popen(["sleep", "{mark}"], start_new_session=True)
    subprocess.Popen(["sh", "-c", "trap '' TERM HUP; (sleep {mark} & sleep {mark}) & exit"], start_new_session=True)
    threading.Thread(target=time.sleep, args=(1000,)).start()
    return 1
"""
    with executor_at(each_level).workspace(module(source), limits) as workspace:
        (seen,) = workspace.probe([call("leave")])
        assert seen.value == 1
        assert workspace.probe([call("leave")])[0].value == 1
    assert eventually(lambda: not running_with(mark))


KILLS_ALL = """
import os
def bad():
    try: os.kill(-1, 9)
    except ProcessLookupError: pass
    while True: pass
"""


def test_neighbours_are_unharmed(executor_at, module, call, hasty) -> None:
    if survey().strongest.level is not IsolationLevel.NAMESPACES:
        pytest.skip("at weaker levels a signal to everybody may reach this machine's own processes")
    executor = executor_at(IsolationLevel.NAMESPACES)
    with (
        executor.workspace(module(COUNTER), hasty) as quiet,
        executor.workspace(module(KILLS_ALL), hasty) as loud,
    ):
        assert quiet.probe([call("count")])[0].value[0] == 1
        assert loud.probe([call("bad")])[0].outcome in (CallOutcome.TIMED_OUT, CallOutcome.DIED)
        assert quiet.probe([call("count")])[0].value[0] == 1


SENDS_EVERY_SIGNAL = """
import os, signal
def bad():
    for number in signal.valid_signals(): os.kill(os.getppid(), number)
    return 1
"""


def test_no_signal_from_within_ends_the_process_that_serves(executor_at, module, call, limits) -> None:
    if survey().strongest.level is not IsolationLevel.NAMESPACES:
        pytest.skip("at weaker levels the process that serves is one like any other")
    with executor_at(IsolationLevel.NAMESPACES).workspace(module(SENDS_EVERY_SIGNAL), limits) as workspace:
        host = workspace.probe_host()
        assert workspace.probe([call("bad")])[0].value == 1
        assert workspace.probe_host() is host
        assert workspace.probe([call("bad")])[0].value == 1


def test_a_hundred_children_leak_no_descriptors_and_leave_no_process(executor, module, call, limits) -> None:
    def run_one() -> None:
        with executor.workspace(module(COUNTER), limits) as workspace:
            for _ in range(4):
                assert workspace.probe([call("count")])[0].value[0] == 1

    run_one()
    zygote = executor._launcher._zygotes[""].process.pid
    before = len(os.listdir("/proc/self/fd")), len(os.listdir(f"/proc/{zygote}/fd"))
    for _ in range(25):
        run_one()
    assert (len(os.listdir("/proc/self/fd")), len(os.listdir(f"/proc/{zygote}/fd"))) == before
    assert eventually(lambda: not descendants(zygote))


def test_closing_ends_the_fork_server_and_removes_its_files(tmp_path, module, call, limits) -> None:
    executor = Executor(level=IsolationLevel.NONE, scratch=tmp_path)
    with executor.workspace(module(COUNTER), limits) as workspace:
        workspace.probe([call("count")])
        zygote = executor._launcher._zygotes[""].process.pid
    executor.close()
    assert not Path(f"/proc/{zygote}").exists() and list(tmp_path.iterdir()) == []


def test_a_dead_fork_server_is_started_again(tmp_path, module, call, limits) -> None:
    with Executor(level=IsolationLevel.NONE, scratch=tmp_path) as executor:
        with executor.workspace(module(COUNTER), limits) as workspace:
            assert workspace.probe([call("count")])[0].value[0] == 1
            executor._launcher._zygotes[""].process.kill()
            executor._launcher._zygotes[""].process.wait()
            assert workspace.probe([call("count")])[0].value[0] == 1


def test_a_fork_server_that_dies_under_a_call_is_the_graders_fault(tmp_path, module, call, limits) -> None:
    with Executor(level=IsolationLevel.NONE, scratch=tmp_path) as executor:
        with executor.workspace({}, limits) as workspace:
            workspace.probe_host()
        zygote = executor._launcher._zygotes[""].process.pid
        source = f"import os\ndef kill():\n    os.kill({zygote}, 9)\n    while True: pass\n"
        with executor.workspace(module(source), limits) as workspace, pytest.raises(InfrastructureError):
            workspace.probe([call("kill")])


def test_the_fork_server_dies_with_the_grader(tmp_path) -> None:
    script = f"""
import os, sys
from pathlib import Path
from grader.execute.executor import Executor
from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits
executor = Executor(level=IsolationLevel.NONE, scratch=Path({str(tmp_path)!r}))
host = executor.workspace({{}}, ExecutionLimits()).__enter__().probe_host()
print(executor._launcher._zygotes[""].process.pid, host._process, flush=True)
os.kill(os.getpid(), 9)
"""
    run = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[2], capture_output=True, text=True)
    zygote, child = run.stdout.split()
    assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in (zygote, child)))


def test_a_fork_server_that_does_not_start_is_the_graders_fault(tmp_path, monkeypatch, limits) -> None:
    monkeypatch.setattr("grader.execute.zygote_handle._BOOT", "raise SystemExit('no start today')")
    executor = Executor(level=IsolationLevel.NONE, scratch=tmp_path)
    with pytest.raises(InfrastructureError, match="no start today"), executor.workspace({}, limits) as workspace:
        workspace.probe_host()
    executor.close()


def test_files_that_lead_out_or_do_not_fit_are_refused(executor, limits) -> None:
    for path in ("../x", "/tmp/x", "a/../../x", ""):
        with executor.workspace({path: b""}, limits) as workspace, pytest.raises(InfrastructureError):
            workspace.probe_host()
    with pytest.raises(UsageError, match="disk_bytes"):
        with executor.workspace({"x": bytes(2000)}, ExecutionLimits(disk_bytes=1000)):
            pass


def test_versions_are_told_without_starting_a_process(tmp_path) -> None:
    with Executor(level=IsolationLevel.NONE, scratch=tmp_path) as executor:
        told = executor.environment()
        assert executor._launcher._zygotes == {}
    assert told["python"] == sys.version.split()[0] and told["runner"] == "shell"
    assert {"numpy", "platform"} <= told.keys()
