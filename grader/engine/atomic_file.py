"""Files that are there whole or not at all, whenever the writer is killed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Temporary names start with this; a leftover of a killed run is never read and may be deleted.
TEMPORARY_PREFIX = ".writing-"


def write(path: Path, content: bytes | str) -> None:
    """Replaces `path` by a file of this content (text as UTF-8) in one step. Raises OSError."""
    with _temporary(path, content, mode=0o666) as temporary:
        os.replace(temporary, path)


def write_new(path: Path, content: bytes | str, mode: int) -> bool:
    """As `write`, but leaves a file that is already there as it is; returns whether ours was written."""
    with _temporary(path, content, mode) as temporary:
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
    return True


def remove_leftovers(folder: Path) -> None:
    """Deletes the temporary files that killed writers left in `folder`."""
    for leftover in folder.glob(f"{TEMPORARY_PREFIX}*"):
        leftover.unlink(missing_ok=True)


@contextmanager
def _temporary(path: Path, content: bytes | str, mode: int) -> Iterator[Path]:
    """A file beside `path` with `content`, gone afterwards if it was not renamed; `mode` is cut by the umask."""
    temporary = path.parent / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with os.fdopen(descriptor, "wb") as target:
            target.write(content.encode() if isinstance(content, str) else content)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
