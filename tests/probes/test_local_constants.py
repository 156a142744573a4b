"""Local constants of a function take other values while it is called with them, however they are written."""

from __future__ import annotations

import functools
import linecache
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import pytest

from grader.probes.local_constants import other_constants

_numbers = count()


def defined(source: str, known: bool = True) -> dict[str, Any]:
    """The names that `source` defines; its text is `known` as that of a notebook's cell is."""
    file, names = f"<cell {next(_numbers)}>", {"functools": functools, "__name__": "notebook"}
    if known:
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    exec(compile(source, file, "exec"), names)
    return names


def called(function: Callable[..., Any], values: Mapping[str, float], *arguments: Any) -> tuple[Any, set[str]]:
    with other_constants(function, values) as (other, found):
        return other(*arguments), set(found)


BODIES = {
    "plain": "    rate = 25\n",
    "expression": "    rate = 25.0 * 1\n",
    "negative": "    rate = -2.5e1\n",
    "annotated": "    rate: float = 25\n",
    "tuple": "    step, rate = 3, 25\n",
    "chain": "    rate = other = 25\n",
    "with a docstring and comments": '    """rate = 3"""\n    # rate = 4\n    rate = 25  # the rate\n',
    "of the notebook": "    rate = RATE\n",
    "wrapped": "    rate = float(25)\n",
    "under a condition": "    if RATE:\n        rate = 25\n    else:\n        rate = 26\n",
    "in a with": "    with contextlib.nullcontext():\n        rate = 25\n",
    "twice": "    rate = 24\n    rate = 25\n",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
def test_a_constant_takes_the_value_and_its_own_again(body: str) -> None:
    names = defined(f"import contextlib\nRATE = 25\ndef f(x):\n{body}    return x, abs(rate)\n")
    assert called(names["f"], {"rate": 7}, 1) == ((1, 7), {"rate"})
    assert names["f"](1) == (1, 25)


def test_what_is_computed_from_the_constant_follows() -> None:
    names = defined(
        "def f():\n    a, b = 2, 3\n    c = a * 10\n    total = 0\n    for i in range(b):\n        total += c\n    return total\n"
    )
    assert called(names["f"], {"a": 5, "b": 1})[0] == 50
    assert called(names["f"], {"a": 5, "b": 1, "i": 3, "total": 7}) == (57, {"a", "b", "total"})


@pytest.mark.parametrize(
    "body",
    [
        "    rate = x\n",
        "    rate = x * 2\n",
        "    rate = len([x]) + x\n",
        "    rate = 'text'\n",
        "    rate = True\n",
        "    rate = None\n",
        "    rate = [25]\n",
        "    for rate in (25,): pass\n",
        "    def inner():\n        rate = 25\n        return rate\n    rate = inner()\n",
        "    while True:\n        rate = 25\n        break\n",
        "    first, *rate = 1, 25\n",
        "    rate = (lambda: 25)()\n",
    ],
)
def test_what_is_no_constant_stays(body: str) -> None:
    names = defined(f"def f(x):\n{body}    return rate\n")
    value = names["f"](25)
    assert called(names["f"], {"rate": 7}, 25) == (value, set())


DECORATED = {
    "wraps": "def around(f):\n    @functools.wraps(f)\n    def inner(*a, **k): return f(*a, **k)\n    return inner\n",
    "plain wrapper": "def around(f):\n    def inner(*args, **kwargs):\n        return f(*args, **kwargs)\n    return inner\n",
    "object": "class around:\n    def __init__(self, f): self.func = f\n    def __call__(self, *a): return self.func(*a)\n",
    "partial": "around = lambda f: functools.partial(f, x=1)\n",
    "unchanged": "around = lambda f: f\n",
}


@pytest.mark.parametrize("decorator", DECORATED.values(), ids=list(DECORATED))
def test_decorated_functions_are_reached(decorator: str) -> None:
    names = defined(f"{decorator}@around\ndef f(x=1):\n    rate = 25\n    return x, rate\n")
    assert called(names["f"], {"rate": 7}) == ((1, 7), {"rate"})
    assert names["f"]() == (1, 25)


def test_methods_nested_and_recursive_functions_are_reached() -> None:
    names = defined(
        "class Base:\n    def f(self): return 1\n"
        "class Own(Base):\n    def f(self):\n        rate = 25\n        return super().f() + rate\n"
        "own = Own().f\n"
        "def outer(base):\n    def inner(x):\n        nonlocal base\n        rate = 25\n        return base + x + rate\n    return inner\n"
        "nested = outer(100)\n"
        "class O:\n    @staticmethod\n    def s():\n        rate = 25\n        return O.__name__, rate\n"
        "static = O.s\n"
        "def outer():\n    def again(n):\n        rate = 25\n        return rate if n == 0 else again(n - 1)\n    return again\n"
        "within = outer()\n"
        "def again(n):\n    rate = 25\n    return rate if n == 0 else again(n - 1)\n"
    )
    assert called(names["own"], {"rate": 7})[0] == 8
    assert called(names["nested"], {"rate": 7}, 10)[0] == 117 and names["nested"](10) == 135
    assert called(names["again"], {"rate": 7}, 3)[0] == 7
    assert called(names["within"], {"rate": 7}, 3)[0] == 7
    assert called(names["static"], {"rate": 7}) == (("O", 7), {"rate"})


def test_a_cell_with_magics_above_the_function_is_no_hindrance() -> None:
    lines = ["%matplotlib inline", "", "def f():", "    rate = 25", "    return rate", "!ls"]
    python = [line if line.startswith((" ", "def")) else "" for line in lines]
    names: dict[str, Any] = {}
    exec(compile("\n".join(python), "<magic cell>", "exec"), names)
    linecache.cache["<magic cell>"] = (1, None, [f"{line}\n" for line in lines], "<magic cell>")
    assert called(names["f"], {"rate": 7}) == (7, {"rate"})


def test_numbers_of_the_notebook_are_exchanged_for_the_call_alone() -> None:
    names = defined(
        "rate = 25\nsteps = 3\ndef step(): return rate\ndef f(): return step() * 2\n"
        "def g():\n    global steps\n    steps = 9\n    return steps\nclass O: rate = 1\ndef h(): return O.rate\n"
    )
    assert called(names["f"], {"rate": 7, "steps": 1}) == (14, {"rate"})
    assert names["rate"] == 25 and names["f"]() == 50
    assert called(names["g"], {"steps": 2}) == (2, {"steps"}) and names["steps"] == 3
    assert called(names["h"], {"rate": 7}) == (1, set())


def test_the_function_is_itself_again_after_it_has_raised() -> None:
    names = defined("def f():\n    rate = 25\n    if rate == 7: raise KeyError('seven')\n    return rate\n")
    with pytest.raises(KeyError) as raised:
        called(names["f"], {"rate": 7})
    assert raised.traceback[-1].lineno + 1 == 3  # the student's own line, not one of a rewritten text
    assert names["f"]() == 25


@pytest.mark.parametrize("function", [len, "".join, lambda: 25, dict, functools.partial(max, 1, 2), 3])
def test_what_has_no_source_has_no_constants(function: Any) -> None:
    with other_constants(function, {"rate": 7}) as (other, found):
        assert other is function and not found


def test_text_that_is_not_the_functions_is_not_used() -> None:
    names = defined("def f(x):\n    rate = 25\n    return x + rate\n", known=False)
    assert called(names["f"], {"rate": 7}, 1) == (26, set())
    file = names["f"].__code__.co_filename
    for text in ("def f(y):\n    rate = 25\n    return 0\n", "def g(x):\n    rate = 3\n", "no Python at all\n"):
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        assert called(names["f"], {"rate": 7}, 1) == (26, set())
