"""PNG files: one taken apart and put together again, so that nothing rides along with the picture; and one of pixels."""

from __future__ import annotations

import struct
import zlib

import numpy as np

_SIGNATURE = b"\x89PNG\r\n\x1a\n"

#: Chunks that draw. Texts, profiles, animations and whatever else a file may carry are left out.
_KEPT = frozenset((b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"))

#: Largest side in pixels: a plot stays far below it, and a picture of this size is no burden to a browser.
_LARGEST_SIDE = 6000

#: Colour type to the bit depths that go with it.
_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}


def rebuilt(content: bytes) -> tuple[bytes, int, int] | None:
    """The picture as a PNG of its own, its width and its height in pixels; None where `content` is no sound PNG.

    What follows the picture's end is dropped, and so are all chunks that draw nothing. Pixels are not looked at.
    """
    if not content.startswith(_SIGNATURE):
        return None
    size = None
    kinds: list[bytes] = []
    parts = [_SIGNATURE]
    at = len(_SIGNATURE)
    while kinds[-1:] != [b"IEND"]:
        if at + 12 > len(content):
            return None
        (length,) = struct.unpack_from(">I", content, at)
        kind, end = content[at + 4 : at + 8], at + 12 + length
        if end > len(content) or zlib.crc32(content[at + 4 : end - 4]) != struct.unpack_from(">I", content, end - 4)[0]:
            return None
        if not kinds:
            size = _size(content[at + 8 : end - 4]) if kind == b"IHDR" else None
            if size is None:
                return None
        if kind in _KEPT:
            kinds.append(kind)
            parts.append(content[at:end])
        at = end
    if size is None or b"IDAT" not in kinds or kinds.count(b"IHDR") > 1:
        return None
    return b"".join(parts), *size


def _size(header: bytes) -> tuple[int, int] | None:
    if len(header) != 13:
        return None
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", header)
    sound = depth in _DEPTHS.get(colour, ()) and compression == 0 and filtering == 0 and interlace <= 1
    return (width, height) if sound and 0 < width <= _LARGEST_SIDE and 0 < height <= _LARGEST_SIDE else None


def encoded(pixels: np.ndarray) -> bytes:
    """A PNG of `pixels` ``(H, W, 3)`` uint8, red, green, blue."""
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each row starts with its filter: none
    rows[:, 1:] = pixels.reshape(height, 3 * width)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
