"""The seed of hidden cases: the same for the same hand-in, and not to be guessed without the course's salt.

A seed is derived from what was handed in, so grading again gives the same cases; the salt keeps a team from trying
variants of its hand-in at home until lucky cases come up.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import MutableMapping
from pathlib import Path

from grader.engine.atomic_file import write_new
from grader.messages import catalogue
from grader.model.errors import UsageError

VARIABLE = "GRADER_SALT"
#: Seeds stay below this, so that every JSON reader keeps them exact.
SEED_LIMIT = 1 << 53


def derive(content_sha256: str, salt: bytes) -> int:
    """The seed of a hand-in, in ``[0, SEED_LIMIT)``."""
    digest = hmac.new(salt, content_sha256.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") % SEED_LIMIT


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
