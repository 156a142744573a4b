"""Entries are there whole or not at all, made once, checked, and read-only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from grader.datasets.cache import TEMPORARY_PREFIX, Draft, cache_folder, obtain, open_entry
from grader.datasets.refusals import DamagedEntry, DataRefused

ROOT = Path(__file__).resolve().parents[2]

#: Makes an entry, and is through only when two of its kind are at it or the entry is there already.
MAKER = """
import os, sys, time
from pathlib import Path
import numpy as np
from grader.datasets.cache import obtain

root, meeting = Path(sys.argv[1]), Path(sys.argv[2])

def make(draft):
    (meeting / str(os.getpid())).touch()
    deadline = time.monotonic() + 60
    while len(list(meeting.iterdir())) < 2:
        if time.monotonic() > deadline:
            sys.exit("the other process did not come")
        time.sleep(0.01)
    draft.put("numbers", np.full(100_000, os.getpid()))

entry = obtain(root, "entry", make)
print(entry.folder, entry.arrays["numbers"].min(), entry.arrays["numbers"].max())
"""


def fill(draft: Draft) -> None:
    draft.put("numbers", np.arange(1000))
    draft.empty("squares", (1000,), np.int64)[...] = np.arange(1000) ** 2
    draft.facts["made_by"] = "test"


def refuse_to_fill(draft: Draft) -> None:
    raise AssertionError("made again")


def test_entry_is_made_once_and_read_from_then_on(tmp_path: Path) -> None:
    root = tmp_path / "deep" / "cache"
    for make in (fill, refuse_to_fill):
        entry = obtain(root, "entry", make)
        assert np.array_equal(entry.arrays["squares"], entry.arrays["numbers"] ** 2)
        assert entry.facts == {"made_by": "test"}
    assert [path.name for path in root.iterdir()] == ["entry"]


def test_files_are_read_only_for_everybody_and_readable_by_all(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        folder = obtain(tmp_path, "entry", fill).folder
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o755
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o444}


def damage_a_byte(folder: Path) -> None:
    file = folder / "squares.npy"
    file.chmod(0o644)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def cut_an_array(folder: Path) -> None:
    (folder / "numbers.npy").chmod(0o644)
    os.truncate(folder / "numbers.npy", 200)


def lose_an_array(folder: Path) -> None:
    (folder / "numbers.npy").unlink()


def lose_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def cut_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").chmod(0o644)
    os.truncate(folder / "manifest.json", 10)


DAMAGES = [damage_a_byte, cut_an_array, lose_an_array, lose_the_manifest, cut_the_manifest]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_entry_is_refused_and_made_again(tmp_path: Path, damage) -> None:  # noqa: ANN001
    folder = obtain(tmp_path, "entry", fill).folder
    damage(folder)
    with pytest.raises(DamagedEntry):
        open_entry(folder)
    entry = obtain(tmp_path, "entry", fill)
    assert np.array_equal(entry.arrays["squares"], np.arange(1000) ** 2)
    assert [path.name for path in tmp_path.iterdir()] == ["entry"]


def test_maps_outlive_the_removal_of_their_files(tmp_path: Path) -> None:
    entry = obtain(tmp_path, "entry", fill)
    shutil.rmtree(entry.folder)
    assert entry.arrays["squares"].sum() == (np.arange(1000) ** 2).sum()


def test_failed_maker_leaves_nothing(tmp_path: Path) -> None:
    def fail(draft: Draft) -> None:
        fill(draft)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        obtain(tmp_path, "entry", fail)
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_killed_makers_go_when_they_are_old(tmp_path: Path) -> None:
    old, young = tmp_path / f"{TEMPORARY_PREFIX}old", tmp_path / f"{TEMPORARY_PREFIX}young"
    for folder in (old, young):
        folder.mkdir()
        (folder / "numbers.npy").write_bytes(b"half")
    os.utime(old, (time.time() - 7 * 24 * 3600,) * 2)
    obtain(tmp_path, "entry", fill)
    assert not old.exists() and young.exists()


def test_two_processes_that_make_the_same_entry_use_the_same_one(tmp_path: Path) -> None:
    root, meeting = tmp_path / "cache", tmp_path / "meeting"
    meeting.mkdir()
    command = [sys.executable, "-c", MAKER, str(root), str(meeting)]
    makers = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    ended = [maker.communicate(timeout=120) for maker in makers]
    assert [maker.returncode for maker in makers] == [0, 0], ended
    assert len(list(meeting.iterdir())) == 2, "both were at it at the same time"
    assert ended[0][0] == ended[1][0]
    folder, lowest, highest = ended[0][0].split()
    assert lowest == highest and int(lowest) in {maker.pid for maker in makers}
    assert [path.name for path in root.iterdir()] == ["entry"] and Path(folder) == root / "entry"


def test_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataRefused, match="XDG_CACHE_HOME") as refused:
        obtain(tmp_path / "file" / "cache", "entry", fill)
    assert str(tmp_path / "file" / "cache") in str(refused.value)


def test_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    def fill_the_disk(draft: Draft) -> None:
        fill(draft)
        raise OSError(28, "No space left on device")

    with pytest.raises(DataRefused, match="No space left on device"):
        obtain(tmp_path, "entry", fill_the_disk)
    assert list(tmp_path.iterdir()) == []


def test_shared_arrays_are_equal_and_take_no_second_place(tmp_path: Path) -> None:
    first = obtain(tmp_path, "first", fill)
    second = obtain(tmp_path, "second", lambda draft: draft.share("squares", first))
    assert np.array_equal(second.arrays["squares"], first.arrays["squares"])
    assert (first.folder / "squares.npy").samefile(second.folder / "squares.npy")


def test_cache_is_where_the_user_keeps_caches(tmp_path: Path) -> None:
    assert cache_folder({}, tmp_path) == tmp_path / ".cache" / "cnn-grader" / "datasets"
    assert cache_folder({"XDG_CACHE_HOME": "/some/cache"}, tmp_path) == Path("/some/cache/cnn-grader/datasets")
    assert cache_folder({"XDG_CACHE_HOME": "relative"}, tmp_path) == tmp_path / ".cache" / "cnn-grader" / "datasets"
