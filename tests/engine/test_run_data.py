"""Which images a run uses: what students' code is served, and what the grader measures with."""

from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path

import numpy as np
import pytest

from grader.datasets.profile import Profile
from grader.datasets.refusals import DamagedEntry, DataRefused
from grader.engine import run_data, seed
from tests.engine import small_data


@pytest.fixture
def cifar10(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    return str(small_data.use(tmp_path, monkeypatch))


def test_the_stand_in_serves_and_is_measured_with_and_says_whether_it_was_asked_for(cifar10: str) -> None:
    asked, found = (run_data.settle(choice, Profile.QUICK, {}) for choice in ("stand-in", None))
    assert asked.asked_for and not found.asked_for
    assert asked.name == found.name == "stand-in" and asked.digest == found.digest
    data = found.open()
    assert data.served is data.judged and data.is_stand_in and not data.pays
    assert asked.open().pays and asked.pays and not found.pays


@pytest.mark.parametrize("profile", list(Profile))
def test_cifar10_is_measured_with_on_all_its_validation_and_test_images(cifar10: str, profile: Profile) -> None:
    data = run_data.settle(cifar10, profile, {}).open()
    assert len(data.judged.validation) == len(data.judged.test) == 20
    assert len(data.served.test) == (10 if profile is Profile.QUICK else 20)
    assert data.profile is profile and data.pays
    assert run_data.settle(cifar10, profile, {}).pays
    assert data.paying_split(3)[0] == "test"


def test_what_is_not_measured_with_is_not_made(cifar10: str) -> None:
    settled = run_data.settle(cifar10, Profile.QUICK, {}, measured=False)
    assert settled.judged == settled.served
    assert settled.digest != run_data.settle(cifar10, Profile.QUICK, {}).digest


@pytest.mark.parametrize("profile", [Profile.CHECKPOINT, Profile.FULL])
def test_profiles_that_are_about_cifar10_refuse_to_start_without_it(cifar10: str, profile: Profile) -> None:
    with pytest.raises(DataRefused, match=f"profile {profile.value} needs CIFAR-10.*--data"):
        run_data.settle(None, profile, {})
    assert run_data.settle("stand-in", profile, {}).asked_for


def test_it_travels_to_workers_which_map_what_was_settled(cifar10: str) -> None:
    settled = pickle.loads(pickle.dumps(run_data.settle("stand-in", Profile.QUICK, {})))
    data = settled.open()
    assert isinstance(data.served.train.images.base, np.memmap)
    with pytest.raises(DamagedEntry):
        dataclasses.replace(settled, served=settled.served / "gone", judged=settled.served / "gone").open()


def test_hidden_images_follow_from_content_and_salt_alone(cifar10: str) -> None:
    data = run_data.settle("stand-in", Profile.QUICK, {}).open()

    def labels(content: str, salt: bytes) -> bytes:
        name, split = data.paying_split(seed.derive(content, salt))
        assert name == "hidden" and len(split) == 1000
        return split.labels.tobytes()

    first = labels("a" * 64, b"salt")
    assert labels("a" * 64, b"salt") == first
    assert len({first, labels("b" * 64, b"salt"), labels("a" * 64, b"other"), labels("a" * 64, b"")}) == 4
