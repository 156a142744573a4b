"""What `doctor` says of TensorFlow and of memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.engine import doctor, free_memory, packages
from grader.engine.doctor import Finding, examine
from grader.engine.installation import Installation
from grader.engine.settings import usable_cores
from tests.engine.training_rubric import BASE, RUBRIC

GIBIBYTE = 1 << 30


def finding(name: str) -> Finding:
    (found,) = (each for each in examine(Installation.here(), {"GRADER_SALT": "x"}, "stand-in") if each.name == name)
    return found


def pretend_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = set(packages.TENSORFLOW)
    monkeypatch.setattr(packages, "missing", lambda group: [pip for name, pip in group.items() if name in absent])


def test_tensorflow_is_told_with_its_version() -> None:
    pytest.importorskip("h5py", reason="the extra tf is not installed")
    found = finding("TensorFlow (Part 2)")
    assert found.there and f"TensorFlow {packages.training_versions()['tensorflow']}" in found.detail


def test_lack_of_tensorflow_is_told_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_missing(monkeypatch)
    found = finding("TensorFlow (Part 2)")
    assert not found.there and "--part 1" in found.detail and "-m pip install tensorflow" in found.advice


@pytest.mark.parametrize("trains", [True, False])
def test_tensorflow_is_needed_where_the_rubric_has_a_part_that_trains(
    monkeypatch: pytest.MonkeyPatch, trains: bool
) -> None:
    without = BASE.model_copy(update={"items": tuple(item for item in BASE.items if item.part == 1)})
    monkeypatch.setattr(doctor, "load_rubric", lambda installation, path: RUBRIC if trains else without)
    pretend_missing(monkeypatch)
    assert finding("TensorFlow (Part 2)").needed is trains


def test_memory_for_every_core_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(free_memory, "available_bytes", lambda: usable_cores() * GIBIBYTE)
    found = finding("memory")
    assert found.there and not found.advice and f"{usable_cores()}.0 GB free" in found.detail


def test_little_memory_is_told_with_how_many_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "usable_cores", lambda: 8)
    monkeypatch.setattr(free_memory, "available_bytes", lambda: 3 * GIBIBYTE + 1)
    found = finding("memory")
    assert not found.there and not found.needed and found.advice.endswith("--jobs 3")


def test_available_memory_is_what_the_kernel_says(tmp_path: Path) -> None:
    told = tmp_path / "meminfo"
    told.write_text("MemTotal:       16000 kB\nMemAvailable:    5 kB\n")
    assert free_memory.available_bytes(told) == 5 * 1024


@pytest.mark.parametrize("content", ["", "MemAvailable:\n", "MemAvailable: much kB\n"])
def test_where_the_kernel_says_nothing_all_built_in_memory_counts(tmp_path: Path, content: str) -> None:
    told = tmp_path / "meminfo"
    told.write_text(content)
    assert free_memory.available_bytes(told) == free_memory.available_bytes(tmp_path / "absent")
    assert (free_memory.available_bytes(told) or 0) > 64 << 20
