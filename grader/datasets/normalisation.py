"""Mean and deviation of every pixel, and images freed of both."""

from __future__ import annotations

import numpy as np

#: Images taken at a time: a few megabytes of float32.
_CHUNK = 500


def mean_and_deviation(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation ``(H, W, C)`` float32 over the N images ``(N, H, W, C)`` uint8.

    Summed in whole numbers, so that every machine gets the same. A value that is the same in all images has deviation
    1, to be divided by without harm.
    """
    count = len(pixels)
    total = np.zeros(pixels.shape[1:], np.int64)
    squares = np.zeros(pixels.shape[1:], np.int64)
    for start in range(0, count, _CHUNK):
        chunk = pixels[start : start + _CHUNK].astype(np.int32)
        total += chunk.sum(axis=0)
        squares += (chunk * chunk).sum(axis=0)
    mean = total / count
    deviation = np.sqrt(count * squares - total * total) / count
    return mean.astype(np.float32), np.where(deviation > 0, deviation, 1).astype(np.float32)


def normalise(
    pixels: np.ndarray, mean: np.ndarray, deviation: np.ndarray, into: np.ndarray | None = None
) -> np.ndarray:
    """``(pixels - mean) / deviation`` as ``(N, H, W, C)`` float32, written to `into` where it is given."""
    result = np.empty(pixels.shape, np.float32) if into is None else into
    for start in range(0, len(pixels), _CHUNK):
        part = slice(start, start + _CHUNK)
        np.subtract(pixels[part], mean, out=result[part], dtype=np.float32)
        result[part] /= deviation
    return result
