"""What `doctor` says of the image data."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.datasets import cifar10, loading
from grader.engine.doctor import Finding, examine
from grader.engine.installation import Installation
from tests.datasets.fake_cifar10 import make_fake, write_folder


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Of a user with an empty home, in an empty folder."""
    for name in ("home", "work"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "work")
    return {"GRADER_SALT": "of this test"}


def data_finding(environ: dict[str, str], data: str | None = None) -> Finding:
    (finding,) = (each for each in examine(Installation.here(), environ, data) if each.name == "data sets")
    return finding


def test_without_data_it_says_where_it_looked_and_what_to_do(environ: dict[str, str], tmp_path: Path) -> None:
    finding = data_finding(environ)
    assert not finding.there and not finding.needed
    assert str(tmp_path / "home" / ".keras" / "datasets") in finding.detail and "stand-in" in finding.detail
    assert "--data" in finding.advice and "docs/data.md" in finding.advice
    assert list((tmp_path / "home").iterdir()) == []


def test_stand_in_that_is_asked_for_is_there(environ: dict[str, str]) -> None:
    finding = data_finding(environ, "stand-in")
    assert finding.there and "on first use" in finding.detail and "CIFAR" not in finding.detail


def test_named_data_that_is_not_there_is_missing(environ: dict[str, str], tmp_path: Path) -> None:
    finding = data_finding(environ, str(tmp_path / "nowhere"))
    assert finding.needed and not finding.there and str(tmp_path / "nowhere") in finding.detail


def test_damaged_copy_is_told_with_its_file(environ: dict[str, str], tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "home" / ".keras" / "datasets" / "cifar-10-batches-py", make_fake().python)
    finding = data_finding(environ)
    assert not finding.there and not finding.needed
    assert f"{folder / 'data_batch_1'}: not as published" in finding.detail


def test_whole_copy_is_told_with_its_place(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = make_fake()
    folder = write_folder(tmp_path / "data", fake.python)
    for function in (loading.look, cifar10.entry_name, cifar10.verify):
        monkeypatch.setattr(function, "__defaults__", (fake.published,))
    for finding in (data_finding(environ, str(folder)), data_finding({**environ, "GRADER_DATA": str(folder)})):
        assert finding.there and "checksums as published" in finding.detail and str(folder) in finding.detail
