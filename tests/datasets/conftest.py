from __future__ import annotations

from pathlib import Path

import pytest

from grader.datasets.places import Surroundings
from tests.datasets.fake_cifar10 import FakeCifar10, make_fake


@pytest.fixture(scope="session")
def fake() -> FakeCifar10:
    return make_fake()


@pytest.fixture
def surroundings(tmp_path: Path) -> Surroundings:
    """A user with an empty home, in an empty folder."""
    for name in ("home", "work"):
        (tmp_path / name).mkdir()
    return Surroundings({}, tmp_path / "home", tmp_path / "work")
