"""Each way a call can end is told apart, costs that call alone, and leaves the next one unharmed."""

from __future__ import annotations

import numpy as np
import pytest

from grader.execute.executor import Executor
from grader.model.limits import MEBIBYTE, ExecutionLimits
from grader.model.observation import ProbeRequest, Unsupported
from grader.model.status import CallOutcome

GOOD = "def good(x): return x * 2\n"


def test_a_value_comes_back_with_output_and_arguments_as_they_are_after(executor, module, call, limits) -> None:
    source = """
        def change(x, param):
            x[0] = 7
            param["new"] = (1, None)
            print("to stdout"); import sys; print("to stderr", file=sys.stderr)
            return x + 1, [param]
    """
    import textwrap

    with executor.workspace(module(textwrap.dedent(source)), limits) as workspace:
        (seen,) = workspace.probe([call("change", np.zeros(2), {"stride": [1, 2]})])
    assert seen.outcome is CallOutcome.RETURNED and seen.error is None and seen.seconds > 0
    assert np.array_equal(seen.value[0], [8.0, 1.0]) and seen.value[1] == [{"stride": [1, 2], "new": (1, None)}]
    after, param = seen.arguments_after["args"]
    assert np.array_equal(after, [7.0, 0.0]) and param == {"stride": [1, 2], "new": (1, None)}
    assert "to stdout" in seen.output and "to stderr" in seen.output


def test_an_exception_is_told_with_the_students_own_frames(executor, module, call, limits) -> None:
    source = "import numpy as np\ndef outer(x):\n    return inner(x)\ndef inner(x):\n    return np.reshape(x, (5, 5))\n"
    with executor.workspace(module(source), limits) as workspace:
        (seen,) = workspace.probe([call("outer", np.zeros(3))])
    assert seen.outcome is CallOutcome.RAISED and seen.error is not None
    assert seen.error.type == "ValueError" and "reshape" in seen.error.message
    assert seen.error.frames == (
        "Utils/layer_utils.py, line 3, in outer: return inner(x)",
        "Utils/layer_utils.py, line 5, in inner: return np.reshape(x, (5, 5))",
    )


def test_a_wrong_signature_and_endless_recursion_are_told(executor, module, call, limits) -> None:
    source = "def narrow(x): return x\ndef deep(n): return deep(n + 1)\n"
    with executor.workspace(module(source), limits) as workspace:
        narrow, deep = workspace.probe([call("narrow", 1, 2), call("deep", 1)])
    assert narrow.outcome is CallOutcome.RAISED and narrow.error.type == "TypeError" and narrow.error.frames == ()
    assert deep.outcome is CallOutcome.RAISED and deep.error.type == "RecursionError"
    assert 2 < len(deep.error.frames) < 30


