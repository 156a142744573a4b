"""Builds a small root file system out of read-only views of a few paths, and makes it the root folder.

Call in a mount namespace of one's own, with CAP_SYS_ADMIN over it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.model.errors import InfrastructureError
from grader.sandbox.syscalls import (
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_PRIVATE,
    MS_RDONLY,
    MS_REC,
    MS_REMOUNT,
    detach,
    make_read_only,
    mount,
    step,
    swap_root,
)

#: Where a root file system that is built inside another one is put together.
_STAGE_INSIDE = "/.stage"
_STAGES = (_STAGE_INSIDE, "/mnt", "/media", "/srv", "/run", "/opt", "/var", "/home", "/tmp")
_DEVICES = ("null", "zero", "full", "random", "urandom")
_DEVICE_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
_ROOT_OPTIONS = "size=1m,nr_inodes=4k,mode=755"
_MAX_LINKS = 40


@dataclass(frozen=True, slots=True)
class Disk:
    """One file system in memory, of limited size, seen at several places.

    `places`: absolute path → mode of the folder there. `owner`: user and group id of all of them.
    """

    size_bytes: int
    files: int
    owner: int
    places: dict[str, int]


def replace_root(
    readable: Iterable[str], hidden: Iterable[str], disk: Disk, devices: Iterable[str] = (), *, fresh_proc: bool
) -> None:
    """Make a root folder that shows `readable` (read-only), `disk`, `devices` and a few harmless ones, /proc, and nothing else.

    What lies below `hidden` is covered: folders look empty, files are empty. Links on the way to a readable path are
    kept. Paths that do not exist are left out. `fresh_proc`: /proc of this process namespace instead of a view of
    the present one. The current folder becomes the root. Raises InfrastructureError.
    """
    hiding = {os.path.realpath(path) for path in hidden if os.path.exists(path)}
    # What lies below a covered folder is out of sight with it, and no longer there to be covered.
    covered = sorted(path for path in hiding if not _is_below(path, [other for other in hiding if other != path]))
    sources = sorted({os.path.realpath(path) for path in readable if os.path.exists(path)})
    sources = [path for path in sources if path not in covered and not _is_below(path, covered)]
    links = [link for path in readable for link in _links_along(path)]

    mount("none", "/", None, MS_REC | MS_PRIVATE)
    root = _stage(sources)
    mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, _ROOT_OPTIONS)
    with step("laying out the new root folder"):
        # Before the read-only views, some of which may lie below: a disk mounted later would hide them.
        _place_disk(root, disk)
        views = [path for path in sources if not _is_below(path, [other for other in sources if other != path])]
        for path in views:
            _view(path, root + path)
        for path in covered:
            if _is_below(path, views):
                _cover(root, root + path)
        for path, target in links:
            if not os.path.lexists(root + path):
                os.makedirs(os.path.dirname(root + path), exist_ok=True)
                os.symlink(target, root + path)
        _place_devices(root, devices)
        os.makedirs(f"{root}/proc")
        if fresh_proc:
            mount("proc", f"{root}/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
        else:
            # Untouched and whole: the kernel allows a fresh /proc further in only where one is in full view.
            mount("/proc", f"{root}/proc", None, MS_BIND | MS_REC)
            os.mkdir(root + _STAGE_INSIDE)
    mount("none", root, None, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV)
    swap_root(root)


def _place_disk(root: str, disk: Disk) -> None:
    store = f"{root}/.disk"
    os.mkdir(store)
    mount("tmpfs", store, "tmpfs", MS_NOSUID | MS_NODEV, f"size={disk.size_bytes},nr_inodes={disk.files},mode=755")
    # Places inside others come later, so that they are mounted over them.
    for number, (place, mode) in enumerate(sorted(disk.places.items())):
        folder = f"{store}/{number}"
        os.mkdir(folder)
        os.chmod(folder, mode)
        if os.getuid() != disk.owner:
            os.chown(folder, disk.owner, disk.owner)
        os.makedirs(root + place, exist_ok=True)
        mount(folder, root + place, None, MS_BIND)
    detach(store)
    os.rmdir(store)


def _view(path: str, target: str) -> None:
    _make_mount_point(target, is_folder=os.path.isdir(path))
    mount(path, target, None, MS_BIND | MS_REC)
    make_read_only(target)


def _cover(root: str, target: str) -> None:
    if os.path.isdir(target):
        mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k,nr_inodes=1,mode=555")
    else:
        empty = f"{root}/.empty"
        _make_mount_point(empty, is_folder=False)
        mount(empty, target, None, MS_BIND)
        os.unlink(empty)
    make_read_only(target)


def _place_devices(root: str, further: Iterable[str]) -> None:
    for path in (*(f"/dev/{name}" for name in _DEVICES), *(path for path in further if os.path.exists(path))):
        target = root + path
        _make_mount_point(target, is_folder=os.path.isdir(path))
        mount(path, target, None, MS_BIND)
        make_read_only(target, keep_devices=True)
    for name, target in _DEVICE_LINKS.items():
        os.symlink(target, f"{root}/dev/{name}")


def _make_mount_point(target: str, *, is_folder: bool) -> None:
    if is_folder:
        os.makedirs(target, exist_ok=True)
    elif not os.path.exists(target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o444))


def _stage(sources: list[str]) -> str:
    """A folder to put the new root together in: one that hides no source."""
    for stage in _STAGES:
        if os.path.isdir(stage) and not any(path == stage or _is_below(path, [stage]) for path in sources):
            return stage
    raise InfrastructureError(
        f"building a root folder: each of {', '.join(_STAGES[1:])} is missing or has to stay visible"
    )


def _is_below(path: str, folders: list[str]) -> bool:
    return any(path.startswith(folder.rstrip("/") + "/") for folder in folders)


def _links_along(path: str) -> Iterator[tuple[str, str]]:
    """Symbolic links met on the way to `path`, each as (its own path, free of links; what it says)."""
    waiting = os.path.normpath(path).strip("/").split("/")
    current = ""
    followed = 0
    while waiting:
        part = waiting.pop(0)
        if part == "..":
            current = os.path.dirname(current)
            continue
        candidate = f"{current}/{part}"
        if not os.path.islink(candidate):
            current = candidate
            continue
        followed += 1
        if followed > _MAX_LINKS:
            return
        target = os.readlink(candidate)
        yield candidate, target
        if target.startswith("/"):
            current = ""
        waiting = [name for name in target.split("/") if name not in ("", ".")] + waiting
