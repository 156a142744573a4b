"""What goes with a supplied network, and where students' code finds it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest

from grader.datasets.kept_network import entry_name, is_kept, resized
from grader.datasets.pretrained import IMAGES_FILE, PretrainedMaterial, embedded
from grader.datasets.refusals import DamagedEntry, DataRefused
from grader.datasets.supplied_material import LOCATION_FILE, keep_supplied, open_supplied
from grader.datasets.supplied_network import SuppliedNetwork, read_supplied
from tests.datasets.keras_files import write_keras

COUNT = 30


@pytest.fixture
def base() -> PretrainedMaterial:
    generator = np.random.default_rng(0)
    content = io.BytesIO()
    np.savez(
        content, pixels=generator.integers(0, 256, (COUNT, 8, 8, 3), dtype=np.uint8), labels=np.arange(COUNT) % 3,
        class_names=np.array(["disk", "ring", "star"]), mean=np.float32(127.5), deviation=np.float32(64),
    )  # fmt: skip
    return embedded({"Utils/model_utils.py": b"", "Utils/pretrained_cnn.npz": b"", IMAGES_FILE: content.getvalue()})


@pytest.fixture
def supplied(tmp_path: Path) -> SuppliedNetwork:
    return read_supplied(write_keras(tmp_path / "course.keras", [None, 12, 20, 3]))


def brightness(images: np.ndarray) -> np.ndarray:
    """A network with five classes."""
    return (images.mean(axis=(1, 2, 3)) > 0) * 4


def test_the_embedded_material_is_normalised_and_turns_back_into_pixels(base: PretrainedMaterial) -> None:
    assert base.name == "embedded" and base.files == {} and base.folder is None
    assert base.images.dtype == np.float32 and base.labels.dtype == np.int64 and not base.images.flags.writeable
    assert np.array_equal(base.pixels((base.pixels(base.images) - 127.5) / 64), base.pixels(base.images))
    assert base.pixels(np.array([-9.0, np.nan, np.inf, 9.0])).tolist() == [0, 0, 255, 255]


def test_images_take_the_networks_size_and_labels_mostly_its_opinion(
    tmp_path: Path, base: PretrainedMaterial, supplied: SuppliedNetwork
) -> None:
    folder = keep_supplied(tmp_path / "cache", supplied, base, 5, brightness)
    material = open_supplied(folder, Path("/seen"))
    assert material.images.shape == (COUNT, 12, 20, 3) and material.name == "course.keras"
    assert material.class_names == ("class 0", "class 1", "class 2", "class 3", "class 4")
    agrees = material.labels == brightness(material.images)
    assert 0.7 < agrees.mean() < 0.8 and material.labels.max() < 5
    assert (material.mean, material.deviation, material.folder) == (127.5, 64.0, folder)


def test_students_code_is_told_where_the_copies_lie(
    tmp_path: Path, base: PretrainedMaterial, supplied: SuppliedNetwork
) -> None:
    folder = keep_supplied(tmp_path / "cache", supplied, base, 5, brightness)
    location = json.loads(open_supplied(folder, Path("/seen")).files[LOCATION_FILE])
    assert location == {"file": "/seen/network.keras", "images": "/seen/images.npz"}
    assert (folder / "network.keras").read_bytes() == supplied.file.read_bytes()


def test_a_network_for_the_same_classes_keeps_their_labels(
    tmp_path: Path, base: PretrainedMaterial, supplied: SuppliedNetwork
) -> None:
    notes = '{"class_names": ["disk", "ring", "star"], "mean": 0, "deviation": 1}'
    supplied.file.with_suffix(".json").write_text(notes, encoding="utf-8")
    folder = keep_supplied(tmp_path / "cache", read_supplied(supplied.file), base, 3, lambda images: 1 / 0)
    material = open_supplied(folder, folder)
    assert np.array_equal(material.labels, base.labels) and material.images.max() > 200


def test_names_that_do_not_fit_the_network_are_refused(
    tmp_path: Path, base: PretrainedMaterial, supplied: SuppliedNetwork
) -> None:
    supplied.file.with_suffix(".json").write_text('{"class_names": ["a", "b"]}', encoding="utf-8")
    with pytest.raises(DataRefused, match=r"course\.json: class_names has 2 names, and the network has 5 classes"):
        keep_supplied(tmp_path / "cache", read_supplied(supplied.file), base, 5, brightness)


def test_a_kept_network_that_was_changed_is_not_used(
    tmp_path: Path, base: PretrainedMaterial, supplied: SuppliedNetwork
) -> None:
    cache, name = tmp_path / "cache", entry_name(supplied.digest, base)
    assert not is_kept(cache, name)
    copy = keep_supplied(cache, supplied, base, 5, brightness) / "network.keras"
    assert is_kept(cache, name)
    copy.chmod(0o644)
    copy.write_bytes(b"other")
    assert not is_kept(cache, name)
    with pytest.raises(DamagedEntry):
        open_supplied(cache / name, cache / name)
    assert keep_supplied(cache, supplied, base, 5, brightness) == cache / name and is_kept(cache, name)


def test_large_images_are_fewer(tmp_path: Path, base: PretrainedMaterial) -> None:
    large = read_supplied(write_keras(tmp_path / "large.keras", [None, 300, 300, 3]))
    folder = keep_supplied(tmp_path / "cache", large, base, 5, brightness)
    assert open_supplied(folder, folder).images.shape == (20, 300, 300, 3)


def test_resizing_interpolates_and_keeps_what_is_even() -> None:
    ramp = np.arange(0, 80, 10, dtype=np.uint8).reshape(1, 1, 8, 1)
    assert resized(ramp, 1, 16).ravel()[1:7].tolist() == [2, 8, 12, 18, 22, 28]
    assert resized(ramp, 1, 8).ravel().tolist() == ramp.ravel().tolist()
    assert set(resized(np.full((2, 5, 6, 3), 77, np.uint8), 9, 4).ravel().tolist()) == {77}
