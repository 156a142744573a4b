"""Folders of data: seen by student code at every level, where it is told, and not to be changed where there are walls."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import pytest

from grader.execute.executor import Executor
from grader.execute.readable import ReadableFolders
from grader.model.errors import UsageError
from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits
from grader.model.observation import ProbeRequest

WALLED = (IsolationLevel.NAMESPACES, IsolationLevel.LANDLOCK)
SOURCE = b"""
import os, numpy as np

def read(folder):
    images = np.load(os.path.join(folder, 'images.npy'), mmap_mode='c')
    images *= 2
    return float(images.sum()), sorted(os.listdir(folder))

def change(folder):
    def attempt(act):
        try:
            act()
        except OSError:
            return False
        return True
    file = os.path.join(folder, 'images.npy')
    done = [attempt(lambda: open(file, 'r+b').write(b'x')), attempt(lambda: open(folder + '/new', 'w').close()),
            attempt(lambda: os.truncate(file, 0)), attempt(lambda: os.unlink(file))]
    return done

def own_command():
    try:
        seen = [name for name in os.listdir('/proc') if name.isdigit()]
    except OSError:
        seen = []
    others = 0
    for name in ('1', str(os.getppid()), *seen):
        try:
            others += bool(name != str(os.getpid()) and open('/proc/' + name + '/cmdline').read())
        except OSError:
            pass
    return len(open('/proc/self/cmdline').read()) >= 0, others
"""


@pytest.fixture(params=[0o755, 0o700], ids=["open", "private"])
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "below").mkdir(parents=True)
    np.save(folder / "images.npy", np.ones(10))
    (folder / "below" / "more.txt").write_text("more")
    folder.chmod(request.param)
    return folder


def asked(executor: Executor, function: str, *args: str) -> object:
    with executor.workspace({"reading.py": SOURCE}, ExecutionLimits()) as workspace:
        request = ProbeRequest("call", {"module": "reading", "function": function, "args": list(args)})
        (seen,) = workspace.probe([request])
    assert seen.outcome == "returned", seen.error
    return seen.value


def test_data_is_seen_at_every_level_and_changed_at_none_that_isolates(
    each_level: IsolationLevel, data: Path, tmp_path: Path
) -> None:
    with Executor(level=each_level, readable=(data,), notebooks=False, scratch=tmp_path / "scratch") as executor:
        folder = executor.readable_path(data)
        assert executor.readable_path(data / "images.npy") == folder / "images.npy"
        assert asked(executor, "read", str(folder)) == (20.0, ["below", "images.npy"])
        if each_level in WALLED:
            assert asked(executor, "change", str(folder)) == [False] * 4
    assert np.load(data / "images.npy").sum() == 10.0


def test_a_forked_process_sees_itself_in_proc_and_nobody_else(each_level: IsolationLevel, executor_at) -> None:
    seen_itself, others = asked(executor_at(each_level), "own_command")
    assert seen_itself
    if each_level is IsolationLevel.LANDLOCK:
        assert others == 0


def test_what_another_user_could_not_read_is_put_where_it_can(data: Path, tmp_path: Path) -> None:
    hidden = data / "below"
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    folders = ReadableFolders((data,), IsolationLevel.LANDLOCK, (hidden,), scratch, as_root=True)
    seen = folders.path_of(data)
    assert seen.is_relative_to(scratch) and folders.paths == (seen,)
    assert stat.S_IMODE(seen.stat().st_mode) == 0o755
    assert [path.name for path in seen.rglob("*")] == ["images.npy"]
    assert stat.S_IMODE((seen / "images.npy").stat().st_mode) & 0o444 == 0o444
    # The same file, and no second one on the disk.
    assert os.path.samefile(seen / "images.npy", data / "images.npy")


def test_files_that_only_their_owner_may_read_are_copied(tmp_path: Path) -> None:
    data, scratch = tmp_path / "data", tmp_path / "scratch"
    data.mkdir()
    scratch.mkdir()
    (data / "secret.npy").write_bytes(b"x")
    (data / "secret.npy").chmod(0o600)
    seen = ReadableFolders((data,), IsolationLevel.NAMESPACES, (), scratch, as_root=True).path_of(data)
    assert stat.S_IMODE((seen / "secret.npy").stat().st_mode) == 0o444
    assert stat.S_IMODE((data / "secret.npy").stat().st_mode) == 0o600


def test_where_the_user_stays_the_same_data_stays_where_it_is(data: Path, tmp_path: Path) -> None:
    for level, as_root in (
        (IsolationLevel.LANDLOCK, False),
        (IsolationLevel.NONE, True),
        (IsolationLevel.LIMITS, True),
    ):
        folders = ReadableFolders((data,), level, (), tmp_path, as_root=as_root)
        assert folders.path_of(data) == data.resolve()


def test_data_below_a_hidden_place_is_given_out_of_it(data: Path, tmp_path: Path) -> None:
    folders = ReadableFolders((data,), IsolationLevel.NAMESPACES, (tmp_path,), tmp_path / "s", as_root=False)
    assert (folders.path_of(data) / "below" / "more.txt").read_text() == "more"


def test_folders_that_are_not_there_and_paths_that_were_not_given_are_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        Executor(level=IsolationLevel.NONE, readable=(tmp_path / "absent",), scratch=tmp_path / "scratch")
    assert list((tmp_path / "scratch").iterdir()) == []
    folders = ReadableFolders((data,), IsolationLevel.NONE, (), tmp_path, as_root=False)
    with pytest.raises(ValueError, match="not among"):
        folders.path_of(tmp_path)
