"""Reads a batch of the python version, a pickle, without letting it do anything.

What stands behind the names that it may look up is ours: NumPy's own functions are never called with a pickle's arguments.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from grader.datasets.plain_pickle import load
from grader.datasets.refusals import NotABatch

#: A batch is 31 MB; what is larger is none.
LARGEST_BYTES = 40 << 20
#: A batch of 10,000 images has some 50,000 instructions. Bounds what a small file can make of memory.
MOST_INSTRUCTIONS = 200_000

#: Build dicts, lists, tuples, texts, whole numbers; look up a name, call it, hand it a state; and remember values.
_ACCEPTED = frozenset(
    """PROTO STOP MARK NONE NEWTRUE NEWFALSE INT LONG1 BININT BININT1 BININT2 BINSTRING SHORT_BINSTRING BINBYTES
    SHORT_BINBYTES BINUNICODE EMPTY_DICT SETITEM SETITEMS EMPTY_LIST APPEND APPENDS EMPTY_TUPLE TUPLE TUPLE1 TUPLE2
    TUPLE3 GLOBAL REDUCE BUILD BINPUT LONG_BINPUT BINGET LONG_BINGET""".split()
)
_BYTE_NAMES = frozenset({"u1", "|u1", "uint8", "B"})


def read_batch(content: bytes) -> tuple[np.ndarray, list[int]]:
    """The entries ``data``, ``(N, 3072)`` uint8, and ``labels``, N whole numbers, of a batch.

    Raises NotABatch for anything else, before it can have an effect.
    """
    if len(content) > LARGEST_BYTES:
        raise NotABatch.because("too_large", count=len(content))
    batch = load(
        content,
        _ACCEPTED,
        _NAMES,
        most_instructions=MOST_INSTRUCTIONS,
        encoding="bytes",
        refusal=NotABatch,
    )
    if type(batch) is not dict:
        raise NotABatch.because("no_dict")
    entries = {key.decode("latin-1") if type(key) is bytes else key: value for key, value in batch.items()}
    pixels, labels = entries.get("data"), entries.get("labels")
    if type(pixels) is not _StoredArray or pixels.array is None:
        raise NotABatch.because("no_pixels")
    if type(labels) is not list or not all(type(label) is int for label in labels):
        raise NotABatch.because("no_labels")
    return pixels.array, labels


@dataclass(slots=True)
class _StoredDtype:
    """Stands for a dtype, of which only the single byte is accepted."""

    def __setstate__(self, state: object) -> None:
        """Byte order and alignment say nothing of single bytes."""


@dataclass(slots=True)
class _StoredArray:
    """Stands for an array that is being built: empty until its state comes."""

    array: np.ndarray | None = field(default=None)

    def __setstate__(self, state: object) -> None:
        """`state` is (version, shape, dtype, is in Fortran order, bytes)."""
        if type(state) is not tuple or len(state) != 5:
            raise NotABatch.because("array_state")
        _, shape, dtype, in_columns, content = state
        if type(dtype) is not _StoredDtype or type(content) is not bytes:
            raise NotABatch.because("no_bytes")
        if type(shape) is not tuple or not all(type(size) is int and 0 <= size <= LARGEST_BYTES for size in shape):
            raise NotABatch.because("array_state")
        if len(shape) != 2 or shape[0] * shape[1] != len(content):
            raise NotABatch.because("array_shape", shape=shape, count=len(content))
        self.array = np.frombuffer(content, np.uint8).reshape(shape, order="F" if in_columns else "C")


class _Name:
    """What a looked-up name stands for. It has no attributes that a pickle could change."""

    __slots__ = ()

    def __setstate__(self, state: object) -> None:
        raise NotABatch.because("array_state")


class _ArrayType(_Name):
    __slots__ = ()


class _Reconstruct(_Name):
    __slots__ = ()

    def __call__(self, kind: object, *ignored: object) -> _StoredArray:
        if type(kind) is not _ArrayType:
            raise NotABatch.because("array_state")
        return _StoredArray()


class _DtypeName(_Name):
    __slots__ = ()

    def __call__(self, name: object, *ignored: object) -> _StoredDtype:
        text = name.decode("latin-1") if type(name) is bytes else name
        if text not in _BYTE_NAMES:
            raise NotABatch.because("no_bytes")
        return _StoredDtype()


_RECONSTRUCT = _Reconstruct()
#: Pickles of all NumPy versions; the module that holds the function has moved twice.
_NAMES = {
    ("numpy.core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy", "ndarray"): _ArrayType(),
    ("numpy", "dtype"): _DtypeName(),
}
