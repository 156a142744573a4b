"""The archive that students receive: one folder, packed so that the same files always give the same bytes."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass

import grader
from grader.authoring.handout_contents import contents
from grader.authoring.template import EXECUTABLE_SUFFIX
from grader.engine.installation import Installation
from grader.model.errors import InfrastructureError

FOLDER = "assignment2"
#: 2020-01-01 00:00 UTC in seconds: a time that every tool can tell, as students may pack the files again.
_TIME = 1_577_836_800
_VERSION_FILE = "grader/__init__.py"
#: Digits of the content's hash that are enough to tell two hand-outs apart.
_SHORT = 12


@dataclass(frozen=True, slots=True)
class HandoutArchive:
    """`archive` is a gzipped tar of the folder FOLDER with `files` files; its grader states `version`."""

    version: str
    files: int
    archive: bytes


def build(installation: Installation) -> HandoutArchive:
    """Raises UsageError and InfrastructureError: see `contents`."""
    files = contents(installation)
    version = f"{grader.__version__}+handout.{_digest(files)[:_SHORT]}"
    files[_VERSION_FILE] = _stating(version, files[_VERSION_FILE])
    return HandoutArchive(version, len(files), _packed(files))


def _digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 of all names and contents; where one ends and the next begins counts."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _stating(version: str, source: bytes) -> bytes:
    """The package's own file, with the hand-out's version in place of the project's: every report then tells it."""
    stated, told = (f'__version__ = "{number}"'.encode() for number in (grader.__version__, version))
    if source.count(stated) != 1:
        raise InfrastructureError(f"{_VERSION_FILE} does not state its version as {stated.decode()}")
    return source.replace(stated, told)


def _packed(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=target, mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name in sorted(files):
            member = tarfile.TarInfo(f"{FOLDER}/{name}")
            member.size, member.mtime = len(files[name]), _TIME
            member.mode = 0o755 if name.endswith(EXECUTABLE_SUFFIX) else 0o644
            archive.addfile(member, io.BytesIO(files[name]))
    return target.getvalue()
