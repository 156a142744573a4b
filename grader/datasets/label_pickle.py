"""Reads an array of one dict from class numbers to names, a pickle, without letting it do anything.

The names that it may look up are those that NumPy's arrays and numbers need, and what stands behind them is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from grader.datasets.plain_pickle import load
from grader.datasets.refusals import NotLabels

#: Names of a thousand classes are 32 kB; bounds what a small file can make of memory.
LARGEST_BYTES = 8 << 20
_MOST_INSTRUCTIONS = 400_000
_ACCEPTED = frozenset(
    """PROTO FRAME MARK STOP NONE NEWTRUE NEWFALSE INT LONG LONG1 BININT BININT1 BININT2 STRING BINSTRING SHORT_BINSTRING
    BINBYTES SHORT_BINBYTES UNICODE BINUNICODE SHORT_BINUNICODE EMPTY_DICT DICT SETITEM SETITEMS EMPTY_LIST LIST APPEND
    APPENDS EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 GLOBAL STACK_GLOBAL REDUCE BUILD PUT BINPUT LONG_BINPUT GET BINGET
    LONG_BINGET MEMOIZE""".split()
)
_WHOLE_NUMBERS = frozenset({"i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"})


def read_labels(content: bytes) -> dict[int, str]:
    """The dict that is the one element of the array ``()`` of Python objects whose pickle `content` is. Raises NotLabels."""
    if len(content) > LARGEST_BYTES:
        raise NotLabels.because("too_large", count=len(content))
    held = load(
        content,
        _ACCEPTED,
        _NAMES,
        most_instructions=_MOST_INSTRUCTIONS,
        encoding="latin-1",
        refusal=NotLabels,
    )
    labels = held.elements[0] if type(held) is _Array and len(held.elements) == 1 else held
    if type(labels) is not dict or not labels:
        raise NotLabels.because("no_dict")
    if not all(type(key) is int and type(name) is str for key, name in labels.items()):
        raise NotLabels.because("keys")
    return labels


class _Dtype:
    """Stands for a dtype: of Python objects, or of whole numbers."""

    def __init__(self, name: object):
        self.name = name if isinstance(name, str) else ""
        self.is_big = False

    def __setstate__(self, state: object) -> None:
        """`state` is (version, byte order, …)."""
        self.is_big = type(state) is tuple and len(state) > 1 and state[1] == ">"


class _Array:
    """Stands for an array of Python objects."""

    def __init__(self) -> None:
        self.elements: list[object] = []

    def __setstate__(self, state: object) -> None:
        """`state` is (version, shape, dtype, is in Fortran order, elements)."""
        if type(state) is not tuple or len(state) != 5 or type(state[4]) is not list:
            raise NotLabels.because("no_array")
        self.elements = state[4]


class _Name:
    """What a looked-up name stands for; called, it makes what `make` does. It has nothing that a pickle could change."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[..., object] | None = None):
        self._make = make

    def __call__(self, *given: object) -> object:
        if self._make is None:
            raise NotLabels.because("calls")
        return self._make(*given)

    def __setstate__(self, state: object) -> None:
        raise NotLabels.because("state")


def _number(dtype: object, content: object) -> int:
    if type(dtype) is not _Dtype or dtype.name not in _WHOLE_NUMBERS:
        raise NotLabels.because("no_whole_number")
    raw = _encoded(content) if type(content) is str else content
    if type(raw) is not bytes:
        raise NotLabels.because("no_value")
    return int.from_bytes(raw, "big" if dtype.is_big else "little", signed=dtype.name.startswith("i"))


def _encoded(text: object, *ignored: object) -> bytes:
    """What pickles of the older protocols say bytes with."""
    if type(text) is not str:
        raise NotLabels.because("no_bytes")
    return text.encode("latin-1")


#: Pickles of all NumPy versions.
_NAMES: Mapping[tuple[str, str], _Name] = {
    **{
        (module, name): found
        for module in ("numpy.core.multiarray", "numpy._core.multiarray")
        for name, found in (("_reconstruct", _Name(lambda *ignored: _Array())), ("scalar", _Name(_number)))
    },
    ("numpy", "ndarray"): _Name(),
    ("numpy", "dtype"): _Name(lambda name, *ignored: _Dtype(name)),
    ("_codecs", "encode"): _Name(_encoded),
}
