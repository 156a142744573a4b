"""Which archive format a file holds, told from its content. The suffix only says what it was meant to be."""

from __future__ import annotations

import tarfile
from enum import StrEnum
from typing import BinaryIO

#: Suffixes, longest first, that say "this was meant to be a hand-in", also of formats that are not read.
ARCHIVE_SUFFIXES = (
    ".tar.bz2",
    ".tar.gz",
    ".tar.xz",
    ".tbz2",
    ".tar",
    ".tgz",
    ".txz",
    ".zip",
    ".alz",
    ".egg",
    ".rar",
    ".bz2",
    ".7z",
    ".gz",
    ".xz",
)

#: Zip containers by content that are documents or data by purpose.
_ZIP_DOCUMENT_SUFFIXES = (
    ".docx",
    ".epub",
    ".hwpx",
    ".jar",
    ".keras",
    ".npz",
    ".odp",
    ".ods",
    ".odt",
    ".pptx",
    ".pt",
    ".whl",
    ".xlsm",
    ".xlsx",
)


class ArchiveFormat(StrEnum):
    """Formats told apart. The values are shown to people."""

    TAR = "tar"
    TAR_GZIP = "tar.gz"
    TAR_BZIP2 = "tar.bz2"
    TAR_XZ = "tar.xz"
    ZIP = "zip"
    RAR = "rar"
    SEVEN_ZIP = "7z"
    ALZIP = "alz"
    ALZIP_EGG = "egg"

    @property
    def readable(self) -> bool:
        """Whether intake can take this format in."""
        return self in _READABLE


_READABLE = frozenset(
    {ArchiveFormat.TAR, ArchiveFormat.TAR_GZIP, ArchiveFormat.TAR_BZIP2, ArchiveFormat.TAR_XZ, ArchiveFormat.ZIP}
)

_MAGIC = (
    (b"\x1f\x8b", ArchiveFormat.TAR_GZIP),
    (b"BZh", ArchiveFormat.TAR_BZIP2),
    (b"\xfd7zXZ\x00", ArchiveFormat.TAR_XZ),
    (b"PK\x03\x04", ArchiveFormat.ZIP),
    (b"PK\x05\x06", ArchiveFormat.ZIP),
    (b"Rar!\x1a\x07", ArchiveFormat.RAR),
    (b"7z\xbc\xaf\x27\x1c", ArchiveFormat.SEVEN_ZIP),
    (b"ALZ\x01", ArchiveFormat.ALZIP),
    (b"EGGA", ArchiveFormat.ALZIP_EGG),
)


def archive_format(file: BinaryIO) -> ArchiveFormat | None:
    """The format of the seekable `file` (left at its start), None if it is no known archive."""
    file.seek(0)
    block = file.read(tarfile.BLOCKSIZE)
    file.seek(0)
    for magic, found in _MAGIC:
        if block.startswith(magic):
            return found
    return ArchiveFormat.TAR if _is_tar_header(block) else None


def archive_suffix(name: str) -> str:
    """The archive suffix of `name` as it is spelled there, empty if it has none."""
    folded = name.casefold()
    for suffix in ARCHIVE_SUFFIXES:
        if folded.endswith(suffix) and len(folded) > len(suffix):
            return name[-len(suffix) :]
    return ""


def is_zip_document(name: str) -> bool:
    """Whether `name` is a zip only in its bytes: an office document, an array file, a saved model."""
    return name.casefold().endswith(_ZIP_DOCUMENT_SUFFIXES)


def _is_tar_header(block: bytes) -> bool:
    if len(block) == tarfile.BLOCKSIZE and block.count(0) == tarfile.BLOCKSIZE:
        return True  # the end marker of an empty tar
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True
