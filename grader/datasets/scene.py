"""Draws the stand-in's images: one shape each, among everything that makes it hard to see.

A scene is built back to front: a cloudy background, two stray bars, the object with texture and shading, sometimes a
bar in front of it, then brightness, contrast and noise. The shape decides the class; colour and texture only lean
towards it. Scenes are drawn many at a time, as arrays ``(N, 3, 32, 32)`` float32 in which 0 is black and 1 is white.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.datasets.data_set import CLASS_COUNT
from grader.datasets.shapes import SHAPES

SIZE = 32
#: Scenes drawn at a time: few enough to stay in the processor's cache. Part of the recipe, as it decides which random
#: number goes where.
SCENES_AT_A_TIME = 100


@dataclass(frozen=True, slots=True)
class Difficulty:
    """What the scenes are drawn from. Lengths are in pixels, colours from 0 to 1; intervals are drawn from evenly."""

    radius: tuple[float, float] = (7.5, 12.0)
    shift: float = 3.5  # of the object's centre, at most, along each axis
    rotation: float = 0.65  # radians, at most
    stretch: float = 0.18  # natural logarithm of the object's width by its height, halved, at most
    hue_deviation: float = 0.17  # of the object's hue around its class's hue; hues go round once from 0 to 1
    contrast: tuple[float, float] = (0.25, 0.8)  # least distance between object and background as RGB vectors
    preferred_texture: float = 0.35  # share of objects that have their class's texture; the others have any
    texture: float = 0.21  # amplitude
    shading: float = 0.25  # brightness difference from centre to outline, at most
    clouds: float = 0.14  # amplitude of the background
    stray_bars: int = 2
    occluded: float = 0.35  # share of objects with a bar in front
    photometric: float = 0.1  # brightness changes by at most this, contrast by a factor of 0.8 to 1.1
    noise: float = 11.0  # standard deviation, of 255


#: In which a linear classifier is right in about 30 % of cases and a small convolutional network in 65 to 85 %.
STANDARD = Difficulty()


def draw_scenes(labels: np.ndarray, generator: np.random.Generator, difficulty: Difficulty = STANDARD) -> np.ndarray:
    """Pixels ``(N, 32, 32, 3)`` uint8 of one scene for each of the `labels` ``(N,)``."""
    pixels = np.empty((len(labels), SIZE, SIZE, 3), np.uint8)
    for start in range(0, len(labels), SCENES_AT_A_TIME):
        part = slice(start, start + SCENES_AT_A_TIME)
        painter = _Painter(labels[part], generator, difficulty)
        pixels[part] = painter.paint().transpose(0, 2, 3, 1)
    return pixels


class _Painter:
    """Draws one lot of scenes."""

    def __init__(self, labels: np.ndarray, generator: np.random.Generator, difficulty: Difficulty):
        self._labels = labels
        self._generator = generator
        self._difficulty = difficulty
        self._count = len(labels)

    def paint(self) -> np.ndarray:
        """The scenes as ``(N, 3, 32, 32)`` uint8."""
        base = self._colour(saturation=(0.1, 0.7), value=(0.25, 0.85))
        canvas = base[:, :, None, None] + np.float32(self._difficulty.clouds) * self._clouds()
        for _ in range(self._difficulty.stray_bars):
            self._paint_bar(canvas, visible=1.0)
        self._paint_object(canvas, base)
        visible = self._generator.random(self._count) < self._difficulty.occluded
        self._paint_bar(canvas, visible=visible[:, None, None].astype(np.float32))
        return self._photograph(canvas)

    def _clouds(self) -> np.ndarray:
        """Smooth noise of two scales, each channel its own: ``(N, 3, 32, 32)``."""
        coarse, fine = (self._normal(self._count, 3, cells, cells) for cells in (4, 9))
        return _enlarge(coarse) + np.float32(0.5) * _enlarge(fine)

    def _paint_bar(self, canvas: np.ndarray, visible: float | np.ndarray) -> None:
        """A bar of any place, direction and colour."""
        x, y = self._field(0, SIZE - 1), self._field(0, SIZE - 1)
        along, across = _rotated(_COLUMN - x, _ROW - y, self._field(0, np.pi))
        inside = np.minimum(self._field(2, 7) - np.abs(along), self._field(0.7, 1.8) - np.abs(across))
        colour = self._colour(saturation=(0.1, 0.9), value=(0.1, 1.0))
        _blend(canvas, _coverage(inside) * visible, colour[:, :, None, None])

    def _paint_object(self, canvas: np.ndarray, background: np.ndarray) -> None:
        """The shape of the scene's label, where the background is roughly of the colours `background` ``(N, 3)``."""
        limits, middle = self._difficulty, (SIZE - 1) / 2
        radius = self._field(*limits.radius)
        x = _COLUMN - middle - self._field(-limits.shift, limits.shift)
        y = _ROW - middle - self._field(-limits.shift, limits.shift)
        u, v = _rotated(x, y, self._field(-limits.rotation, limits.rotation))
        stretch = np.exp(self._field(-limits.stretch, limits.stretch))
        u, v = u * stretch / radius, v / stretch / radius
        distance = np.empty_like(u)
        for label, shape in enumerate(SHAPES.values()):
            chosen = self._labels == label
            distance[chosen] = shape(u[chosen], v[chosen])
        surface = np.float32(limits.texture) * self._texture(x, y)
        surface += self._field(-limits.shading, limits.shading) * (u + v)
        colour = self._object_colour(background)[:, :, None, None] + surface[:, None]
        _blend(canvas, _coverage(distance * radius), colour)

    def _object_colour(self, background: np.ndarray) -> np.ndarray:
        """Colours ``(N, 3)`` that lean towards their class's hue and keep their distance from the background."""
        limits = self._difficulty
        hue = self._labels / CLASS_COUNT + self._generator.normal(0, limits.hue_deviation, self._count)
        colour = self._colour(saturation=(0.3, 0.95), value=(0.2, 1.0), hue=(hue % 1).astype(np.float32))
        difference = colour - background
        distance = np.sqrt((difference * difference).sum(axis=1, keepdims=True)) + np.float32(1e-6)
        least = self._between(*limits.contrast, self._count)[:, None]
        return background + difference / distance * np.maximum(distance, least)

    def _texture(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Values from about -1 to 1, ``(N, 32, 32)``: plain, stripes, checks or speckles."""
        kinds = self._generator.integers(0, 4, self._count)
        prefers = self._generator.random(self._count) < self._difficulty.preferred_texture
        kinds = np.where(prefers, self._labels % 4, kinds)
        frequency = self._field(1.2, 2.4)
        texture = np.zeros((self._count, SIZE, SIZE), np.float32)
        striped, checked = (kinds == 1) | (kinds == 2), kinds == 2
        texture[striped] = np.sin(x * frequency)[striped]
        texture[checked] *= np.sin(y * frequency)[checked]
        speckled = np.flatnonzero(kinds == 3)
        texture[speckled] = self._normal(len(speckled), SIZE, SIZE)
        return texture

    def _photograph(self, canvas: np.ndarray) -> np.ndarray:
        """Contrast, brightness, noise, and whole numbers.

        From here on everything is counted in sixteenths of a level: where two processors differ in the last bits of a
        float, hardly any pixel differs, and then by one level.
        """
        limits = self._difficulty
        contrast = 1 + self._field(-2, 1)[..., None] * np.float32(limits.photometric)
        brightness = self._field(-1, 1)[..., None] * np.float32(limits.photometric)
        light = (canvas - np.float32(0.5)) * contrast + np.float32(0.5) + brightness
        noise = self._normal(*canvas.shape) * np.float32(limits.noise * 16)
        sixteenths = np.rint(np.clip(light, -1, 2) * np.float32(255 * 16)).astype(np.int32)
        return np.clip((sixteenths + np.rint(noise).astype(np.int32)) >> 4, 0, 255).astype(np.uint8)

    def _colour(
        self, saturation: tuple[float, float], value: tuple[float, float], hue: np.ndarray | None = None
    ) -> np.ndarray:
        """RGB ``(N, 3)`` of any hue, or of those given ``(N,)``."""
        hues = self._between(0, 1, self._count) if hue is None else hue
        return _rgb(hues, self._between(*saturation, self._count), self._between(*value, self._count))

    def _field(self, low: float, high: float) -> np.ndarray:
        """One number a scene, ``(N, 1, 1)``."""
        return self._between(low, high, self._count)[:, None, None]

    def _between(self, low: float, high: float, count: int) -> np.ndarray:
        return self._generator.uniform(low, high, count).astype(np.float32)

    def _normal(self, *shape: int) -> np.ndarray:
        return self._generator.standard_normal(shape, dtype=np.float32)


_ROW = np.arange(SIZE, dtype=np.float32)[None, :, None]
_COLUMN = np.arange(SIZE, dtype=np.float32)[None, None, :]


def _blend(canvas: np.ndarray, coverage: np.ndarray, colour: np.ndarray) -> None:
    """Covers the canvas ``(N, 3, 32, 32)`` with `colour` where `coverage` ``(N, 32, 32)`` is 1, not where it is 0."""
    canvas += coverage[:, None] * (colour - canvas)


def _coverage(distance: np.ndarray) -> np.ndarray:
    """How much of a pixel is inside, from the distance of its centre to the outline in pixels."""
    return np.clip(distance + np.float32(0.5), 0, 1)


def _rotated(x: np.ndarray, y: np.ndarray, angle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    cosine, sine = np.cos(angle), np.sin(angle)
    return x * cosine + y * sine, y * cosine - x * sine


def _rgb(hue: np.ndarray, saturation: np.ndarray, value: np.ndarray) -> np.ndarray:
    """RGB ``(N, 3)`` of hue, saturation and value, ``(N,)`` each, from 0 to 1."""
    sector = (np.array([5, 3, 1], np.float32) + 6 * hue[:, None]) % 6
    share = np.clip(np.minimum(sector, 4 - sector), 0, 1)
    return value[:, None] * (1 - saturation[:, None] * share)


def _enlarge(cells: np.ndarray) -> np.ndarray:
    """``(..., K, K)`` to ``(..., 32, 32)``, the corners kept, by cosine interpolation."""
    count = cells.shape[-1]
    position = np.linspace(0, count - 1, SIZE)
    left = np.minimum(position.astype(np.int64), count - 2)
    weight = (1 - np.cos(np.pi * (position - left))) / 2
    matrix = np.zeros((SIZE, count), np.float32)
    matrix[np.arange(SIZE), left] = 1 - weight
    matrix[np.arange(SIZE), left + 1] = weight
    return matrix @ cells @ matrix.T
