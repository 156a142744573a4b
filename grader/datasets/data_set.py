"""What is handed on: images and labels in three splits, with where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

#: Height, width, colour channels (red, green, blue) of every image.
IMAGE_SHAPE = (32, 32, 3)
CLASS_COUNT = 10


class DataKind(StrEnum):
    """Which images these are. A model made for one of them is not judged on another."""

    CIFAR10 = "cifar10"
    CIFAR10_SUBSET = "cifar10_subset"
    STAND_IN = "stand_in"


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """N images. All arrays are read-only.

    pixels: ``(N, 32, 32, 3)`` uint8, as they would be shown.
    images: ``(N, 32, 32, 3)`` float32, `pixels` less the training set's mean, divided by its deviation, pixel by pixel.
    labels: ``(N,)`` int64, 0 to 9.
    """

    pixels: np.ndarray
    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True, eq=False)
class DataSet:
    """A data set ready for use; its arrays are read-only maps of the ``.npy`` files in `folder`.

    mean, deviation: ``(32, 32, 3)`` float32, in the units of `pixels`, over the training images (a subset has those of
    the whole training set).
    provenance: a sentence for reports. digest: SHA-256 over pixels and labels of all splits, in hexadecimal digits.
    asked_for: false where the stand-in is used only because there is no CIFAR-10.
    """

    kind: DataKind
    name: str
    train: Split
    validation: Split
    test: Split
    class_names: tuple[str, ...]
    mean: np.ndarray
    deviation: np.ndarray
    provenance: str
    digest: str
    folder: Path
    asked_for: bool

    def contract_arrays(self) -> Mapping[str, np.ndarray]:
        """Images (normalised) and labels under the names that the assignment uses."""
        splits = {"train": self.train, "val": self.validation, "test": self.test}
        images = {f"X_{name}": split.images for name, split in splits.items()}
        return images | {f"Y_{name}": split.labels for name, split in splits.items()}
