"""Part 1 of the work that every grader in the comparison is given: four layer functions and a notebook that tests them.

A correct hand-in with plain loops, as most teams write it. The notebook defines the functions cell by cell and tests
them in six cells: forward passes against stored numbers, backward passes against central differences of every input
element.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from benchmarks.notebook_work import NotebookWork, Test

_SETUP = """\
import numpy as np
import matplotlib.pyplot as plt


def check(actual, desired, rtol=1e-5, atol=1e-7):
    np.testing.assert_allclose(np.asarray(actual), np.asarray(desired), rtol=rtol, atol=atol)


def central_differences(function, point, upstream, step=1e-5):
    gradient = np.zeros_like(point)
    for index in np.ndindex(point.shape):
        moved = np.array(point)
        moved[index] = point[index] + step
        ahead = function(moved)
        moved[index] = point[index] - step
        behind = function(moved)
        gradient[index] = np.sum((ahead - behind) * upstream) / (2 * step)
    return gradient
"""

_CONV_FORWARD = """\
def same_padding(height, width):
    rows, columns = height - 1, width - 1
    return rows // 2, rows - rows // 2, columns // 2, columns - columns // 2


def conv_forward(x, w, b, conv_param):
    images, rows, columns, _ = x.shape
    filters, height, width, _ = w.shape
    _, step_down, step_right, _ = conv_param["stride"]
    if conv_param["padding"] == "same":
        top, bottom, left, right = same_padding(height, width)
        out_rows, out_columns = -(-rows // step_down), -(-columns // step_right)
    else:
        top = bottom = left = right = 0
        out_rows, out_columns = (rows - height) // step_down + 1, (columns - width) // step_right + 1
    padded = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)), "constant")
    out = np.zeros((images, out_rows, out_columns, filters))
    for n in range(images):
        for f in range(filters):
            for i in range(out_rows):
                for j in range(out_columns):
                    r, c = i * step_down, j * step_right
                    out[n, i, j, f] = np.sum(padded[n, r : r + height, c : c + width, :] * w[f]) + b[f]
    return out, (x, w, b, conv_param)
"""

_CONV_BACKWARD = """\
def conv_backward(dout, cache):
    x, w, b, conv_param = cache
    rows, columns = x.shape[1:3]
    _, height, width, _ = w.shape
    _, step_down, step_right, _ = conv_param["stride"]
    same = conv_param["padding"] == "same"
    top, bottom, left, right = same_padding(height, width) if same else (0, 0, 0, 0)
    padded = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)), "constant")
    dpadded, dw, db = np.zeros_like(padded), np.zeros_like(w), np.zeros_like(b)
    images, out_rows, out_columns, filters = dout.shape
    for n in range(images):
        for f in range(filters):
            for i in range(out_rows):
                for j in range(out_columns):
                    r, c = i * step_down, j * step_right
                    share = dout[n, i, j, f]
                    dpadded[n, r : r + height, c : c + width, :] += share * w[f]
                    dw[f] += share * padded[n, r : r + height, c : c + width, :]
                    db[f] += share
    return dpadded[:, top : top + rows, left : left + columns, :], dw, db
"""

_MAX_POOL_FORWARD = """\
def max_pool_forward(x, pool_param):
    images, rows, columns, channels = x.shape
    height, width = pool_param["pool_height"], pool_param["pool_width"]
    _, step_down, step_right, _ = pool_param["stride"]
    out_rows, out_columns = (rows - height) // step_down + 1, (columns - width) // step_right + 1
    out = np.zeros((images, out_rows, out_columns, channels))
    for n in range(images):
        for i in range(out_rows):
            for j in range(out_columns):
                for k in range(channels):
                    r, c = i * step_down, j * step_right
                    out[n, i, j, k] = np.max(x[n, r : r + height, c : c + width, k])
    return out, (x, pool_param)
"""

_MAX_POOL_BACKWARD = """\
def max_pool_backward(dout, cache):
    x, pool_param = cache
    height, width = pool_param["pool_height"], pool_param["pool_width"]
    _, step_down, step_right, _ = pool_param["stride"]
    dx = np.zeros_like(x)
    images, out_rows, out_columns, channels = dout.shape
    for n in range(images):
        for i in range(out_rows):
            for j in range(out_columns):
                for k in range(channels):
                    r, c = i * step_down, j * step_right
                    window = x[n, r : r + height, c : c + width, k]
                    down, over = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, r + down, c + over, k] += dout[n, i, j, k]
    return dx
