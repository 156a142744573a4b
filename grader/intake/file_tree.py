"""Keeps a mapping of paths one that could be written to disk."""

from __future__ import annotations

from pathlib import PurePosixPath


def drop_files_that_are_folders(files: dict[str, bytes]) -> list[str]:
    """Where a path is a file and also the folder of another file, keep what came last. Returns the dropped paths."""
    dropped: list[str] = []
    kept: set[str] = set()
    folders: set[str] = set()
    for path in reversed(list(files)):
        parents = [str(parent) for parent in PurePosixPath(path).parents][:-1]
        if path in folders or any(parent in kept for parent in parents):
            dropped.append(path)
            del files[path]
        else:
            kept.add(path)
            folders.update(parents)
    return dropped