ENDINGS = {
    "loop": ("while True: pass", CallOutcome.TIMED_OUT),
    "loop in C": ("sum(iter(int, 1))", CallOutcome.TIMED_OUT),
    "ignores signals": (
        "import signal\n    for n in (2, 15): signal.signal(n, signal.SIG_IGN)\n    while True: pass",
        CallOutcome.TIMED_OUT,
    ),
    "catches everything": (
        "while True:\n        try: raise KeyError\n        except BaseException: pass",
        CallOutcome.TIMED_OUT,
    ),
    "sys.exit": ("import sys; sys.exit(3)", CallOutcome.EXITED),
    "os._exit": ("import os; os._exit(0)", CallOutcome.EXITED),
    "kills itself": ("import os; os.kill(os.getpid(), 9)", CallOutcome.DIED),
    "crashes": ("import ctypes; ctypes.string_at(0)", CallOutcome.DIED),
    "aborts": ("import os; os.abort()", CallOutcome.DIED),
    "kills its parent": ("import os; os.kill(os.getppid(), 9)\n    while True: pass", None),
    "stops its parent": ("import os; os.kill(os.getppid(), 19)\n    while True: pass", CallOutcome.TIMED_OUT),
    "allocates": ("import numpy as np; return np.ones(1 << 28)", CallOutcome.MEMORY),
    "allocates in many processes": (
        "import os, numpy as np\n    for _ in range(4): os.fork()\n    big = np.ones(60 << 17)\n    while True: pass",
        CallOutcome.MEMORY,
    ),
    "raises MemoryError": ("raise MemoryError", CallOutcome.MEMORY),
    "is refused a mapping": ("import mmap; mmap.mmap(-1, 1 << 40)", CallOutcome.MEMORY),
    "writes garbage into every descriptor": (
        "import os\n    for fd in range(3, 64):\n        try: os.write(fd, bytes(100))\n        except OSError: pass",
        CallOutcome.MALFORMED,
    ),
    "closes every descriptor": ("import os; os.closerange(3, 64)", None),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_bad_ending_costs_its_own_call_alone(executor, module, call, ending: str) -> None:
    body, expected = ENDINGS[ending]
    limits = ExecutionLimits(
        call_wall_s=5.0 if expected is CallOutcome.MEMORY else 0.7, item_wall_s=60.0, memory_bytes=256 * MEBIBYTE
    )
    with executor.workspace(module(f"{GOOD}def bad():\n    {body}\n"), limits) as workspace:
        before, bad, after = workspace.probe([call("good", 2), call("bad"), call("good", 3)])
        (next_item,) = workspace.probe([call("good", 4)])
    assert (before.value, after.value, next_item.value) == (4, 6, 8)
    assert bad.outcome is not CallOutcome.RETURNED
    assert expected is None or bad.outcome is expected, bad


def test_time_of_an_item_is_bounded_and_the_rest_is_not_run(executor, module, call) -> None:
    limits = ExecutionLimits(call_wall_s=0.5, item_wall_s=0.8)
    with executor.workspace(module(GOOD + "def loop():\n    while True: pass\n"), limits) as workspace:
        outcomes = [seen.outcome for seen in workspace.probe([call("loop")] * 3 + [call("good", 1)])]
        (next_item,) = workspace.probe([call("good", 1)])
    assert outcomes == [CallOutcome.TIMED_OUT, CallOutcome.NOT_RUN, CallOutcome.NOT_RUN, CallOutcome.NOT_RUN]
    assert next_item.outcome is CallOutcome.RETURNED


def test_processor_time_is_bounded_too(executor, module, call) -> None:
    limits = ExecutionLimits(call_wall_s=20.0, cpu_s=1)
    with executor.workspace(module("def loop():\n    while True: pass\n"), limits) as workspace:
        (seen,) = workspace.probe([call("loop")])
    assert seen.outcome is CallOutcome.TIMED_OUT and "processor" in seen.detail


def test_a_flood_of_output_is_cut_and_harmless(executor, module, call, limits) -> None:
    source = """
import os
def flood():
    print("first")
    for _ in range(20000): print("x" * 100)
    os.system("head -c 300000 /dev/zero | tr '\\\\0' y")
    print("last")
    return 1
"""
    with executor.workspace(module(source), limits) as workspace:
        (seen,) = workspace.probe([call("flood")])
    assert seen.value == 1 and len(seen.output) < 20_000
    assert seen.output.startswith("first") and "truncated" in seen.output


def test_a_function_or_module_that_is_not_there_is_missing(executor, module, call, limits) -> None:
    with executor.workspace(module("x = 1\n"), limits) as workspace:
        absent, not_callable = workspace.probe([call("good"), call("x")])
    assert absent.outcome is not_callable.outcome is CallOutcome.MISSING and absent.detail == "good"
    with executor.workspace({}, limits) as workspace:
        (no_module,) = workspace.probe([call("good")])
    assert no_module.outcome is CallOutcome.MISSING and no_module.detail == "import"
    assert no_module.error.type == "ModuleNotFoundError"


@pytest.mark.parametrize(
    ("source", "outcome", "error"),
    [
        ("import numpy\n1 / 0\n", CallOutcome.MISSING, "ZeroDivisionError"),
        ("def f(:\n", CallOutcome.MISSING, "SyntaxError"),
        ("import sys; sys.exit()\n", CallOutcome.EXITED, "SystemExit"),
    ],
)
def test_a_module_that_does_not_import_says_why(executor, module, call, limits, source, outcome, error) -> None:
    with executor.workspace(module(source), limits) as workspace:
        (seen,) = workspace.probe([call("f")])
    assert seen.outcome is outcome and seen.error.type == error
    assert any("Utils/layer_utils.py, line" in frame for frame in seen.error.frames)


def test_odd_results_are_unsupported_and_large_ones_too(executor, module, call, limits) -> None:
    source = (
        "import numpy as np\ndef odd(): return np.matrix([1]), object(), {1: 2}\ndef large(): return np.ones(1 << 20)\n"
    )
    with executor.workspace(module(source), limits) as workspace:
        odd, large = workspace.probe([call("odd"), call("large")])
    assert odd.value == (Unsupported("matrix"), Unsupported("object"), Unsupported("dict with keys that are not text"))
    assert large.outcome is CallOutcome.RETURNED and type(large.value) is Unsupported


def test_a_student_that_forks_answers_once(executor, module, call, limits) -> None:
    source = GOOD + "def fork():\n    import os\n    return os.fork() > 0\n"
    with executor.workspace(module(source), limits) as workspace:
        seen = workspace.probe([call("fork"), call("good", 1), call("fork"), call("good", 2)])
    assert [entry.value for entry in seen] == [True, 2, True, 4]


def test_a_forged_answer_to_the_next_call_is_not_taken(executor, module, call, limits) -> None:
    source = (
        GOOD
        + """
import json, os, struct
def forge():
    body = dict(reply=1, outcome="returned", value=99, arguments={}, seconds=0.0, error=None, output="", detail="")
    header = json.dumps({"sizes": [], "body": body}).encode()
    for fd in range(3, 64):
        try: os.write(fd, struct.pack("<4sBIQ", b"CNNG", 1, len(header), 0) + header)
        except OSError: pass
"""
    )
    with executor.workspace(module(source), limits) as workspace:
        forged, after = workspace.probe([call("forge"), call("good", 2)])
    assert forged.outcome is CallOutcome.MALFORMED and after.value == 4


def test_every_level_tells_the_endings_apart(executor_at, each_level, module, call, hasty) -> None:
    workspaces = executor_at(each_level)
    source = GOOD + "def loop():\n    while True: pass\ndef leave():\n    import os; os._exit(2)\ndef fail(): 1 / 0\n"
    assert isinstance(workspaces, Executor)
    with workspaces.workspace(module(source), hasty) as workspace:
        requests = [call("good", 1), call("loop"), call("leave"), call("fail"), call("good", 2)]
        outcomes = [seen.outcome for seen in workspace.probe(requests)]
    assert outcomes == [
        CallOutcome.RETURNED,
        CallOutcome.TIMED_OUT,
        CallOutcome.EXITED,
        CallOutcome.RAISED,
        CallOutcome.RETURNED,
    ]


def test_describe_and_forward_backward_go_the_same_way(executor, module, limits) -> None:
    source = "def forward(x): return x + 1, {x.tobytes(): object(), 'x': x}\ndef backward(d, c): return d * c['x']\n"
    where = {"module": "Utils.layer_utils"}
    pair = {"forward": "forward", "backward": "backward", "forward_args": [np.full(2, 3.0)], "upstream": np.ones(2)}
    with executor.workspace(module(source), limits) as workspace:
        described, passed = workspace.probe(
            [
                ProbeRequest("describe", {**where, "functions": ["forward", "absent"]}),
                ProbeRequest("forward_backward", {**where, **pair}),
            ]
        )
    assert described.value == {
        "forward": {"present": True, "callable": True, "parameters": ["x"]},
        "absent": {"present": False, "callable": False, "parameters": None},
    }
    assert np.array_equal(passed.value, [3.0, 3.0])
    assert np.array_equal(passed.arguments_after["upstream"], [1.0, 1.0])
