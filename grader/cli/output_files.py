"""Files that the user asked for: tried before anything runs, written in one step at the end."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from grader.engine import atomic_file
from grader.messages import catalogue
from grader.model.errors import UsageError


def check_writable(*targets: Path | None) -> None:
    """Raises UsageError for a target that cannot be written; leaves nothing behind. None is skipped."""
    for target in targets:
        if target is None:
            continue
        try:
            if target.is_dir():
                raise IsADirectoryError(0, "is a folder")
            with tempfile.TemporaryFile(dir=target.parent):
                pass
            if target.exists() and not os.access(target, os.W_OK):
                raise PermissionError(0, "no permission")
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageError(catalogue().text("cli.file_not_writable", path=target, reason=reason)) from error


def write(target: Path, content: str | bytes) -> None:
    """Writes `content`, text as UTF-8, to `target`. A device such as ``/dev/stdout`` is written to and not replaced.

    Raises UsageError.
    """
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content.encode() if isinstance(content, str) else content)
        else:
            atomic_file.write(target, content)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(catalogue().text("cli.file_not_writable", path=target, reason=reason)) from error
