"""Modules of other packages that are gone since, and that hand-ins of TensorFlow 1 import: images in SciPy."""

from __future__ import annotations

import importlib
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import numpy as np


def imread(name: Any, flatten: bool = False, mode: str | None = None) -> np.ndarray:
    """An image file as uint8 ``(H, W)``, ``(H, W, 3)`` or ``(H, W, 4)``; with `flatten` as float32 grey values."""
    from PIL import Image

    with Image.open(name) as image:
        if flatten:
            return np.asarray(image.convert("F"))
        converted = image.convert(mode) if mode else image.convert("RGB") if image.mode == "P" else image
        return np.array(converted)


def imresize(arr: Any, size: Any, interp: str = "bilinear", mode: str | None = None) -> np.ndarray:
    """An image resized; `size` is a percentage (int), a factor (float) or ``(height, width)``. Gives uint8."""
    from PIL import Image

    image = Image.fromarray(_bytes(np.asarray(arr)), mode)
    if isinstance(size, int | np.integer):
        size = float(size) / 100
    if isinstance(size, float | np.floating):
        height, width = (round(extent * float(size)) for extent in (image.height, image.width))
    else:
        height, width = (int(extent) for extent in size[:2])
    methods = {
        "nearest": "NEAREST",
        "lanczos": "LANCZOS",
        "bilinear": "BILINEAR",
        "bicubic": "BICUBIC",
        "cubic": "BICUBIC",
    }
    return np.array(image.resize((width, height), getattr(Image.Resampling, methods[interp])))


def imsave(name: Any, arr: Any, format: str | None = None) -> None:
    """Write an image file; values that are not uint8 are stretched to its range."""
    from PIL import Image

    Image.fromarray(_bytes(np.asarray(arr))).save(name, format)


def toimage(arr: Any, **_options: Any) -> Any:
    """The array as an image of Pillow's."""
    from PIL import Image

    return Image.fromarray(_bytes(np.asarray(arr)))


def _bytes(pixels: np.ndarray) -> np.ndarray:
    """uint8 as it is; anything else from its least value to its greatest, on 0 to 255."""
    if pixels.dtype == np.uint8:
        return pixels
    low, high = float(pixels.min()), float(pixels.max())
    return ((pixels - low) * (255.0 / ((high - low) or 1.0)) + 0.5).astype(np.uint8)


class OldModules:
    """Finds ``scipy.misc`` with its functions for images, and ``scipy.ndimage.filters`` where SciPy has none itself."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if fullname == "scipy.misc" or fullname == "scipy.ndimage.filters" and not _has_filters():
            return ModuleSpec(fullname, self, origin="stand-in")  # type: ignore[arg-type]
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = ModuleType(spec.name)
        if spec.name == "scipy.misc":
            functions = (imread, imresize, imsave, toimage)
            module.__dict__.update({function.__name__: function for function in functions})
        else:
            module.__dict__.update(vars(importlib.import_module("scipy.ndimage")))
        return module

    def exec_module(self, module: ModuleType) -> None:
        pass


def _has_filters() -> bool:
    scipy = importlib.import_module("scipy")
    version = tuple(int(part) for part in scipy.__version__.split(".")[:2])
    return version < (2, 0)
