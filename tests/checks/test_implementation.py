"""Telling an untouched function from a written one without running it."""

from pathlib import Path

import pytest

from grader.checks.implementation import definition_line, is_stub

FUNCTIONS = ("conv_forward", "conv_backward", "max_pool_forward", "max_pool_backward")
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "...",
        "'''Docstring.'''",
        "raise NotImplementedError",
        "raise NotImplementedError('later')",
        "out = None\n    cache = (x, w)\n    return out, cache",
        "dx, dw, db = None, None, None\n    x, w = cache\n    return dx, dw, db",
        "return None",
    ],
)
def test_bodies_that_compute_nothing_are_stubs(body: str) -> None:
    assert is_stub(f"def f(x, w, cache=None):\n    {body}\n".encode(), "f")


def test_handing_on_what_is_made_elsewhere_is_no_stub() -> None:
    assert not is_stub(b"model = build()\ndef f():\n    return model\n", "f")


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    return x + 1\n",
        "def f(x):\n    return other(x)\n",
        "def f(x):\n    raise ValueError(x)\n",
        "@decorated\ndef f(x):\n    pass\n",
        "f = other\n",
        "def f(x): return (\n",
        "def f(x):\n    pass\ndef f(x):\n    return x * 2\n",
        "def f(x):\n    pass\nf = other\n",
        "def f(x):\n    pass\nif True:\n    def f(x):\n        return x * 2\n",
        "def f(x):\n    pass\nfrom mine import g as f\n",
        "def f(x):\n    pass\nfrom mine import *\n",
    ],
)
def test_everything_else_is_left_to_running_it(source: str) -> None:
    assert not is_stub(source.encode(), "f")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_template_is_a_stub_and_reference_is_not(function: str) -> None:
    assert is_stub((ROOT / "student_template/Utils/layer_utils.py").read_bytes(), function)
    assert not is_stub((ROOT / "reference/Utils/layer_utils.py").read_bytes(), function)


def test_unreadable_bytes_are_no_stub() -> None:
    assert not is_stub(b"\xff\xfe\x00def f(): pass", "f")


def test_line_of_a_definition_is_that_of_the_last_one() -> None:
    source = b"x = 1\ndef f():\n    pass\n\n@cached\ndef f():\n    return 1\n"
    assert definition_line(source, "f") == 6
    assert definition_line(source, "g") is None
    assert definition_line(b"def f(:\n", "f") is None
