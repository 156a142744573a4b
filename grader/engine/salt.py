"""The course's salt: what makes the seeds of hidden cases impossible to guess. No student has it."""

from __future__ import annotations

import os
import secrets
from collections.abc import MutableMapping
from pathlib import Path

from grader.engine.atomic_file import write_new
from grader.messages import catalogue
from grader.model.errors import UsageError

VARIABLE = "GRADER_SALT"


def salt_path(environ: MutableMapping[str, str]) -> Path:
    """Where the salt is kept for this user."""
    configuration = environ.get("XDG_CONFIG_HOME") or ""
    base = Path(configuration) if os.path.isabs(configuration) else Path.home() / ".config"
    return base / "cnn-grader" / "salt"


def take_salt(environ: MutableMapping[str, str]) -> bytes:
    """The course's salt: ``GRADER_SALT``, else the kept file, made on first use.

    The variable is removed from `environ`: what starts later, students' code in the end, must not inherit it.
    Raises UsageError where there is no salt and none can be kept: without it, grading again would ask other cases.
    """
    given = environ.pop(VARIABLE, "")
    if given:
        return given.encode()
    try:
        path = salt_path(environ)
        return _read(path) if path.exists() else _make(path)
    except (OSError, RuntimeError) as error:
        raise UsageError(catalogue().text("engine.no_salt", variable=VARIABLE, reason=error)) from error


def _read(path: Path) -> bytes:
    salt = path.read_bytes().strip()
    if not salt:
        raise UsageError(catalogue().text("engine.empty_salt", path=path))
    return salt


def _make(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Another run may make it at the same moment: whoever comes first wins, and both read that one.
    write_new(path, secrets.token_hex(32).encode() + b"\n", mode=0o600)
    return _read(path)
