"""Files appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.engine import atomic_file


def test_write_replaces_and_leaves_nothing_beside(tmp_path: Path) -> None:
    target = tmp_path / "result.json"
    atomic_file.write(target, "old")
    atomic_file.write(target, "né")
    assert target.read_bytes() == "né".encode()
    assert list(tmp_path.iterdir()) == [target]


def test_failed_write_keeps_the_old_content(tmp_path: Path) -> None:
    target = tmp_path / "result.json"
    atomic_file.write(target, "old")
    with pytest.raises(UnicodeEncodeError):
        atomic_file.write(target, "\ud800")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_write_new_keeps_what_is_there(tmp_path: Path) -> None:
    target = tmp_path / "salt"
    assert atomic_file.write_new(target, b"first", 0o600)
    assert not atomic_file.write_new(target, b"second", 0o600)
    assert target.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [target]


def test_leftovers_of_killed_writers_are_removed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / f"{atomic_file.TEMPORARY_PREFIX}123").write_text("half")
    (tmp_path / "result.json").write_text("{}")
    atomic_file.remove_leftovers(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["result.json"]
