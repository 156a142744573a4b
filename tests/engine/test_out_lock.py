"""One batch at a time in one OUT, and a dead owner holds nothing."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grader.engine import out_lock
from grader.model.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
OWNER = """
import sys
from pathlib import Path
from grader.engine import out_lock
with out_lock.held(Path(sys.argv[1])) as scratch:
    (scratch / "work").mkdir()
    print(scratch, flush=True)
    sys.stdin.read()
"""


def owner(lock: Path) -> tuple[subprocess.Popen[str], Path]:
    """Another process that holds `lock`, and its scratch folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(lock)], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_second_owner_is_refused_with_the_first_ones_process_id(tmp_path: Path) -> None:
    process, _ = owner(tmp_path / ".lock")
    try:
        with pytest.raises(UsageError, match=f"process {process.pid}"), out_lock.held(tmp_path / ".lock"):
            pass
    finally:
        process.communicate("")
    with out_lock.held(tmp_path / ".lock"):
        pass


def test_killed_owner_holds_nothing_and_its_scratch_folder_is_deleted(tmp_path: Path) -> None:
    process, scratch = owner(tmp_path / ".lock")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert scratch.is_dir()
    with out_lock.held(tmp_path / ".lock") as own:
        assert not scratch.exists()
        assert own.is_dir() and own != scratch
    assert not own.exists()


def test_only_a_scratch_folder_is_ever_deleted(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (tmp_path / ".lock").write_text(f'{{"pid": 1, "scratch": "{precious}"}}')
    with out_lock.held(tmp_path / ".lock"):
        assert precious.is_dir()


@pytest.mark.parametrize("content", ["", "not json", "[1]", '{"pid": 1, "scratch": 5}'])
def test_odd_content_of_the_lock_does_no_harm(tmp_path: Path, content: str) -> None:
    (tmp_path / ".lock").write_text(content)
    with out_lock.held(tmp_path / ".lock") as scratch:
        assert scratch.is_dir()


def test_a_lock_that_cannot_be_filled_leaves_no_scratch_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(out_lock, "_fill", full)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(OSError, match="No space left"), out_lock.held(tmp_path / ".lock"):
        pass
    assert os.listdir(tmp_path) == [".lock"]
