"""Members of a hand-in that lies unpacked on disk. Links are named and never followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from grader.intake.junk import is_junk
from grader.intake.member import Member, MemberKind, decode_name
from grader.intake.rejection import damage_rejects


def folder_members(folder: Path) -> Iterator[Member]:
    """Everything below `folder` in sorted order, junk folders left out unvisited.

    Raises InfrastructureError where something cannot be read.
    """
    yield from _below(os.fspath(folder), "")


def _below(folder: str, prefix: str) -> Iterator[Member]:
    with damage_rejects(), os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        name = prefix + decode_name(os.fsencode(entry.name))
        with damage_rejects():
            status = entry.stat(follow_symlinks=False)
        kind = _kind(status.st_mode)
        yield Member(name, kind, status.st_mtime, _opener(entry.path))
        if kind is MemberKind.FOLDER and not is_junk(name):
            yield from _below(entry.path, f"{name}/")


def _opener(path: str) -> Callable[[], BinaryIO]:
    def open_file() -> BinaryIO:
        # Without following a link and without waiting for a writer, should the entry have been swapped meanwhile.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        return os.fdopen(os.open(path, flags), "rb")

    return open_file


def _kind(mode: int) -> MemberKind:
    if stat.S_ISREG(mode):
        return MemberKind.FILE
    if stat.S_ISDIR(mode):
        return MemberKind.FOLDER
    if stat.S_ISLNK(mode):
        return MemberKind.SYMBOLIC_LINK
    if stat.S_ISFIFO(mode):
        return MemberKind.FIFO
    return MemberKind.DEVICE if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) else MemberKind.OTHER
