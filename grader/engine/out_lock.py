"""One batch at a time in one OUT."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from grader.messages import catalogue
from grader.model.errors import UsageError

#: Name of the folders for work in progress, in the system's place for temporary files.
_SCRATCH_PREFIX = "cnn-grader-"


@contextmanager
def held(lock: Path) -> Iterator[Path]:
    """Holds `lock` for the block, and gives it an empty scratch folder. Raises UsageError if another process holds it.

    The lock is the kernel's: it ends with its owner, however that one dies. The file names the owner's process id and
    scratch folder, so that the next owner can delete what a killed one left there.
    """
    try:
        import fcntl
    except ImportError:
        raise UsageError(catalogue().text("engine.no_file_locks")) from None

    with open(lock, "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = _content(lock).get("pid", "?")
            raise UsageError(catalogue().text("engine.out_in_use", out=lock.parent, pid=owner)) from None
        _delete_abandoned(_content(lock).get("scratch"))
        scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH_PREFIX)).resolve()
        try:
            # Students' processes may run as another user, who must be able to reach a work folder below.
            scratch.chmod(0o711)
            _fill(file, {"pid": os.getpid(), "scratch": str(scratch)})
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
            _fill(file, {})


def _fill(file: IO[str], content: dict[str, object]) -> None:
    file.seek(0)
    file.truncate()
    json.dump(content, file)
    file.flush()


def _content(lock: Path) -> dict[str, object]:
    try:
        content = json.loads(lock.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _delete_abandoned(scratch: object) -> None:
    """Deletes a dead owner's scratch folder; only what is named like one is ever deleted."""
    if isinstance(scratch, str) and Path(scratch).name.startswith(_SCRATCH_PREFIX):
        shutil.rmtree(scratch, ignore_errors=True)
