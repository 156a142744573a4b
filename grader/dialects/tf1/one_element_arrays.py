"""Lets arrays of one element be numbers again, as they were for NumPy until 2.4: ``"%d" % np.argmax(scores, axis=1)``.

The assignment's own text formats what students compute that way. The conversions of `numpy.ndarray` are fields of a C
structure, which a Python class with the same methods fills with functions that look these methods up by name; those are
put in their place. The fields' places are those of CPython with a global lock, on 64 bits; elsewhere nothing is changed.
"""

from __future__ import annotations

import ctypes
import gc
import struct
import sys
import sysconfig
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

_POINTER = 8
#: Offsets in bytes: of the number methods in a type, and of the conversions in these.
_NUMBER_METHODS = 12 * _POINTER
_CONVERSIONS = {"__int__": 16 * _POINTER, "__float__": 18 * _POINTER}


def restore_conversions() -> None:
    """Make ``int``, ``float`` and ``%d`` take arrays of one element, whatever their shape. Others raise TypeError as ever."""
    if not _known_layout() or _converts():
        return
    methods = {"__int__": _conversion(np.ndarray.__int__), "__float__": _conversion(np.ndarray.__float__)}
    example = type("Example", (), dict(methods))
    # The mapping that a type shows is a view; what it looks at is its own.
    (names,) = gc.get_referents(np.ndarray.__dict__)
    names.update(methods)
    for name in methods:
        _slot(np.ndarray, name).value = _slot(example, name).value
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(np.ndarray))


def _conversion(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def convert(array: Any) -> Any:
        __tracebackhide__ = True
        return original(array.reshape(()) if array.ndim and array.size == 1 else array)

    return convert


def _slot(kind: type, name: str) -> ctypes.c_void_p:
    methods = ctypes.c_void_p.from_address(id(kind) + _NUMBER_METHODS).value
    assert methods is not None
    return ctypes.c_void_p.from_address(methods + _CONVERSIONS[name])


def _known_layout() -> bool:
    return (
        sys.implementation.name == "cpython"
        and sys.version_info < (3, 14)
        and struct.calcsize("P") == _POINTER
        and not sysconfig.get_config_var("Py_GIL_DISABLED")
        and not sysconfig.get_config_var("Py_TRACE_REFS")
    )


def _converts() -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return int(np.array([1])) == 1
    except TypeError:
        return False
