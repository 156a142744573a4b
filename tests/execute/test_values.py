"""Values travel without loss, odd objects are named and not called, and the decoder believes nothing."""

from __future__ import annotations

import math
import tempfile
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.execute.values import Decoder, Encoder, ValueBounds
from grader.execute.wire import MalformedFrame
from grader.model.observation import Unsupported

BOUNDS = ValueBounds()
DTYPES = st.sampled_from(["?", "b", "<h", ">h", "i", "q", "B", "Q", "e", "f", ">f", "d", ">d", "g", "F", "D"])
TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**40), 10**40) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


def there_and_back(value: Any, bounds: ValueBounds = BOUNDS) -> Any:
    encoder = Encoder(bounds)
    decoder = Decoder(encoder.blobs, bounds)
    decoded = decoder.decode(encoder.encode(value))
    decoder.finish()
    return decoded


@given(TREES)
@settings(max_examples=80, deadline=None)
def test_trees_arrive_as_they_were(tree: Any) -> None:
    assert repr(there_and_back(tree)) == repr(tree)


@given(hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)), st.booleans())
@settings(max_examples=80, deadline=None)
def test_arrays_arrive_equal_fresh_and_writable(array: np.ndarray, transposed: bool) -> None:
    array = array.T if transposed else array
    arrived = there_and_back([array])[0]
    assert type(arrived) is np.ndarray and arrived.shape == array.shape
    assert arrived.dtype == array.dtype.newbyteorder("=")
    assert arrived.flags.writeable and arrived.flags.c_contiguous and not np.shares_memory(arrived, array)
    np.testing.assert_array_equal(arrived, array)


def test_infinities_and_nan_arrive() -> None:
    assert there_and_back([math.inf, -math.inf]) == [math.inf, -math.inf]
    assert math.isnan(there_and_back(math.nan))
    assert math.copysign(1.0, there_and_back(-0.0)) == -1.0


def test_numpy_scalars_arrive_as_arrays_without_axes() -> None:
    arrived = there_and_back(np.float32(0.1))
    assert type(arrived) is np.ndarray and arrived.shape == () and arrived.dtype == np.float32
    assert arrived[()] == np.float32(0.1)


class Liar(np.ndarray):
    calls = 0

    def __array_finalize__(self, parent: object) -> None:
        pass

    def __array__(self, *_: object, **__: object) -> np.ndarray:
        type(self).calls += 1
        return np.zeros(3)

    def __eq__(self, other: object) -> bool:  # type: ignore[override]
        type(self).calls += 1
        return True


class Nosy(type):
    calls = 0

    def __hash__(cls) -> int:
        Nosy.calls += 1
        return 0

    def __eq__(cls, other: object) -> bool:
        Nosy.calls += 1
        return True

    @property
    def __class__(cls) -> type:
        Nosy.calls += 1
        return np.ndarray


class Impostor(metaclass=Nosy):
    calls = 0

    def __getattribute__(self, name: str) -> Any:
        Impostor.calls += 1
        return getattr(np.zeros(3), name)


class ListOfMine(list):
    pass


def test_odd_objects_are_named_and_never_called() -> None:
    liar = np.zeros(3).view(Liar)
    impostor = Impostor()
    before = Liar.calls, Nosy.calls, Impostor.calls
    arrived = there_and_back([liar, impostor, ListOfMine([1]), {1, 2}, np.float64])
    assert (Liar.calls, Nosy.calls, Impostor.calls) == before
    assert arrived == [Unsupported(name) for name in ("Liar", "Impostor", "ListOfMine", "set", "type")]


class Gradients(NamedTuple):
    dx: Any
    db: Any

    def __len__(self) -> int:
        raise AssertionError("asked")

    def __iter__(self) -> Any:
        raise AssertionError("asked")


def test_named_tuple_arrives_as_the_tuple_that_it_is() -> None:
    assert there_and_back(Gradients(1, [2])) == (1, [2])
    assert there_and_back([[Gradients(1, 2)]]) == [[(1, 2)]]


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_array_subclasses_and_strange_dtypes_are_unsupported() -> None:
    with tempfile.TemporaryFile() as file:
        mapped = np.memmap(file, np.uint8, "w+", shape=(3,))
        arrived = there_and_back([np.matrix([1]), np.ma.masked_array([1]), mapped])
    assert arrived == [Unsupported("matrix"), Unsupported("MaskedArray"), Unsupported("memmap")]
    assert there_and_back(np.array([object()])) == Unsupported("object array")
    for strange in (np.array(["x"]), np.array([b"x"]), np.zeros(2, "i4,f4"), np.array(["2020"], "M8[D]")):
        assert type(there_and_back(strange)) is Unsupported


def test_what_is_too_large_is_unsupported_and_the_rest_arrives() -> None:
    tight = ValueBounds(array_bytes=100, nodes=20, depth=3, text=10, integer_bits=64)
    array = np.zeros(10)
    arrived = there_and_back((array, array, "x" * 11, 2**65, [[[[]]]], {1: 2}), tight)
    assert np.array_equal(arrived[0], array)
    assert [type(entry) for entry in arrived[1:]] == [Unsupported, Unsupported, Unsupported, list, Unsupported]
    assert arrived[4] == [[Unsupported("nested deeper than 3")]]
    assert there_and_back([array, [list(range(30))]], tight)[1] == Unsupported("more than 20 values")
    assert np.array_equal(there_and_back((list(range(30)), array), tight)[1], array)
    assert there_and_back(list(range(30)), tight) == Unsupported("more than 20 values")


def test_a_structure_that_holds_itself_ends() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert there_and_back(endless) is not None


def test_large_nested_lists_of_numbers_arrive() -> None:
    nested = np.arange(30_000.0).reshape(10, 30, 100).tolist()
    assert there_and_back(nested) == nested


@pytest.mark.parametrize(
    "tree",
    [
        {"a": ["f8", [3], 0]},
        {"a": ["f8", [-2], 0]},
        {"a": ["f8", [1 << 50], 0]},
        {"a": ["O", [2], 0]},
        {"a": ["f8", [2], 1]},
        {"a": ["f8", [2.0], 0]},
        {"a": ["f8", [True, 2], 0]},
        {"a": [["f8"], [2], 0]},
        {"a": ["f8", [2]]},
        {"a": {"f8": 2}},
        {"a": ["f8", [1] * 40 + [2], 0]},
        {"t": {}},
        {"d": []},
        {"u": 3},
        {"x": 1},
        {},
        {"t": [], "d": {}},
        [{"a": ["f8", [2], 0]}, {"a": ["f8", [2], 0]}],
        None,
        "x" * 100_000,
        2**5000,
    ],
)
def test_the_decoder_refuses_what_the_encoder_would_not_send(tree: Any) -> None:
    decoder = Decoder([bytes(16)], BOUNDS)
    with pytest.raises(MalformedFrame):
        decoder.decode(tree)
        decoder.finish()


def test_the_decoder_bounds_depth_and_count() -> None:
    deep: Any = 1
    for _ in range(60):
        deep = [deep]
    for tree in (deep, [0] * 300_000):
        with pytest.raises(MalformedFrame):
            Decoder([], BOUNDS).decode(tree)
