"""What goes with a network that the course supplies, kept ready for students' code: a copy of it, and images of its size."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from grader.datasets.kept_network import IMAGES, enlarged, entry_name, keep, labelled, open_kept
from grader.datasets.pretrained import PretrainedMaterial
from grader.datasets.refusals import DataRefused
from grader.datasets.supplied_network import SuppliedNetwork

#: Read by the assignment's own files in `Utils/`.
LOCATION_FILE = "Utils/model_location.json"
_NETWORK = "network.keras"


def keep_supplied(
    cache: Path,
    supplied: SuppliedNetwork,
    base: PretrainedMaterial,
    classes: int,
    predicted: Callable[[np.ndarray], np.ndarray],
) -> Path:
    """The cache entry's folder, made of the network's file and of the images of `base`, enlarged or reduced.

    `predicted` tells the class (n,) that the network sees in normalised images (n, H, W, 3); it is not asked where
    the network's classes are those of `base`. Raises DataRefused where the classes' names do not fit `classes`, or
    where the cache cannot be written.
    """
    # Without names, a network of as many classes may well be one for other images.
    names = supplied.class_names or tuple(f"class {number}" for number in range(classes))
    if len(names) != classes:
        raise DataRefused.because(
            "class_names", file=supplied.file.with_suffix(".json"), names=len(names), classes=classes
        )
    height, width, _ = supplied.image_shape
    pixels = enlarged(base, height, width)
    mean = np.float32(base.mean if supplied.mean is None else supplied.mean)
    deviation = np.float32(base.deviation if supplied.deviation is None else supplied.deviation)
    if names == base.class_names:
        labels = base.labels[: len(pixels)]
    else:
        labels = labelled(predicted((pixels.astype(np.float32) - mean) / deviation), classes)
    arrays = {"pixels": pixels, "labels": labels, "class_names": np.array(names), "mean": mean, "deviation": deviation}

    def write(path: Path) -> None:
        shutil.copyfile(supplied.file, path)

    return keep(cache, entry_name(supplied.digest, base), supplied.file.name, _NETWORK, write, arrays)


def open_supplied(folder: Path, seen: Path) -> PretrainedMaterial:
    """The material in the cache entry `folder`, which students' code sees as `seen`. Raises DamagedEntry."""
    kept = open_kept(folder)
    location = {"file": str(seen / _NETWORK), "images": str(seen / IMAGES)}
    return PretrainedMaterial(
        name=kept.name,
        digest=kept.digest,
        files={LOCATION_FILE: json.dumps(location, indent=1).encode()},
        folder=folder,
        **kept.images,
    )
