"""Values as trees of JSON and raw array bytes: what a student's function returned, told without trusting it.

Nodes: ``null``, booleans, numbers, text and lists stand for themselves; ``{"t": [...]}`` is a tuple,
``{"d": {...}}`` a dict, ``{"a": [dtype, shape, blob]}`` an array, ``{"u": name}`` an `Unsupported`.
A NumPy scalar travels, and arrives, as an array of shape ().

The encoder runs in the student's process and asks exact types only, through functions captured when this module was
imported: a subclass that overrides ``__array__``, ``__class__`` or ``__iter__`` is `Unsupported`, never called. Only a
named tuple passes, as the plain tuple that it is.
The decoder runs in the grader and believes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.execute.wire import MalformedFrame
from grader.model.limits import MEBIBYTE
from grader.model.observation import Unsupported, Value

_ALLOWED_DTYPES = frozenset(
    np.dtype(code).newbyteorder("<").str[1:]
    for code in ("?", "b", "h", "i", "q", "B", "H", "I", "Q", "e", "f", "d", "g", "F", "D", "G")
)
# By id, since membership of a type asks its metaclass for a hash, which a student can write.
_SCALAR_TYPES = frozenset(
    id(np.dtype(code).type)
    for code in ("?", "b", "h", "i", "l", "q", "B", "H", "I", "L", "Q", "e", "f", "d", "g", "F", "D", "G")
)

_type, _len, _id, _list, _ndarray = type, len, id, list, np.ndarray
_asarray, _dtype = np.asarray, np.dtype
_dtype_of, _shape_of, _nbytes_of = np.ndarray.dtype.__get__, np.ndarray.shape.__get__, np.ndarray.nbytes.__get__
_astype, _tobytes = np.ndarray.astype, np.ndarray.tobytes
_items, _iterate_list, _iterate_tuple = dict.items, list.__iter__, tuple.__iter__
_name_of, _bases_of = type.__dict__["__name__"].__get__, type.__dict__["__mro__"].__get__
_bit_length, _length_of_tuple = int.bit_length, tuple.__len__

_MOST_AXES = 32
#: So many returned values are bounded one by one: a huge cache must not hide the output beside it.
_FEW_VALUES = 8
_MOST_EXTENT = 1 << 40


@dataclass(frozen=True, slots=True)
class ValueBounds:
    """How large one message's values may be. `text` is in characters, `integer_bits` per number."""

    array_bytes: int = 64 * MEBIBYTE
    nodes: int = 200_000
    depth: int = 32
    text: int = 65_536
    integer_bits: int = 4096


class _TooManyValues(Exception):
    pass


class Encoder:
    """Turns values into trees; array data is appended to `blobs`, which several encoders of a message may share."""

    def __init__(self, bounds: ValueBounds, blobs: list[bytes] | None = None):
        self.blobs: list[bytes] = [] if blobs is None else blobs
        self._bounds = bounds
        self._bytes_left = bounds.array_bytes
        self._nodes_left = bounds.nodes

    def encode(self, value: Value) -> Any:
        """The tree of `value`; what cannot travel becomes `Unsupported`, naming its type or the bound it breaks."""
        kind = _type(value)
        if kind is list and _len(value) <= _FEW_VALUES:
            return [self._bounded(entry, 1) for entry in _iterate_list(value)]
        if _is_tuple(kind) and _length_of_tuple(value) <= _FEW_VALUES:
            return {"t": [self._bounded(entry, 1) for entry in _iterate_tuple(value)]}
        return self._bounded(value, 0)

    def _bounded(self, value: Value, depth: int) -> Any:
        blobs, bytes_left, nodes_left = _len(self.blobs), self._bytes_left, self._nodes_left
        try:
            return self._node(value, depth)
        except _TooManyValues:
            del self.blobs[blobs:]
            self._bytes_left, self._nodes_left = bytes_left, nodes_left
            return _unsupported(f"more than {self._bounds.nodes} values")

    def _node(self, value: Any, depth: int) -> Any:
        self._nodes_left -= 1
        if self._nodes_left < 0:
            raise _TooManyValues
        kind = _type(value)
        if value is None or kind is bool or kind is float:
            return value
        if kind is int:
            return value if _bit_length(value) <= self._bounds.integer_bits else _unsupported("int of too many digits")
        if kind is str:
            return value if _len(value) <= self._bounds.text else _unsupported(f"str of {_len(value)} characters")
        if kind is _ndarray:
            return self._array(value)
        if _id(kind) in _SCALAR_TYPES:
            return self._array(_asarray(value))
        if kind is Unsupported:
            return _unsupported(value.type_name)
        if depth >= self._bounds.depth:
            return _unsupported(f"nested deeper than {self._bounds.depth}")
        if kind is list:
            return [self._node(entry, depth + 1) for entry in _iterate_list(value)]
        if _is_tuple(kind):
            return {"t": [self._node(entry, depth + 1) for entry in _iterate_tuple(value)]}
        if kind is dict:
            return self._dict(value, depth)
        return _unsupported(_name_of(kind))

    def _dict(self, value: dict[Any, Any], depth: int) -> Any:
        encoded: dict[str, Any] = {}
        for key, entry in _items(value):
            if _type(key) is not str or _len(key) > self._bounds.text:
                return _unsupported("dict with keys that are not text")
            encoded[key] = self._node(entry, depth + 1)
        return {"d": encoded}

    def _array(self, array: np.ndarray) -> Any:
        dtype = _dtype_of(array)
        if dtype.kind == "O":
            return _unsupported("object array")
        code = f"{dtype.kind}{dtype.itemsize}"
        shape = _shape_of(array)
        if dtype.names is not None or code not in _ALLOWED_DTYPES or _len(shape) > _MOST_AXES:
            return _unsupported(f"array of dtype {dtype.kind}{dtype.itemsize}")
        if (size := _nbytes_of(array)) > self._bytes_left:
            return _unsupported(f"array of {size} bytes")
        self._bytes_left -= size
        self.blobs.append(_tobytes(_astype(array, _dtype("<" + code), order="C", copy=False)))
        return {"a": [code, _list(shape), _len(self.blobs) - 1]}


