"""A user with an empty home, a stand-in that is drawn in no time, and a CIFAR-10 of 120 images."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.datasets import loading, stand_in
from grader.datasets.profile import ImagesPerClass, Profile
from tests.datasets.fake_cifar10 import make_fake, write_folder

SIZES = {"train": 20, "validation": 10, "test": 10}


def use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes these the only data that this process finds; returns the folder of the small CIFAR-10, which has to be named."""
    fake = make_fake()
    for name in ("home", "work"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(stand_in.obtain_stand_in, "__defaults__", (SIZES,))
    for function in (loading.look, loading.load):
        monkeypatch.setattr(function, "__defaults__", (fake.published,))
    wanted = {
        Profile.QUICK: ImagesPerClass(3, 1, 1),
        Profile.CHECKPOINT: ImagesPerClass(3, None, None),
        Profile.FULL: ImagesPerClass(),
    }
    monkeypatch.setattr(loading, "IMAGES_PER_CLASS", wanted)
    return write_folder(tmp_path / "batches", fake.python)
