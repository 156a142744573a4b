"""The pretrained network of Part 3 as the grader needs it: the images that go with it, and where students' code finds it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

#: Where the hand-out keeps the embedded network, which `Utils/model_utils.py` reads.
WEIGHTS_FILE = "Utils/pretrained_cnn.npz"
IMAGES_FILE = "Utils/pretrained_images.npz"
_NETWORK_FILE = "Utils/model_utils.py"
EMBEDDED = "embedded"
#: Standard deviation of the noise that the assignment's helper draws.
NOISE = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class PretrainedMaterial:
    """A pretrained network and its images.

    name: ``embedded``, or the file's name. digest: of network and images. files: of the work folder, by path, in the place
    of what was handed out; none for the embedded network. folder: to be readable for students' code, None likewise.
    images: float32 ``(n, H, W, 3)`` as ``load_ImageNet_val`` gives them. labels: int64 ``(n,)``, an index of
    `class_names`. mean, deviation: one number each, or one for each colour, float32 ``(3,)``; a pixel (0 to 255) is
    ``X * deviation + mean``. noise: standard deviation of what ``random_noise_image`` draws. stand_in_images: whether the
    images are ours though the network was made for others.
    """

    name: str
    digest: str
    images: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...]
    mean: float | np.ndarray
    deviation: float | np.ndarray
    files: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    folder: Path | None = None
    noise: float = NOISE
    stand_in_images: bool = False

    def pixels(self, images: np.ndarray) -> np.ndarray:
        """Normalised images as pixels uint8 of the same shape, clipped to 0 and 255; what is not finite is black."""
        values = np.nan_to_num(np.asarray(images, np.float64) * self.deviation + self.mean, nan=0.0)
        return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def embedded(given: Mapping[str, bytes]) -> PretrainedMaterial:
    """The network that is handed out; `given` are the files of the hand-out. Raises KeyError, ValueError where it lacks them."""
    digest = hashlib.sha256()
    for path in (_NETWORK_FILE, WEIGHTS_FILE, IMAGES_FILE):
        digest.update(hashlib.sha256(given[path]).digest())
    return PretrainedMaterial(EMBEDDED, digest.hexdigest(), **read_images(given[IMAGES_FILE]))


def read_images(content: bytes) -> dict[str, Any]:
    """What a file of images (``.npz``) says of the fields of `PretrainedMaterial`. Raises KeyError, ValueError."""
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        mean, deviation = _colours(stored["mean"]), _colours(stored["deviation"])
        images = (stored["pixels"].astype(np.float32) - mean) / deviation
        labels, names = stored["labels"].astype(np.int64), tuple(map(str, stored["class_names"]))
    for array in (images, labels):
        array.flags.writeable = False
    return {"images": images, "labels": labels, "class_names": names, "mean": mean, "deviation": deviation}


def _colours(stored: np.ndarray) -> float | np.ndarray:
    """One number, or one for each colour. Raises ValueError."""
    if stored.shape == ():
        return float(np.float32(stored))
    if stored.shape != (3,):
        raise ValueError(f"one number or three, and not {stored.shape}")
    return stored.astype(np.float32)
