"""Names that NumPy has dropped since the assignment was first given: code written with them is still right.

This module imports nothing of the grader: its source is also handed to kernels that run where the grader cannot be
imported.
"""

from __future__ import annotations

import numpy

#: Dropped name and what it stood for: aliases of Python's own types (NumPy 1.24), and other spellings (NumPy 1.18 to 2.4).
_DROPPED = {
    "int": int,
    "float": float,
    "complex": complex,
    "object": object,
    "str": str,
    "float_": numpy.float64,
    "complex_": numpy.complex128,
    "Inf": numpy.inf,
    "Infinity": numpy.inf,
    "infty": numpy.inf,
    "NaN": numpy.nan,
    "product": numpy.prod,
    "cumproduct": numpy.cumprod,
    "sometrue": numpy.any,
    "alltrue": numpy.all,
    "row_stack": numpy.vstack,
    "rank": numpy.ndim,
    "in1d": numpy.isin,
    "mat": numpy.asmatrix,
    "int0": numpy.intp,
    "bool8": numpy.bool_,
    "unicode_": numpy.str_,
    "string_": numpy.bytes_,
    "asscalar": lambda array: array.item(),
    "asfarray": lambda array, dtype=float: numpy.asarray(array, dtype),
    "msort": lambda array: numpy.sort(array, axis=0),
}


def restore_dropped_names() -> None:
    """Put the dropped names back; those that this NumPy still has stay as they are."""
    for name, meaning in _DROPPED.items():
        if name not in vars(numpy):
            setattr(numpy, name, meaning)
