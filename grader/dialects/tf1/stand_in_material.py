"""The images that go with the network that stands in for the original one, as ``load_ImageNet_val`` gives them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from grader.datasets.pretrained import IMAGES_FILE, PretrainedMaterial, embedded
from grader.dialects.tf1.expected_network import ExpectedNetwork
from grader.dialects.tf1.given_files import given_files

NAME = "SqueezeNet stand-in"


def stand_in_material(handed_out: Mapping[str, bytes], expected: ExpectedNetwork) -> PretrainedMaterial:
    """Of the network in `given_files`. Classes with names are those with images: at most ten, whatever is expected.

    Raises KeyError, ValueError where `handed_out`, the given files of today, lack the network.
    """
    small = _Images(embedded(handed_out), handed_out[IMAGES_FILE])
    return _enlarged(small, expected, stand_in_digest(handed_out, expected))


def stand_in_digest(handed_out: Mapping[str, bytes], expected: ExpectedNetwork) -> str:
    """Of all that decides what the network is and what its images are, as a hexadecimal SHA-256."""
    digest = hashlib.sha256()
    for path, content in sorted(given_files(handed_out, expected).items()):
        digest.update(path.encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()


class _Images:
    """Small images, the same as others that were read from the same bytes."""

    def __init__(self, material: PretrainedMaterial, content: bytes):
        self.material, self._content = material, content

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Images) and self._content == other._content

    def __hash__(self) -> int:
        return hash(self._content)


@lru_cache(maxsize=2)
def _enlarged(small: _Images, expected: ExpectedNetwork, digest: str) -> PretrainedMaterial:
    """Every pixel as many times as go into the size, borders continued; see ``given/Utils/data_utils.py``."""
    material = small.material
    known = np.flatnonzero(material.labels < expected.classes)
    times = max(1, min(expected.height, expected.width) // material.images.shape[1])
    # Values are divided by the enlargement, so that an image keeps its norm.
    images = (material.images[known] / np.float32(times)).repeat(times, axis=1).repeat(times, axis=2)
    missing = [max(extent - images.shape[axis], 0) for axis, extent in ((1, expected.height), (2, expected.width))]
    images = np.pad(images, [(0, 0), *((each // 2, each - each // 2) for each in missing), (0, 0)], "edge")
    images.flags.writeable = False
    return PretrainedMaterial(
        name=NAME,
        digest=digest,
        images=images,
        labels=material.labels[known],
        class_names=material.class_names[: expected.classes],
        mean=material.mean,
        deviation=material.deviation * times,
    )
