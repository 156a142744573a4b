"""The checkout and quick rubric of the command line's tests, one class, and an undisturbed batch over it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import checkout, quick_rubric, write_rubric
from tests.cli.grade_command import Checkout
from tests.faults import disturbance

__all__ = ["checkout", "quick_rubric", "write_rubric"]


@pytest.fixture(scope="session")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return disturbance.class_of(tmp_path_factory.mktemp("class") / "inbox")


@pytest.fixture(scope="session")
def undisturbed(
    checkout: Checkout, inbox: Path, quick_rubric: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What a batch says that nobody disturbed."""
    out = tmp_path_factory.mktemp("undisturbed") / "OUT"
    ended = checkout.run("batch", inbox, "-o", out, "--rubric", quick_rubric)
    assert ended.returncode == 0, ended.stderr
    return disturbance.outcome(out)


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """A folder for temporary files; children may run as another user, who has to reach their work folders."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    folder.chmod(0o1777)
    return folder