def _is_tuple(kind: type) -> bool:
    """Whether `kind` is tuple or derived from it; a student's metaclass is not asked."""
    return any(base is tuple for base in _bases_of(kind))


class Decoder:
    """Reads trees back. Every blob must be used exactly once, in order. Raises MalformedFrame."""

    def __init__(self, blobs: Sequence[bytes], bounds: ValueBounds):
        self._blobs = blobs
        self._next_blob = 0
        self._bounds = bounds
        self._nodes_left = bounds.nodes

    def decode(self, tree: Any) -> Value:
        """The value of `tree`; arrays are fresh, writable, C-contiguous and in native byte order."""
        return self._node(tree, 0)

    def finish(self) -> None:
        """Raises MalformedFrame where blobs are left over."""
        if self._next_blob != len(self._blobs):
            raise MalformedFrame("bytes that no value refers to")

    def _node(self, tree: Any, depth: int) -> Value:
        self._nodes_left -= 1
        # One level more than the encoder gives: its deepest containers may hold an `Unsupported`.
        if self._nodes_left < 0 or depth > self._bounds.depth + 1:
            raise MalformedFrame("value is too large or too deep")
        if tree is None or type(tree) in (bool, float):
            return tree
        if type(tree) is int:
            return _checked(tree, tree.bit_length() <= self._bounds.integer_bits, "integer is too long")
        if type(tree) is str:
            return _checked(tree, len(tree) <= self._bounds.text, "text is too long")
        if type(tree) is list:
            return [self._node(entry, depth + 1) for entry in tree]
        if type(tree) is not dict or len(tree) != 1:
            raise MalformedFrame("unknown kind of value")
        ((tag, content),) = tree.items()
        if tag == "t" and type(content) is list:
            return tuple(self._node(entry, depth + 1) for entry in content)
        if tag == "d" and type(content) is dict:
            return {key: self._node(entry, depth + 1) for key, entry in content.items()}
        if tag == "a":
            return self._array(content)
        if tag == "u" and type(content) is str:
            return Unsupported(content[:200])
        raise MalformedFrame("unknown kind of value")

    def _array(self, content: Any) -> np.ndarray:
        if type(content) is not list or len(content) != 3:
            raise MalformedFrame("bad array")
        code, shape, blob = content
        if type(code) is not str or code not in _ALLOWED_DTYPES or type(blob) is not int or type(shape) is not list:
            raise MalformedFrame("bad array")
        if blob != self._next_blob or blob >= len(self._blobs) or len(shape) > _MOST_AXES:
            raise MalformedFrame("bad array")
        if any(type(extent) is not int or not 0 <= extent <= _MOST_EXTENT for extent in shape):
            raise MalformedFrame("bad shape")
        data, dtype = self._blobs[blob], np.dtype("<" + code)
        self._next_blob += 1
        if len(data) != dtype.itemsize * math.prod(shape):
            raise MalformedFrame("shape, dtype and bytes of an array disagree")
        try:
            if code == "b1":  # any byte that is not 0 means true, as NumPy itself reads it
                return (np.frombuffer(data, np.uint8) != 0).reshape(shape)
            return np.frombuffer(data, dtype).reshape(shape).astype(dtype.newbyteorder("="), order="C", copy=True)
        except ValueError as error:
            raise MalformedFrame("impossible shape") from error


def _checked(value: Value, fits: bool, message: str) -> Value:
    if not fits:
        raise MalformedFrame(message)
    return value


def _unsupported(name: str) -> dict[str, str]:
    return {"u": name[:200]}
