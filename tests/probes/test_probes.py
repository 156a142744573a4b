"""Probes call what they are asked to call, and name what is not there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from grader.probes import PROBES
from grader.probes.lookup import FunctionMissing, ModuleNotImported


@pytest.fixture
def student(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """Makes a module of the given source importable, and gives its name."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(source: str) -> str:
        (tmp_path / "student_code.py").write_text(source)
        return "student_code"

    yield make
    sys.modules.pop("student_code", None)


def test_describe_tells_presence_and_parameters(student) -> None:
    name = student(
        "def f(x, *rest, y=1): pass\nk = 3\nclass Odd:\n    __signature__ = 7\n    def __call__(self): pass\nodd = Odd()\n"
    )
    told = PROBES["describe"]({"module": name, "functions": ["f", "k", "odd", "absent"]})
    assert told == {
        "f": {"present": True, "callable": True, "parameters": ["x", "rest", "y"]},
        "k": {"present": True, "callable": False, "parameters": None},
        "odd": {"present": True, "callable": True, "parameters": None},
        "absent": {"present": False, "callable": False, "parameters": None},
    }


def test_call_hands_over_the_very_arguments(student) -> None:
    name = student("def f(x, y):\n    x += 1\n    return x, y\n")
    array = np.zeros(2)
    out, y = PROBES["call"]({"module": name, "function": "f", "args": [array, 3]})
    assert out is array and y == 3 and array.tolist() == [1.0, 1.0]


def test_forward_backward_keeps_the_cache_inside(student) -> None:
    name = student("def f(x): return x, (x, object(), 'longer cache')\ndef g(d, cache): return d * cache[0]\n")
    asked = {"module": name, "forward": "f", "backward": "g", "forward_args": [np.full(2, 3.0)], "upstream": np.ones(2)}
    assert PROBES["forward_backward"](asked).tolist() == [3.0, 3.0]


def test_what_the_latest_forward_pass_left_behind_is_of_no_use_to_backward(student) -> None:
    name = student(
        "def f(x):\n    global left\n    left = x.copy()\n    return x, (x, 'longer')\ndef g(d, cache): return d * left\n"
    )
    asked = {"module": name, "forward": "f", "backward": "g", "forward_args": [np.arange(2.0)], "upstream": np.ones(2)}
    assert PROBES["forward_backward"](asked).tolist() == [1.0, 2.0]


def test_only_what_backward_changes_is_seen_as_changed(student) -> None:
    name = student(
        "def f(x, s):\n    x += 1\n    s['k'].clear()\n    return x, (x, 'longer')\n"
        "def g(d, cache):\n    cache[0][0] = 7\n    return d\n"
    )
    x = np.array([3.0, 4.0])
    asked = {"module": name, "forward": "f", "backward": "g", "forward_args": [x, {"k": [1]}], "upstream": np.ones(2)}
    PROBES["forward_backward"](asked)
    assert x.tolist() == [7.0, 4.0]


@pytest.mark.parametrize("returned", ["x", "[x]", "None", "iter((x, x))"])
def test_a_forward_that_returns_no_pair_is_an_error_that_says_so(student, returned: str) -> None:
    name = student(f"def f(x): return {returned}\ndef g(d, cache): return d\n")
    asked = {"module": name, "forward": "f", "backward": "g", "forward_args": [np.ones(2)], "upstream": np.ones(2)}
    with pytest.raises(TypeError, match="f did not return out and cache"):
        PROBES["forward_backward"](asked)


def test_what_is_missing_is_named(student) -> None:
    name = student("def f(x): return x, x\n")
    with pytest.raises(FunctionMissing) as missing:
        PROBES["forward_backward"](
            {"module": name, "forward": "f", "backward": "g", "forward_args": [1], "upstream": 1}
        )
    assert missing.value.function == "g"
    with pytest.raises(ModuleNotImported) as no_module:
        PROBES["call"]({"module": "no_such_student_module", "function": "f", "args": []})
    assert isinstance(no_module.value.cause, ModuleNotFoundError)


@pytest.mark.parametrize("error", ["MemoryError", "SystemExit"])
def test_endings_during_the_import_keep_their_own_outcome(student, error: str) -> None:
    with pytest.raises((MemoryError, SystemExit)):
        PROBES["call"]({"module": student(f"raise {error}\n"), "function": "f", "args": []})
