"""The files that student code finds in its current folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath


def write_files(work: Path, files: Mapping[str, bytes]) -> None:
    """Write `files` (POSIX paths relative to `work`). Raises ValueError for a path that leads out of it, OSError."""
    for name, content in files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or not path.parts or ".." in path.parts or "\0" in name:
            raise ValueError(f"path {name!r} leads out of the work folder")
        target = work.joinpath(*path.parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
