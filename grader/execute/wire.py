"""Frames between the grader and a child: magic and version, a length-prefixed JSON header, raw bytes. Never pickle.

A frame is ``CNNG``, one version byte, the header's length (32 bits), the length of all blobs together (64 bits),
the header as UTF-8 JSON ``{"sizes": [bytes of each blob], "body": ...}``, and the blobs. Reading is strict and
bounded: whatever does not fit raises `MalformedFrame`.
"""

from __future__ import annotations

import json
import re
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.model.limits import MEBIBYTE

MAGIC = b"CNNG"
VERSION = 1
_PREFIX = struct.Struct("<4sBIQ")
_MOST_BLOBS = 10_000
#: What a value costs in a header is a bracket or a comma, two bytes or three; parsed it is an object of 60 to 200.
_VALUE_BEGINS = (b"[", b"{", b",")
#: A text in JSON, for which brackets and commas are characters like others. Nothing in it is tried twice.
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
#: First bytes of characters beyond 2**8 and 2**16: a single one, and all of a text takes two or four bytes a character.
_WIDE, _WIDEST = re.compile(rb"[\xc4-\xff]"), re.compile(rb"[\xf0-\xff]")
#: Half a surrogate pair, escaped. `pack` writes none, no file or page can hold one, and UTF-8 has no other way to say it.
_HALF_A_CHARACTER = re.compile(rb"(?<!\\)(?:\\\\)*\\u[dD][89a-fA-F]")

# Captured now: a student's module may replace what these names mean, and frames must still go out whole.
_dumps, _loads = json.dumps, json.loads


class MalformedFrame(Exception):
    """Bytes that are no valid frame, or a frame whose content breaks the protocol."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: a JSON body and the raw bytes it refers to by position."""

    body: Any
    blobs: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class FrameBounds:
    """The most bytes that one frame's header and blobs may have, and the most values that the header may hold.

    Reading such a header needs some five times its bytes, and 150 bytes for each value.
    """

    header_bytes: int
    blob_bytes: int
    values: int = 600_000


#: For frames that come from the grader itself, or from code that has not run a student's yet.
OWN_FRAMES = FrameBounds(header_bytes=256 * MEBIBYTE, blob_bytes=1 << 40, values=1 << 30)


def pack(body: Any, blobs: Sequence[bytes] = ()) -> bytes:
    """One frame as bytes; text that UTF-8 cannot hold (lone surrogates) becomes question marks."""
    header = _dumps({"sizes": [len(blob) for blob in blobs], "body": body}, ensure_ascii=False)
    encoded = header.encode("utf-8", "replace")
    total = sum(len(blob) for blob in blobs)
    return b"".join((_PREFIX.pack(MAGIC, VERSION, len(encoded), total), encoded, *blobs))


