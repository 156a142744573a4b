"""Members of a tar, read as a stream. Where tarfile would quietly stop, this refuses: an archive is whole or it is not.

A tar has no checksum over its contents and `tarfile` ends in silence at a missing end marker or a damaged header,
which would take half an archive for a whole one.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import math
import tarfile
from collections.abc import Iterator
from typing import BinaryIO, Self

from grader.intake.archive_format import ArchiveFormat
from grader.intake.budget import CHUNK_BYTES, CountedReader, IntakeBudget
from grader.intake.member import Member, MemberKind, decode_name
from grader.intake.rejection import damage_rejects, rejected

#: More than tarfile needs to find out that nothing follows.
READS_AT_END = 16

#: Bound on one member's headers (long names, extended headers, sparse maps): tarfile holds them in memory.
HEADER_BYTES = 1 << 20


class _WholeTarInfo(tarfile.TarInfo):
    """Raises our own error where tarfile would take the lack of a next header for the end of the archive."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if isinstance(error, tarfile.EOFHeaderError):
                raise
            if len(buf) < tarfile.BLOCKSIZE:
                raise rejected("truncated", detail="the tar's end marker is missing") from error
            raise rejected("corrupted", detail=f"no valid tar header: {error}") from error


class _EndingStream(CountedReader):
    """Bounds what tarfile does on its own: headers that it holds in memory, and skipping a member of a declared
    8 EiB by reading on behind the end, block after block."""

    header_bytes_left: int | None = HEADER_BYTES
    _reads_at_end = 0

    def read(self, size: int) -> bytes:
        data = super().read(size)
        if self.header_bytes_left is not None:
            self.header_bytes_left -= len(data)
            if self.header_bytes_left < 0:
                raise rejected("corrupted", detail=f"a tar header of more than {HEADER_BYTES:,} bytes")
        if not data:
            self._reads_at_end += 1
            if self._reads_at_end > READS_AT_END:
                raise rejected("truncated", detail="the tar ends inside a member")
        return data


def tar_members(file: BinaryIO, form: ArchiveFormat, budget: IntakeBudget) -> Iterator[Member]:
    """The members of the tar in `file` in their order; after the last one the compressed stream's checksum is read.

    Raises `SubmissionRejected` where the archive is damaged or cut, or over a limit.
    """
    stream = _EndingStream(_decompressed(file, form), budget)
    with damage_rejects():
        tar = tarfile.open(fileobj=stream, mode="r|", tarinfo=_WholeTarInfo)  # type: ignore[call-overload]
        entry = tar.next()
    with tar:
        while entry is not None:
            stream.header_bytes_left = None
            yield _member(tar, entry)
            tar.members.clear()  # tarfile remembers every header; a stream never goes back to one
            with damage_rejects():
                tar.fileobj.seek(tar.offset)  # type: ignore[union-attr, attr-defined]  # behind this member's data
                stream.header_bytes_left = HEADER_BYTES
                entry = tar.next()
    stream.header_bytes_left = None
    with damage_rejects():
        while stream.read(CHUNK_BYTES):
            pass


def _decompressed(file: BinaryIO, form: ArchiveFormat) -> BinaryIO:
    match form:
        case ArchiveFormat.TAR_GZIP:
            return gzip.GzipFile(fileobj=file, mode="rb")  # type: ignore[return-value]
        case ArchiveFormat.TAR_BZIP2:
            return bz2.BZ2File(file)  # type: ignore[return-value]
        case ArchiveFormat.TAR_XZ:
            return lzma.LZMAFile(file)  # type: ignore[return-value]
        case _:
            return file


def _member(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> Member:
    name = decode_name(entry.name.encode("utf-8", "surrogateescape"))
    modified = float(entry.mtime)

    def open_entry() -> BinaryIO:
        with damage_rejects():
            content = tar.extractfile(entry)
        assert content is not None  # only files are opened
        return content  # type: ignore[return-value]

    return Member(name, _kind(entry), modified if math.isfinite(modified) else 0.0, open_entry)


def _kind(entry: tarfile.TarInfo) -> MemberKind:
    if entry.isreg():
        return MemberKind.FILE
    if entry.isdir():
        return MemberKind.FOLDER
    if entry.issym():
        return MemberKind.SYMBOLIC_LINK
    if entry.islnk():
        return MemberKind.HARD_LINK
    if entry.isfifo():
        return MemberKind.FIFO
    return MemberKind.DEVICE if entry.isdev() else MemberKind.OTHER
