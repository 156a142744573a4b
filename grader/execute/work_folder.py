"""The files that student code finds in its current folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

#: Of every path below a folder what changes whenever somebody writes there: nobody but root sets a file's `ctime` back.
Facts = Mapping[str, tuple[int, ...]]
#: Where some sandboxes put home and temporary files, from which nothing is imported.
_NOT_IMPORTED_FROM = frozenset({".home", ".tmp"})


def write_files(work: Path, files: Mapping[str, bytes]) -> None:
    """Write `files` (POSIX paths relative to `work`). Raises ValueError for a path that leads out of it, OSError."""
    for name, content in files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or not path.parts or ".." in path.parts or "\0" in name:
            raise ValueError(f"path {name!r} leads out of the work folder")
        target = work.joinpath(*path.parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def facts(work: Path) -> dict[str, tuple[int, ...]]:
    """What stands below `work`, by relative path, but for home and temporary files. Raises OSError."""
    return dict(_below(work))


def still_holds(work: Path, known: Facts) -> bool:
    """Whether nothing below `work` was written, added or removed since `known` was told. Ends at the first difference."""
    seen = 0
    try:
        for path, told in _below(work):
            if known.get(path) != told:
                return False
            seen += 1
    except OSError:  # a folder that was made unreadable
        return False
    return seen == len(known)


def _below(work: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    folders = [""]
    while folders:
        folder = folders.pop()
        with os.scandir(work / folder) as entries:
            for entry in entries:
                if not folder and entry.name in _NOT_IMPORTED_FROM:
                    continue
                path = f"{folder}/{entry.name}" if folder else entry.name
                found = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(found.st_mode):
                    folders.append(path)
                    yield path, (found.st_mode, found.st_ino)
                else:
                    yield path, (found.st_mode, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
