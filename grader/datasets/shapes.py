"""The ten shapes that the stand-in's classes are, as signed distance fields.

A field is positive inside the shape, 0 on its outline and negative outside; near the outline it is about the distance to it.
Coordinates u (rightwards) and v (downwards) are float32 arrays in units of the object's radius, (0, 0) its centre.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

Field = Callable[[np.ndarray, np.ndarray], np.ndarray]


def _radius(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.sqrt(u * u + v * v)


def _box(u: np.ndarray, v: np.ndarray, half_width: float, half_height: float) -> np.ndarray:
    return np.minimum(half_width - np.abs(u), half_height - np.abs(v))


def disk(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return 0.85 - _radius(u, v)


def ring(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return 0.22 - np.abs(_radius(u, v) - 0.72)


def square(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return _box(u, v, 0.75, 0.75)


def triangle(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Equilateral, one corner up: the three sides are as far from the centre."""
    slanted = 0.866 * np.abs(u) - 0.5 * v
    return 0.48 - np.maximum(v, slanted)


def cross(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.maximum(_box(u, v, 0.27, 0.95), _box(u, v, 0.95, 0.27))


def star(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Five points: the outline's radius falls and rises linearly between 1.05 and 0.40 with the angle."""
    fifth = np.arctan2(v, u) * np.float32(5 / (2 * np.pi))
    towards_point = 2 * np.abs(fifth % 1 - 0.5)
    return 0.40 + 0.65 * towards_point - _radius(u, v)


def crescent(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """A disk without a smaller one that lies to the right."""
    return np.minimum(0.92 - _radius(u, v), _radius(u - 0.45, v) - 0.68)


def bars(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Two parallel bars, one above the other."""
    return _box(u, np.abs(v) - 0.48, 0.88, 0.2)


def tee(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.maximum(_box(u, v + 0.62, 0.9, 0.24), _box(u, v, 0.24, 0.86))


def hourglass(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.minimum(0.85 - np.abs(v), np.abs(v) - np.abs(u) + 0.12)


#: Class name to shape; the order is that of the labels 0 to 9.
SHAPES: Mapping[str, Field] = MappingProxyType(
    {shape.__name__: shape for shape in (disk, ring, square, triangle, cross, star, crescent, bars, tee, hourglass)}
)
