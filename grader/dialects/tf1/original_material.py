"""What goes with the original network where the course supplies it: its graph, its variables made constants, and images."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from grader.datasets.kept_network import IMAGES, enlarged, entry_name, keep, labelled, open_kept
from grader.datasets.pretrained import PretrainedMaterial
from grader.datasets.supplied_checkpoint import DEVIATIONS, IMAGES_NAME, MEANS, SuppliedCheckpoint
from grader.dialects.tf1.expected_network import ExpectedNetwork
from grader.dialects.tf1.given_files import EXPECTED_FILE, expected_file

#: Read by the modules that TensorFlow 1 hand-ins find given; its paths are those of the graph and of the images.
LOCATION_FILE = "Utils/original_network.json"
_GRAPH = "network.pb"
_STAND_IN_IMAGES = "stand_in_images"
#: Standard deviation of pixels that are drawn evenly from 0 to 255, as the original's noise is.
_NOISE = 255 / np.sqrt(12)


def location(graph: str, images: str, size: ExpectedNetwork) -> dict[str, bytes]:
    """Files of the work folder in which hand-ins find the original of that `size`."""
    told = {"graph": graph, "images": images}
    return {LOCATION_FILE: json.dumps(told, indent=1).encode(), EXPECTED_FILE: expected_file(size)}


def original_images(supplied: SuppliedCheckpoint, base: PretrainedMaterial, size: ExpectedNetwork) -> dict[str, Any]:
    """The images as they are kept, without the labels of such as are made of those of `base`.

    Raises DataRefused where those beside the checkpoint are not of that `size`.
    """
    mean, deviation = (255 * np.array(shares, np.float32) for shares in (MEANS, DEVIATIONS))
    normalisation = {"mean": mean, "deviation": deviation}
    found = supplied.images
    if found is None:
        names = np.array([f"class {number}" for number in range(size.classes)])
        return {"pixels": enlarged(base, size.height, size.width), "class_names": names, **normalisation}
    found.require(supplied.prefix.with_name(IMAGES_NAME), size.height, size.width, size.classes)
    names = np.array(found.class_names(size.classes))
    return {"pixels": found.pixels, "labels": found.labels, "class_names": names, **normalisation}


def keep_original(
    cache: Path,
    supplied: SuppliedCheckpoint,
    base: PretrainedMaterial,
    graph: bytes,
    images: Mapping[str, Any],
    predicted: Callable[[np.ndarray], np.ndarray],
) -> Path:
    """The cache entry's folder. `predicted` tells the class (n,) that the network sees in normalised images (n, H, W, 3)
    where `images` have no labels. Raises DataRefused where the cache cannot be written."""
    if "labels" not in images:
        normalised = (images["pixels"].astype(np.float32) - images["mean"]) / images["deviation"]
        images = {**images, "labels": labelled(predicted(normalised), len(images["class_names"]))}

    def write(path: Path) -> None:
        path.write_bytes(graph)

    facts = {_STAND_IN_IMAGES: supplied.images is None}
    return keep(cache, entry_name(supplied.digest, base), supplied.prefix.name, _GRAPH, write, images, **facts)


def open_original(folder: Path, seen: Path) -> PretrainedMaterial:
    """The material in the cache entry `folder`, which students' code sees as `seen`. Raises DamagedEntry."""
    kept = open_kept(folder)
    height, width = kept.images["images"].shape[1:3]
    size = ExpectedNetwork(height, width, len(kept.images["class_names"]))
    return PretrainedMaterial(
        name=kept.name,
        digest=kept.digest,
        files=location(str(seen / _GRAPH), str(seen / IMAGES), size),
        folder=folder,
        noise=float(_NOISE / np.mean(kept.images["deviation"])),
        stand_in_images=kept.facts.get(_STAND_IN_IMAGES) is True,
        **kept.images,
    )