class FrameReader:
    """Cuts a byte stream into frames."""

    def __init__(self, bounds: FrameBounds):
        self.bounds = bounds
        self._buffer = bytearray()

    @property
    def pending(self) -> bool:
        """Whether part of a frame has arrived."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def missing(self) -> int:
        """How many bytes at least are needed before `next` can give something; 0 when a frame is complete."""
        have = len(self._buffer)
        if have < _PREFIX.size:
            return _PREFIX.size - have
        header, blobs = self._lengths()
        return max(0, _PREFIX.size + header + blobs - have)

    def next(self) -> Frame | None:
        """The next whole frame, or None while it is incomplete. Raises MalformedFrame."""
        if len(self._buffer) < _PREFIX.size or self.missing():
            return None
        header_length, blob_length = self._lengths()
        start = _PREFIX.size + header_length
        end = start + blob_length
        # Not copied as a whole: the arrays of one frame can be hundreds of megabytes.
        with memoryview(self._buffer) as data:
            header = _parse_header(bytes(data[_PREFIX.size : start]), self.bounds)
            blobs = _cut(data[start:end], header["sizes"])
        del self._buffer[:end]
        return Frame(header["body"], blobs)

    def _lengths(self) -> tuple[int, int]:
        magic, version, header, blobs = _PREFIX.unpack_from(self._buffer)
        if magic != MAGIC or version != VERSION:
            raise MalformedFrame("not a frame")
        if header > self.bounds.header_bytes or blobs > self.bounds.blob_bytes:
            raise MalformedFrame(f"frame of {header} + {blobs} bytes is over the limit")
        return header, blobs


def _parse_header(raw: bytes, bounds: FrameBounds) -> dict[str, Any]:
    """What the header says. It is measured before it is read: what is made of it can be many times as large."""
    if _has_more_values(raw, bounds.values):
        raise MalformedFrame(f"header holds more than {bounds.values} values")
    if _bytes_a_character(raw) * len(raw) > 2 * bounds.header_bytes:
        raise MalformedFrame("header is too long for the characters in it")
    # The expression takes long, and nearly no header escapes anything.
    if b"\\u" in raw and _HALF_A_CHARACTER.search(raw):
        raise MalformedFrame("header holds half a character")
    try:
        header = _loads(raw.decode("utf-8"))
    except (ValueError, RecursionError, MemoryError) as error:
        raise MalformedFrame("header is no valid JSON") from error
    if type(header) is not dict or header.keys() != {"sizes", "body"}:
        raise MalformedFrame("header lacks sizes or body")
    return header


def _has_more_values(raw: bytes, most: int) -> bool:
    """Whether the JSON in `raw` has more than `most` values."""

    def begun(start: int, end: int) -> int:
        return sum(raw.count(begin, start, end) for begin in _VALUE_BEGINS)

    if begun(0, len(raw)) <= most:
        return False
    count = start = 0
    for number, text in enumerate(_TEXT.finditer(raw)):
        count += begun(start, text.start())
        # Every text is a value or a value's name.
        if count > most or number > 2 * most:
            return True
        start = text.end()
    return count + begun(start, len(raw)) > most


def _bytes_a_character(raw: bytes) -> int:
    """How many bytes Python takes for each character of `raw`, which is UTF-8, once it is text."""
    if raw.isascii():
        return 1
    if _WIDEST.search(raw):
        return 4
    return 2 if _WIDE.search(raw) else 1


def _cut(data: memoryview, sizes: Any) -> tuple[bytes, ...]:
    if type(sizes) is not list or len(sizes) > _MOST_BLOBS:
        raise MalformedFrame("bad list of blob sizes")
    if any(type(size) is not int or size < 0 for size in sizes) or sum(sizes) != len(data):
        raise MalformedFrame("blob sizes do not add up")
    blobs, start = [], 0
    for size in sizes:
        blobs.append(bytes(data[start : start + size]))
        start += size
    return tuple(blobs)


def send(connection: socket.socket, body: Any, blobs: Sequence[bytes] = ()) -> None:
    """Blocking send of one frame, for the child's side."""
    connection.sendall(pack(body, blobs))


def receive(connection: socket.socket, bounds: FrameBounds = OWN_FRAMES) -> Frame | None:
    """Blocking read of one frame, for the child's side; None when the other side has closed."""
    frame, _ = _receive(connection, bounds, with_descriptor=False)
    return frame


def receive_with_descriptor(connection: socket.socket) -> tuple[Frame | None, int | None]:
    """As `receive`, together with the file descriptor that came along, if any."""
    return _receive(connection, OWN_FRAMES, with_descriptor=True)


def _receive(
    connection: socket.socket, bounds: FrameBounds, *, with_descriptor: bool
) -> tuple[Frame | None, int | None]:
    reader = FrameReader(bounds)
    descriptor: int | None = None
    while missing := reader.missing():
        if with_descriptor:
            data, descriptors, _, _ = socket.recv_fds(connection, missing, 1)
            descriptor = descriptors[0] if descriptors else descriptor
        else:
            data = connection.recv(min(missing, MEBIBYTE))
        if not data:
            return None, descriptor
        reader.feed(data)
    return reader.next(), descriptor
