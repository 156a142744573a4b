"""What is told of a checkpoint and of the images beside it without opening either."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from grader.datasets.label_pickle import read_labels
from grader.datasets.refusals import DataRefused, NotLabels
from grader.datasets.sample_images import read_sample_images
from grader.datasets.supplied_checkpoint import PARTS, checkpoint_prefix, read_checkpoint
from tests.checkpoints import write_images

NAMES = {number: f"name {number}, another" for number in range(1000)}


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    for part in PARTS:
        (tmp_path / f"squeezenet.ckpt{part}").write_bytes(part.encode())
    return tmp_path / "squeezenet.ckpt"


@pytest.mark.parametrize("ending", ["", *PARTS])
def test_it_may_be_named_by_any_of_its_files(prefix: Path, ending: str) -> None:
    assert checkpoint_prefix(prefix.with_name(prefix.name + ending)) == prefix


def test_other_files_are_no_checkpoint(tmp_path: Path) -> None:
    assert checkpoint_prefix(tmp_path / "course.keras") is None and checkpoint_prefix(tmp_path / "a.h5") is None


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_missing_is_named(prefix: Path, part: str) -> None:
    prefix.with_name(prefix.name + part).unlink()
    with pytest.raises(DataRefused, match=f"incomplete, squeezenet.ckpt{part} is missing"):
        read_checkpoint(prefix)


def test_no_checkpoint_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="no such checkpoint"):
        read_checkpoint(tmp_path / "squeezenet.ckpt")


def test_its_digest_changes_with_every_file(prefix: Path) -> None:
    digests = {read_checkpoint(prefix).digest}
    write_images(prefix.with_name("imagenet_val_25.npz"), (16, 16))
    digests.add(read_checkpoint(prefix).digest)
    prefix.with_name(prefix.name + PARTS[2]).write_bytes(b"other")
    digests.add(read_checkpoint(prefix).digest)
    assert len(digests) == 3


def test_images_and_the_first_of_each_class_names_are_read(tmp_path: Path) -> None:
    write_images(tmp_path / "images.npz", (16, 24), classes=12)
    found = read_sample_images(tmp_path / "images.npz")
    assert found.pixels.shape == (25, 16, 24, 3) and found.pixels.dtype == np.uint8 and found.labels.dtype == np.int64
    assert found.class_names(13)[::6] == ("name 0", "name 6", "class 12")


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"X": np.zeros((6, 8, 8), np.uint8)}, "X is uint8"),
        ({"X": np.zeros((6, 8, 8, 3), np.float32)}, "X is float32"),
        ({"y": np.zeros(5, np.int64)}, "y is int64"),
        ({"y": np.full(6, -1)}, "from 0 on"),
        ({"label_map": np.zeros(3)}, "not one dict"),
        ({"label_map": np.array(print, dtype=object)}, "builtins.print"),
    ],
)
def test_other_arrays_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray], said: str) -> None:
    right = {
        "X": np.zeros((6, 8, 8, 3), np.uint8),
        "y": np.zeros(6, np.int64),
        "label_map": np.array(NAMES, dtype=object),
    }
    np.savez(tmp_path / "images.npz", **{**right, **arrays})
    with pytest.raises(DataRefused, match=said):
        read_sample_images(tmp_path / "images.npz")


def test_an_array_that_is_missing_and_a_file_that_is_no_archive_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "images.npz", X=np.zeros((6, 8, 8, 3), np.uint8))
    with pytest.raises(DataRefused, match="expected the arrays X, y and label_map"):
        read_sample_images(tmp_path / "images.npz")
    (tmp_path / "images.npz").write_bytes(b"no archive")
    with pytest.raises(DataRefused, match="cannot be read"):
        read_sample_images(tmp_path / "images.npz")


@pytest.mark.parametrize("protocol", range(6))
def test_names_are_read_from_pickles_of_every_protocol(protocol: int) -> None:
    numbers = {np.int64(number): name for number, name in NAMES.items()}
    for held in (NAMES, numbers):
        assert read_labels(pickle.dumps(np.array(held, dtype=object), protocol)) == NAMES


class _Calls:
    def __init__(self, function: object, *given: object):
        self._called = function, given

    def __reduce__(self) -> object:
        return self._called


def test_a_pickle_that_would_do_something_is_not_run(tmp_path: Path) -> None:
    target = tmp_path / "made"
    for held in (
        _Calls(Path.touch, target),
        _Calls(np.ndarray, (1 << 40,)),
        _Calls(eval, f"open({str(target)!r}, 'w')"),
    ):
        with pytest.raises(NotLabels):
            read_labels(pickle.dumps({0: held}))
    assert not target.exists()


@pytest.mark.parametrize("content", [b"", b"junk", pickle.dumps([1]), pickle.dumps({"a": "b"}), pickle.dumps({0: 1.5})])
def test_anything_else_is_no_dict_of_names(content: bytes) -> None:
    with pytest.raises(NotLabels):
        read_labels(content)
