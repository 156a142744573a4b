"""What is settled, and what is refused, before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.datasets.profile import Profile
from grader.datasets.refusals import DataRefused
from grader.engine import packages, run_setup
from grader.engine.installation import Installation
from grader.engine.run_setup import Asked, for_batch, for_self_check
from grader.model.errors import UsageError
from grader.model.isolation import IsolationLevel
from tests.engine import small_data
from tests.engine.training_rubric import RUBRIC

HERE = Installation.here()


@pytest.fixture(autouse=True)
def cifar10(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(run_setup, "load_rubric", lambda installation, path: RUBRIC)
    return str(small_data.use(tmp_path, monkeypatch))


@pytest.fixture
def no_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = set(packages.TENSORFLOW)
    monkeypatch.setattr(packages, "missing", lambda group: [pip for name, pip in group.items() if name in absent])


def asked(*parts: int, profile: Profile | None = None, data: str | None = None) -> Asked:
    return Asked(None, parts, IsolationLevel.NONE, "shell", None, profile, data)


def environ() -> dict[str, str]:
    return {"GRADER_SALT": "of this test"}


def cache(tmp_path: Path) -> list[str]:
    """Names of the data sets that were made."""
    folder = tmp_path / "home" / ".cache" / "cnn-grader" / "datasets"
    return sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []


def test_part_1_alone_looks_for_no_data_and_draws_none(tmp_path: Path, no_tensorflow: None) -> None:
    for settings in (for_batch(HERE, asked(1), environ()), for_self_check(HERE, asked(1), {})):
        assert settings.data is None and settings.training_parts == ()
    assert cache(tmp_path) == []


def test_batch_is_quick_unless_told_otherwise_and_takes_the_stand_in_where_there_is_nothing_else() -> None:
    settings = for_batch(HERE, asked(), environ())
    assert settings.profile is Profile.QUICK and settings.run_notebooks
    assert settings.data is not None and not settings.data.asked_for
    settings = for_batch(HERE, asked(data="stand-in"), environ())
    assert settings.data is not None and settings.data.asked_for


def test_named_data_and_profile_are_taken(cifar10: str) -> None:
    settings = for_batch(HERE, asked(2, profile=Profile.FULL, data=cifar10), environ())
    assert settings.profile is Profile.FULL
    assert settings.data is not None and settings.data.name == "CIFAR-10" and settings.data.profile is Profile.FULL


def test_data_may_be_named_by_the_variable(cifar10: str) -> None:
    settings = for_batch(HERE, asked(2), environ() | {"GRADER_DATA": cifar10})
    assert settings.data is not None and settings.data.name == "part of CIFAR-10"


def test_profile_that_needs_cifar10_is_refused_without_it() -> None:
    with pytest.raises(DataRefused, match="profile full needs CIFAR-10"):
        for_batch(HERE, asked(profile=Profile.FULL), environ())


def test_named_data_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="nowhere"):
        for_batch(HERE, asked(data=str(tmp_path / "nowhere")), environ())


def test_batch_without_tensorflow_is_refused_with_both_ways_out(tmp_path: Path, no_tensorflow: None) -> None:
    with pytest.raises(UsageError, match="part 2 needs TensorFlow.*pip install tensorflow.*--part 1"):
        for_batch(HERE, asked(), environ())
    with pytest.raises(UsageError) as refused:
        for_batch(HERE, asked(2), environ())
    assert "--part" not in str(refused.value)
    assert cache(tmp_path) == []


def test_self_check_without_tensorflow_goes_on_and_draws_nothing(tmp_path: Path, no_tensorflow: None) -> None:
    settings = for_self_check(HERE, asked(), {})
    assert settings.parts == (1, 2) and settings.data is None and not settings.run_notebooks
    assert cache(tmp_path) == []


def test_self_check_trains_nothing_and_takes_what_is_there_at_once(cifar10: str) -> None:
    settings = for_self_check(HERE, asked(), {"GRADER_DATA": cifar10})
    assert settings.data is not None and settings.data.name == "stand-in" and not settings.run_notebooks


def test_self_check_with_a_profile_runs_notebooks_on_the_data_that_grading_would_use(cifar10: str) -> None:
    settings = for_self_check(HERE, asked(profile=Profile.QUICK), {"GRADER_DATA": cifar10})
    assert settings.run_notebooks and settings.profile is Profile.QUICK
    assert settings.data is not None and settings.data.name == "part of CIFAR-10"


def test_self_check_with_a_profile_is_refused_without_tensorflow(no_tensorflow: None) -> None:
    with pytest.raises(UsageError, match="part 2 needs TensorFlow"):
        for_self_check(HERE, asked(profile=Profile.QUICK), {})
