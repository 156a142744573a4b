"""Frames survive the way whole, and nothing else is taken for one."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.execute import wire

BOUNDS = wire.FrameBounds(header_bytes=1000, blob_bytes=1000)
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def read(data: bytes, bounds: wire.FrameBounds = BOUNDS) -> wire.Frame | None:
    reader = wire.FrameReader(bounds)
    reader.feed(data)
    return reader.next()


@given(body=BODIES, blobs=st.lists(st.binary(max_size=20), max_size=3), cut=st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_a_frame_arrives_whole_however_it_is_cut(body: object, blobs: list[bytes], cut: int) -> None:
    data = wire.pack(body, blobs)
    cut = min(cut, len(data) - 1)
    reader = wire.FrameReader(wire.OWN_FRAMES)
    reader.feed(data[:cut])
    assert reader.next() is None
    reader.feed(data[cut:] + data)
    for _ in range(2):
        frame = reader.next()
        assert frame is not None and frame.blobs == tuple(blobs)
        assert wire.pack(frame.body, frame.blobs) == data
    assert not reader.pending


@given(st.binary(min_size=1, max_size=60))
@settings(max_examples=100, deadline=None)
def test_arbitrary_bytes_are_malformed(data: bytes) -> None:
    with pytest.raises(wire.MalformedFrame):
        read(data + bytes(100))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_changed_byte_raises_nothing_but_malformed(data: st.DataObject) -> None:
    good = bytearray(wire.pack({"value": [1, "x"]}, [b"abc"]))
    place = data.draw(st.integers(0, len(good) - 1))
    good[place] = data.draw(st.integers(0, 255))
    try:
        read(bytes(good))
    except wire.MalformedFrame:
        pass


@pytest.mark.parametrize(
    "data",
    [
        wire.pack("x" * 2000),
        wire.pack(None, [bytes(2000)]),
        wire.pack(None, [b"abc"]).replace(b'"sizes": [3]', b'"sizes": [2]'),
        wire.pack(None, [b"abc"]).replace(b'"sizes": [3]', b'"sizes":[-3]'),
        wire.pack(None, [b"abc"]).replace(b'"sizes": [3]', b'"sizes": {3}'),
        wire.pack("a").replace(b'"body"', b'"bory"'),
        wire.pack("aaaaaaaa").replace(b"aaaaaaaa", b"\xff" * 8),
        wire.pack("a" * 900).replace(b'"' + b"a" * 900 + b'"', b"[" * 902),
        wire.pack("aaaaaa").replace(b"aaaaaa", rb"\ud800"),
        wire.pack("a" * 8).replace(b"a" * 8, rb"\\\uDFFF"),
    ],
    ids=["header", "blobs", "sum", "negative", "type", "field", "utf-8", "nested", "half", "half behind a backslash"],
)
def test_what_breaks_the_rules_is_malformed(data: bytes) -> None:
    with pytest.raises(wire.MalformedFrame):
        read(data)


def test_a_number_of_too_many_digits_is_malformed() -> None:
    data = wire.pack("a" * 5000).replace(b'"' + b"a" * 5000 + b'"', b"1" * 5002)
    with pytest.raises(wire.MalformedFrame):
        read(data, wire.OWN_FRAMES)


def test_lone_surrogates_do_not_stop_a_frame() -> None:
    frame = read(wire.pack("a\ud800b"))
    assert frame is not None and frame.body == "a?b"


def test_text_that_looks_like_an_escape_arrives_as_it_is() -> None:
    frame = read(wire.pack(r"\ud800 \\ud800"))
    assert frame is not None and frame.body == r"\ud800 \\ud800"


def test_a_closed_socket_gives_none_also_in_the_middle_of_a_frame() -> None:
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            theirs.sendall(wire.pack("x")[:-1])
        assert wire.receive(ours) is None


def test_a_descriptor_travels_with_its_frame() -> None:
    ours, theirs = socket.socketpair()
    spare, other_end = socket.socketpair()
    with ours, theirs, spare, other_end:
        socket.send_fds(ours, [wire.pack({"take": "this"})], [spare.fileno()])
        frame, descriptor = wire.receive_with_descriptor(theirs)
        assert frame == wire.Frame({"take": "this"}) and descriptor is not None
        with socket.socket(fileno=descriptor) as copy:
            copy.sendall(b"hello")
        assert other_end.recv(5) == b"hello"
