"""The names in an inbox as a tree, whether it lies on disk or in a zip of uploads. Nothing is unpacked for it."""

from __future__ import annotations

import datetime
import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.intake.junk import is_junk
from grader.intake.member import UnsafeName, decode_name, member_path
from grader.intake.zip_archive import zip_entry_name, zip_entry_time

#: Deeper folders of an inbox are not looked into; every known way of handing in lies above.
INBOX_DEPTH = 12


@dataclass(slots=True)
class Node:
    """A file or folder of an inbox. `path` is the archive, file or folder on disk; `member` its entry in a zip, as in
    `Candidate`. `modified` is in seconds since the epoch."""

    name: str
    path: Path
    member: str | None
    modified: float
    is_folder: bool
    is_link: bool = False
    children: dict[str, Node] = field(default_factory=dict)

    def files(self) -> Iterator[Node]:
        """Every file below, or the file itself."""
        if not self.is_folder:
            yield self
        for child in self.children.values():
            yield from child.files()

    def newest(self) -> datetime.datetime:
        """The latest modification of any file below, as naive local time."""
        times = [node.modified for node in self.files()]
        return local_time(max(times, default=self.modified))

    def sorted_children(self) -> list[Node]:
        return [self.children[name] for name in sorted(self.children)]


def local_time(seconds: float) -> datetime.datetime:
    """Naive local time of `seconds` since the epoch; the epoch itself where the number is no time."""
    try:
        return datetime.datetime.fromtimestamp(seconds)
    except (ValueError, OverflowError, OSError):
        return datetime.datetime.fromtimestamp(0)


def disk_tree(path: Path, depth: int = INBOX_DEPTH) -> Node:
    """The tree at `path`; links below it are named but not followed."""
    status = path.stat()
    node = Node(_name(path.name), path, None, status.st_mtime, stat.S_ISDIR(status.st_mode))
    if node.is_folder and depth > 0:
        with os.scandir(path) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        for entry in entries:
            name = _name(entry.name)
            if is_junk(name):
                continue
            if entry.is_symlink():
                node.children[name] = Node(name, Path(entry.path), None, 0.0, False, is_link=True)
            elif entry.is_dir(follow_symlinks=False) or entry.is_file(follow_symlinks=False):
                node.children[name] = disk_tree(Path(entry.path), depth - 1)
    return node


def zip_tree(path: Path) -> Node:
    """The tree of the names in the zip at `path`. Raises zipfile.BadZipFile and ValueError where it is damaged."""
    root = Node(_name(path.name), path, None, path.stat().st_mtime, True)
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            name = zip_entry_name(entry)
            try:
                if not member_path(name) or is_junk(name):
                    continue
            except UnsafeName:
                continue
            _add(root, name, zip_entry_time(entry))
    return root


def _add(root: Node, name: str, modified: float) -> None:
    parts = name.split("/")
    node = root
    for depth, part in enumerate(parts):
        is_folder = depth < len(parts) - 1
        if part in ("", "."):
            continue
        prefix = "/".join(parts[: depth + 1])
        member = f"{prefix}/" if is_folder else prefix
        child = node.children.get(part)
        if child is None or (is_folder and not child.is_folder):
            child = node.children[part] = Node(part, root.path, member, modified, is_folder)
        node = child


def _name(name: str) -> str:
    return decode_name(os.fsencode(name))
