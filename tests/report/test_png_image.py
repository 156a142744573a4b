from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.report.png_image import rebuilt

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(width: int = 2, height: int = 1, depth: int = 8, colour: int = 2, interlace: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


PIXELS = chunk(b"IDAT", zlib.compress(b"\0" + b"\xff\0\0" * 2))
END = chunk(b"IEND")
PICTURE = SIGNATURE + header() + PIXELS + END


def test_a_plain_picture_comes_back_unchanged_with_its_size():
    assert rebuilt(PICTURE) == (PICTURE, 2, 1)


@pytest.mark.parametrize("rider", [b"tEXt", b"zTXt", b"iTXt", b"iCCP", b"eXIf", b"acTL", b"fdAT", b"prIv"])
def test_what_draws_nothing_is_left_out(rider: bytes):
    loaded = SIGNATURE + header() + chunk(rider, b"<script>alert(1)</script>") + PIXELS + END
    assert rebuilt(loaded) == (PICTURE, 2, 1)


def test_what_follows_the_end_is_dropped():
    assert rebuilt(PICTURE + b"<html><script>alert(1)</script>") == (PICTURE, 2, 1)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg/>",
        b"\xff\xd8\xff\xe0 a JPEG",
        SIGNATURE,
        SIGNATURE + PIXELS + END,
        SIGNATURE + header() + END,
        SIGNATURE + header() + PIXELS,
        SIGNATURE + header() + header() + PIXELS + END,
        SIGNATURE + header(width=0) + PIXELS + END,
        SIGNATURE + header(width=100_000) + PIXELS + END,
        SIGNATURE + header(depth=3) + PIXELS + END,
        SIGNATURE + header(colour=5) + PIXELS + END,
        SIGNATURE + header(interlace=2) + PIXELS + END,
        SIGNATURE + chunk(b"IHDR", b"short") + PIXELS + END,
        PICTURE.replace(b"IDAT", b"IDAX"),
        SIGNATURE + header() + struct.pack(">I", 0xFFFFFFFF) + b"IDAT",
    ],
)
def test_what_is_no_sound_png_is_refused(content: bytes):
    assert rebuilt(content) is None


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(PICTURE) - 1), st.integers(0, 255))
def test_a_damaged_byte_is_noticed_or_changes_nothing_that_counts(place: int, byte: int):
    damaged = PICTURE[:place] + bytes([byte]) + PICTURE[place + 1 :]
    found = rebuilt(damaged)
    assert found is None or damaged == PICTURE


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_after_the_signature_are_read_without_an_exception(content: bytes):
    rebuilt(SIGNATURE + content)
