"""Frames survive the way whole, and nothing else is taken for one."""

from __future__ import annotations

import socket
import tracemalloc

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


SMALL = wire.FrameBounds(header_bytes=200_000, blob_bytes=1_000_000, values=1000)


def forged(body: bytes) -> bytes:
    """A frame of which the body is said as it is, so that nothing has to be built to say it."""
    return wire.pack(0).replace(b'"body": 0', b'"body": ' + body, 1)


def with_length(data: bytes) -> bytes:
    """`data`, a frame without blobs, with the length of the header that it has."""
    start = len(wire.pack(None)) - len(b'{"sizes": [], "body": null}')
    return data[:5] + (len(data) - start).to_bytes(4, "little") + data[9:]


def peak_and_verdict(body: bytes, bounds: wire.FrameBounds) -> tuple[int, str]:
    """The most memory that reading takes, and what was wrong."""
    data = with_length(forged(body))
    tracemalloc.start()
    try:
        read(data, bounds)
        verdict = ""
    except wire.MalformedFrame as malformed:
        verdict = str(malformed)
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return peak, verdict


@pytest.mark.parametrize(
    "value",
    [b"[]", b"{}", b'{"":0}', b'"ab"', b"1e5", b'{"a":[]}', b'"\\"[,"'],
    ids=["lists", "dicts", "dicts of one", "texts", "numbers", "nested", "texts of brackets"],
)
def test_values_without_end_are_refused_before_they_are_built(value: bytes) -> None:
    body = b"[" + b",".join([value] * (190_000 // (len(value) + 1))) + b"]"
    peak, verdict = peak_and_verdict(body, SMALL)
    assert verdict == "header holds more than 1000 values"
    # The frame itself, and its header cut out.
    assert peak < 3 * len(body)


def test_what_a_few_values_take_stays_near_what_came() -> None:
    body = b"[" + b",".join(b'{"%03d":0}' % number for number in range(400)) + b"]"
    peak, verdict = peak_and_verdict(body, SMALL)
    assert verdict == "" and peak < 3 * len(body) + 400 * 300


def test_brackets_and_commas_in_a_text_are_no_values() -> None:
    text = '[{,"\\' * 5000
    frame = read(wire.pack([text, {"}": text}]), SMALL)
    assert frame is not None and frame.body == [text, {"}": text}]


def test_one_wide_character_does_not_make_a_long_text_four_times_as_large() -> None:
    body = b'"' + "\U0001f600".encode() + b"a" * 190_000 + b'"'
    peak, verdict = peak_and_verdict(body, SMALL)
    assert verdict == "header is too long for the characters in it" and peak < 3 * len(body)
    assert peak_and_verdict(b'"' + b"a" * 190_000 + b'"', SMALL)[1] == ""
    assert peak_and_verdict("\U0001f600".encode().join([b'"', b'"']), SMALL)[1] == ""


def test_the_bytes_of_arrays_are_held_twice_at_most() -> None:
    data = wire.pack(None, [bytes(400_000), bytes(500_000)])
    tracemalloc.start()
    frame = read(data, SMALL)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert frame is not None and [len(blob) for blob in frame.blobs] == [400_000, 500_000]
    assert peak < 2.3 * len(data)


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
