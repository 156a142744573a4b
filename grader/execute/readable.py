"""Folders of data that student code may read: where it finds each of them, copied to where it can where need be."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.model.errors import InfrastructureError, UsageError
from grader.model.isolation import IsolationLevel

_ANYBODY_READS = stat.S_IROTH
_ANYBODY_ENTERS = stat.S_IROTH | stat.S_IXOTH
_FOLDER_MODE, _FILE_MODE = 0o755, 0o444


class ReadableFolders:
    """`folders` as a child sees them.

    A child of root becomes another user at the levels that isolate. What that user could not read, or what lies in a
    `hidden` place, is put below `scratch` once: as hard links where these suffice, else as copies.
    Raises UsageError for a folder that is not there, InfrastructureError where it cannot be copied.
    """

    def __init__(
        self, folders: Sequence[Path], level: IsolationLevel, hidden: Sequence[Path], scratch: Path, *, as_root: bool
    ):
        self._seen_as: dict[Path, Path] = {}
        covered = [path.resolve() for path in hidden]
        other_user = as_root and level in (IsolationLevel.NAMESPACES, IsolationLevel.LANDLOCK)
        mounts = level is IsolationLevel.NAMESPACES
        for number, folder in enumerate(folders):
            if not folder.is_dir():
                raise UsageError(f"{folder}: no such folder, so students' code cannot be given what is in it")
            real = folder.resolve()
            reachable = not other_user or _anybody_can_read(real, way_too=not mounts)
            if reachable and not any(_is_within(real, place) for place in covered):
                self._seen_as[real] = real
                continue
            self._seen_as[real] = scratch / "readable" / str(number)
            _provide(real, self._seen_as[real], covered)

    @property
    def paths(self) -> tuple[Path, ...]:
        """What the wall has to leave visible."""
        return tuple(self._seen_as.values())

    def path_of(self, folder: Path) -> Path:
        """Where student code sees `folder`, or a path below it. Raises ValueError for any other."""
        real = folder.resolve()
        for given, seen in self._seen_as.items():
            if _is_within(real, given):
                return seen / real.relative_to(given)
        raise ValueError(f"{folder} is not among the folders that student code may read")


def _is_within(path: Path, place: Path) -> bool:
    return path == place or place in path.parents


def _anybody_can_read(folder: Path, *, way_too: bool) -> bool:
    """Whether every user can read `folder` and all in it; `way_too`: and pass the folders above it. Links do not count."""
    if way_too and not all(parent.stat().st_mode & stat.S_IXOTH for parent in folder.parents):
        return False
    for path, is_folder in _walk(folder):
        mode = path.lstat().st_mode
        wanted = _ANYBODY_ENTERS if is_folder else _ANYBODY_READS
        if stat.S_ISLNK(mode) or mode & wanted != wanted:
            return False
    return True


def _walk(folder: Path) -> Iterator[tuple[Path, bool]]:
    """`folder` and all in it, each with whether it is a folder; links to folders are not followed."""
    yield folder, True
    for parent, folders, files in os.walk(folder):
        yield from ((Path(parent, name), True) for name in folders)
        yield from ((Path(parent, name), False) for name in files)


def _provide(folder: Path, target: Path, hidden: Sequence[Path]) -> None:
    """Put all files of `folder` below `target`, readable to everybody, but for what lies in a `hidden` place below it."""
    skipped = [place for place in hidden if folder in place.parents]
    try:
        _make_passable(target)
        for path, is_folder in _walk(folder):
            if any(_is_within(path, place) for place in skipped):
                continue
            if is_folder:
                _make_passable(target / path.relative_to(folder))
            else:
                _provide_file(path, target / path.relative_to(folder))
    except OSError as error:
        raise InfrastructureError(f"{folder} could not be made readable to students' code: {error}") from error


def _make_passable(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(_FOLDER_MODE)
    folder.parent.chmod(folder.parent.stat().st_mode | stat.S_IXOTH)


def _provide_file(source: Path, target: Path) -> None:
    real = source.resolve()
    if not real.is_file():
        return
    mode = real.stat().st_mode
    if mode & _ANYBODY_READS and not mode & stat.S_IWOTH:
        try:
            os.link(real, target)
            return
        except OSError:  # on another file system, or not allowed
            pass
    shutil.copyfile(real, target)
    target.chmod(_FILE_MODE)
