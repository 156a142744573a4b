"""Content hashes that do not depend on order, packing or time stamps."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import BinaryIO

from grader.intake.budget import CHUNK_BYTES


def tree_sha256(files: Mapping[str, bytes]) -> str:
    """Hash of sorted relative paths and their contents; every field is preceded by its length."""
    digest = hashlib.sha256()
    for path in sorted(files):
        for field in (path.encode("utf-8"), files[path]):
            digest.update(len(field).to_bytes(8, "big"))
            digest.update(field)
    return digest.hexdigest()


def file_sha256(file: BinaryIO) -> str:
    """Hash of everything in the seekable `file`, which is left at its start."""
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def text_sha256(content: bytes) -> str:
    """Hash that line endings, trailing white space and a final newline do not change; binary content is hashed as it is."""
    if b"\0" not in content:
        content = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = (line.rstrip() for line in content.split(b"\n"))
        content = b"\n".join(lines).rstrip(b"\n") + b"\n"
    return hashlib.sha256(content).hexdigest()