"""

#: The functions' cells, in the notebook's order.
FUNCTIONS: Mapping[str, str] = {
    "conv_forward": _CONV_FORWARD,
    "conv_backward": _CONV_BACKWARD,
    "max_pool_forward": _MAX_POOL_FORWARD,
    "max_pool_backward": _MAX_POOL_BACKWARD,
}


@cache
def layers() -> NotebookWork:
    """The notebook: the functions, and six test cells, of which the forward ones hold the numbers that the functions give."""
    known: dict[str, Any] = {"np": np}
    for source in FUNCTIONS.values():
        exec(compile(source, "<layers>", "exec"), known)
    return NotebookWork(
        part=1,
        file="Assignment2-1_Implementing_CNN.ipynb",
        setup=_SETUP,
        answers=FUNCTIONS,
        tests=(
            Test("conv_forward_valid", "conv_forward", _forward(known, (2, 4, 8, 3), (1, 2, 3, 1), "valid")),
            Test("conv_forward_same", "conv_forward", _forward(known, (2, 5, 5, 3), (1, 3, 2, 1), "same")),
            Test(
                "conv_backward_valid", "conv_backward", _backward((2, 4, 8, 3), (1, 2, 3, 1), "valid", (2, 2, 2, 2), 1)
            ),
            Test("conv_backward_same", "conv_backward", _backward((2, 5, 5, 3), (1, 3, 2, 1), "same", (2, 2, 3, 2), 2)),
            Test("max_pool_forward", "max_pool_forward", _pool_forward(known)),
            Test("max_pool_backward", "max_pool_backward", _POOL_BACKWARD),
        ),
    )


def module() -> str:
    """The functions as one file, as a team hands them in."""
    return "\n\n".join(("import numpy as np\n", *FUNCTIONS.values()))


_POOL = '{"pool_height": 3, "pool_width": 2, "stride": (1, 2, 4, 1)}'

_POOL_BACKWARD = f"""\
draw = np.random.RandomState(3)
x, dout = draw.randn(2, 5, 5, 3), draw.randn(2, 2, 1, 3)
out, cache = max_pool_forward(x, {_POOL})
check(max_pool_backward(dout, cache), central_differences(lambda v: max_pool_forward(v, {_POOL})[0], x, dout))
"""


def _inputs(shape: tuple[int, ...]) -> str:
    return f"""\
x = np.linspace(-0.1, 0.5, num={int(np.prod(shape))}).reshape({shape})
w = np.linspace(-0.2, 0.3, num=48).reshape((2, 2, 4, 3))
b = np.linspace(-0.1, 0.05, num=2)
"""


def _forward(known: Mapping[str, Any], shape: tuple[int, ...], stride: tuple[int, ...], padding: str) -> str:
    ask = f'out, _ = conv_forward(x, w, b, {{"stride": {stride}, "padding": "{padding}"}})\n'
    return _with_answer(known, _inputs(shape), ask)


def _pool_forward(known: Mapping[str, Any]) -> str:
    setup = "x = np.linspace(-0.1, 0.5, num=150).reshape((2, 5, 5, 3))\n"
    return _with_answer(known, setup, f"out, _ = max_pool_forward(x, {_POOL})\n")


def _with_answer(known: Mapping[str, Any], setup: str, ask: str) -> str:
    names = dict(known)
    exec(compile(setup + ask, "<answer>", "exec"), names)
    numbers = np.array2string(names["out"], separator=", ", precision=10, threshold=10**6, max_line_width=110)
    return f"{setup}{ask}check(out, np.array({numbers}))\n"


def _backward(
    shape: tuple[int, ...], stride: tuple[int, ...], padding: str, upstream: tuple[int, ...], seed: int
) -> str:
    return f"""\
draw = np.random.RandomState({seed})
x, w, b = draw.randn(*{shape}), draw.randn(2, 2, 4, 3), draw.randn(2)
dout = draw.randn(*{upstream})
conv_param = {{"stride": {stride}, "padding": "{padding}"}}
out, cache = conv_forward(x, w, b, conv_param)
dx, dw, db = conv_backward(dout, cache)
check(dx, central_differences(lambda v: conv_forward(v, w, b, conv_param)[0], x, dout))
check(dw, central_differences(lambda v: conv_forward(x, v, b, conv_param)[0], w, dout))
check(db, central_differences(lambda v: conv_forward(x, w, v, conv_param)[0], b, dout))
"""
