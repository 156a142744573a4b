"""A case as lines of Python that a student can paste: its inputs, and the call."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.report.clean_text import clean_line

#: Inputs of a case with at most this many numbers in all are written out.
MOST_NUMBERS = 150

#: Settings that pooling knows and a convolution does not.
_POOLING = "pool_height"


def try_code(arguments: Mapping[str, np.ndarray], asked: Mapping[str, object]) -> tuple[str, ...]:
    """One line an input, and one with the call where `asked` holds a layer's settings; none for large inputs."""
    if not arguments or sum(array.size for array in arguments.values()) > MOST_NUMBERS:
        return ()
    lines = [f"{name} = {_array(array)}" for name, array in arguments.items()]
    return (*lines, *_call(arguments, asked))


def _array(array: np.ndarray) -> str:
    values = array.ravel().tolist()
    whole = array.dtype == np.float64 and all(value.is_integer() and abs(value) < 1e15 for value in values)
    numbers = ", ".join(repr(int(value) if whole else value) for value in values)
    dtype = ", float" if whole else "" if array.dtype == np.float64 else f", {array.dtype.name!r}"
    shape = "" if array.ndim == 1 else f".reshape{array.shape}"
    return f"np.array([{numbers}]{dtype}){shape}"


def _call(arguments: Mapping[str, np.ndarray], asked: Mapping[str, object]) -> tuple[str, ...]:
    settings = {
        name: clean_line(value, 20) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value
        for name, value in asked.items()
        if name not in arguments
    }
    if "stride" not in settings:
        return ()
    layer, parameters = ("max_pool", "pool_param") if _POOLING in settings else ("conv", "conv_param")
    inputs = ", ".join(name for name in arguments if name != "dout")
    set_up = f"{parameters} = {settings!r}"
    if "dout" in arguments:
        return set_up, f"{layer}_backward(dout, ({inputs}, {parameters}))"
    return set_up, f"{layer}_forward({inputs}, {parameters})"
