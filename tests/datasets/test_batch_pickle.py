"""A batch is read; whatever else a pickle could do is refused before it is done."""

from __future__ import annotations

import io
import os
import pickle
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.datasets import batch_pickle
from grader.datasets.batch_pickle import read_batch
from grader.datasets.refusals import NotABatch
from tests.datasets.fake_cifar10 import python2_batch

VALUES = np.arange(4 * 3072, dtype=np.uint32).astype(np.uint8).reshape(4, 3072)
LABELS = np.array([3, 0, 9, 3])
BATCH = python2_batch(VALUES, LABELS)


class Calls:
    """Pickles to a call of `function`."""

    def __init__(self, function: object, *arguments: object):
        self._call = function, arguments

    def __reduce__(self) -> object:
        return self._call


def test_batch_as_published_is_read() -> None:
    values, labels = read_batch(BATCH)
    assert values.dtype == np.uint8 and np.array_equal(values, VALUES)
    assert labels == LABELS.tolist()


@pytest.mark.parametrize("order", ["C", "F"])
def test_batch_that_a_present_numpy_pickled_is_read(order: str) -> None:
    batch = {"data": np.array(VALUES, order=order), "labels": LABELS.tolist(), "filenames": ["ä.png"]}
    values, labels = read_batch(pickle.dumps(batch, protocol=3))
    assert np.array_equal(values, VALUES) and labels == LABELS.tolist()


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_call_of_a_program_is_refused_and_does_not_happen(protocol: int, tmp_path: Path) -> None:
    trace = tmp_path / "was_here"
    attack = {"data": Calls(os.system, f"touch {trace}"), "labels": [1]}
    assert pickle.loads(pickle.dumps(attack)) and trace.exists(), "the attack is a real one"
    trace.unlink()
    with pytest.raises(NotABatch):
        read_batch(pickle.dumps(attack, protocol))
    assert not trace.exists()


@pytest.mark.parametrize(
    "name",
    [
        "builtins\ngetattr",
        "builtins\neval",
        "__builtin__\neval",
        "numpy\nload",
        "numpy\nfromfile",
        "numpy.core.multiarray\nscalar",
        "numpy.core.multiarray\n_reconstruct.__globals__",
        "numpy\nndarray.__class__",
        "_codecs\nencode",
        "collections\nOrderedDict",
        "grader.datasets.batch_pickle\nos",
    ],
)
def test_other_names_are_not_given(name: str) -> None:
    with pytest.raises(NotABatch, match="asks for"):
        read_batch(b"c" + name.encode() + b"\n.")


@pytest.mark.parametrize(
    "program",
    [
        b"(ios\nsystem\n.",
        b"(cnumpy\nndarray\no.",
        b"cnumpy\nndarray\n)\x81.",
        b"\x80\x04\x8c\x02os\x8c\x06system\x93.",
        b"\x82\x01.",
        b"Pid\n.",
        b"K\x01Q.",
        b"\x80\x05\x96" + struct.pack("<Q", 4) + b"abcd.",
        b"\x8e" + struct.pack("<Q", 1 << 40) + b".",
        b"\x8b" + struct.pack("<i", 1 << 30) + b".",
    ],
    ids=["INST", "OBJ", "NEWOBJ", "STACK_GLOBAL", "EXT1", "PERSID", "BINPERSID", "BYTEARRAY8", "BINBYTES8", "LONG4"],
)
def test_instructions_that_no_batch_needs_are_refused(program: bytes) -> None:
    with pytest.raises(NotABatch):
        read_batch(program)


def array_program(shape: bytes, dtype: bytes = b"u1", content: bytes = b"abcd") -> bytes:
    """A dict whose `data` is an array of that (pickled) shape, dtype and content."""
    return (
        b"\x80\x02}(U\x04datacnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
        b"(K\x01" + shape + b"cnumpy\ndtype\nU" + bytes([len(dtype)]) + dtype + b"K\x00K\x01\x87R(K\x03tb\x89"
        b"T" + struct.pack("<i", len(content)) + content + b"tbU\x06labels]u."
    )


def test_array_of_the_right_size_is_built_by_these_programs() -> None:
    assert read_batch(array_program(b"K\x02K\x02\x86"))[0].shape == (2, 2)


@pytest.mark.parametrize(
    "program",
    [
        array_program(b"J" + struct.pack("<i", 1 << 30) + b"M\xff\xff\x86"),
        array_program(b"\x8a\x09" + bytes(8) + b"\x01K\x04\x86"),
        array_program(b"J" + struct.pack("<i", -2) * 1 + b"J" + struct.pack("<i", -2) + b"\x86"),
        array_program(b"K\x04\x85"),
        array_program(b"K\x02K\x02\x86", dtype=b"O"),
        array_program(b"K\x02K\x02\x86", dtype=b"f8"),
        array_program(b"K\x02K\x02\x86", dtype=b"V9999999"),
    ],
    ids=["larger than memory", "longer than any integer", "negative", "one axis", "objects", "floats", "records"],
)
def test_arrays_of_other_kinds_or_sizes_are_refused(program: bytes) -> None:
    with pytest.raises(NotABatch):
        read_batch(program)


def test_numbering_values_far_apart_reserves_no_table() -> None:
    with pytest.raises(NotABatch, match="numbers its values"):
        read_batch(b"K\x01r" + struct.pack("<I", (1 << 31) - 1) + b".")


def test_long_programs_are_refused_before_they_use_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_pickle, "MOST_INSTRUCTIONS", 1000)
    program = b"(" + b"}" * 20_000 + b"l."
    tracemalloc.start()
    try:
        with pytest.raises(NotABatch, match="instructions"):
            read_batch(program)
        assert tracemalloc.get_traced_memory()[1] < 10 * len(program)
    finally:
        tracemalloc.stop()


def test_large_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_pickle, "LARGEST_BYTES", len(BATCH) - 1)
    with pytest.raises(NotABatch, match="more than a batch has"):
        read_batch(BATCH)


def test_state_given_to_what_a_name_stands_for_is_refused() -> None:
    for name in (b"numpy\ndtype", b"numpy\nndarray", b"numpy.core.multiarray\n_reconstruct"):
        with pytest.raises(NotABatch):
            read_batch(b"c" + name + b"\n}U\x08__call__K\x01sb.")
    assert read_batch(BATCH)[1] == LABELS.tolist()


@pytest.mark.parametrize(
    "batch",
    [
        [1, 2],
        {},
        {"data": VALUES},
        {"labels": [1]},
        {"data": VALUES, "labels": VALUES},
        {"data": VALUES, "labels": [None]},
        {"data": VALUES, "labels": [True]},
        {"data": VALUES.astype(np.float64), "labels": [1]},
    ],
)
def test_other_content_is_refused(batch: object) -> None:
    with pytest.raises(NotABatch):
        read_batch(pickle.dumps(batch, protocol=3))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(BATCH) - 1))
def test_cut_off_batch_is_refused(length: int) -> None:
    with pytest.raises(NotABatch):
        read_batch(BATCH[:length])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=4))
def test_damaged_batch_is_read_as_bytes_or_refused(changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(BATCH)
    for position, value in changes:
        damaged[position] = value
    try:
        values, labels = read_batch(bytes(damaged))
    except NotABatch:
        return
    assert values.dtype == np.uint8 and all(type(label) is int for label in labels)


def test_the_fake_is_what_pickle_itself_would_read() -> None:
    loaded = pickle.load(io.BytesIO(BATCH), encoding="bytes")
    assert np.array_equal(loaded[b"data"], VALUES) and loaded[b"labels"] == LABELS.tolist()
