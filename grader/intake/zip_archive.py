"""Members of a zip. Its directory stands at the end, so a cut one has none; each member carries a checksum."""

from __future__ import annotations

import datetime
import stat
import struct
import zipfile
from collections.abc import Generator
from contextlib import closing
from typing import BinaryIO, NamedTuple

from grader.intake.budget import SKIPPED_ALLOWANCE, CountedReader, IntakeBudget
from grader.intake.member import Member, MemberKind, decode_name
from grader.intake.rejection import damage_rejects, rejected

_ENCRYPTED = 0x1
_SEE_ZIP64 = 0xFFFF
_UTF8_NAME = 0x800

_END_RECORD = struct.Struct("<4s4H2LH")
_END_RECORD64 = struct.Struct("<4sQ2H2L4Q")
_END_LOCATOR64_BYTES = 20
_END_MAGIC = b"PK\x05\x06"
#: Room for one entry of the directory with an ordinary name; bounds how many entries zipfile may have to hold at once.
_ENTRY_BYTES = 200


def zip_members(file: BinaryIO, budget: IntakeBudget) -> Generator[Member, None, None]:
    """The members of the zip in the seekable `file`, in the order of its directory.

    Members that nobody opens cost nothing.
    Raises `SubmissionRejected` where the archive is damaged, cut, encrypted or over a limit.
    """
    declared = _end_record(file)
    with damage_rejects():
        archive = zipfile.ZipFile(file)
    with closing(archive):
        entries = archive.infolist()
        # zipfile takes what it finds: one wrong length, and the rest of the directory passes for a comment.
        if declared.entries not in (len(entries), _SEE_ZIP64):
            raise rejected("corrupted", detail=f"{len(entries)} of {declared.entries} zip members found")
        # zipfile tolerates bytes before the archive. Then the end of a stored inner zip (a saved model is one) would
        # pass for the end of an outer one that was cut off right behind it.
        if entries and min(entry.header_offset for entry in entries) != 0:
            raise rejected("corrupted", detail="foreign data before the first zip member")
        for entry in entries:
            if entry.flag_bits & _ENCRYPTED:
                raise rejected("encrypted")
        for entry in entries:
            yield _member(archive, entry, budget)


def zip_entry_name(entry: zipfile.ZipInfo) -> str:
    """The name as its packer meant it, folders separated by slashes: without the UTF-8 mark zipfile has read it as CP437."""
    name = entry.orig_filename
    if not entry.flag_bits & _UTF8_NAME:
        name = decode_name(name.encode("cp437"))
    return name.replace("\\", "/")


def zip_entry_time(entry: zipfile.ZipInfo) -> float:
    """Modification time in seconds since the epoch; zip stores local time. 0 where it is no date."""
    try:
        return datetime.datetime(*entry.date_time).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def bound_zip_directory(file: BinaryIO, budget: IntakeBudget) -> None:
    """Refuse a directory that is too large before zipfile builds an object for each of its entries."""
    directory_bytes = _end_record(file).directory_bytes
    limit = budget.limits.members * SKIPPED_ALLOWANCE
    if directory_bytes > limit * _ENTRY_BYTES:
        raise rejected("too_many_members", found=directory_bytes // _ENTRY_BYTES, limit=limit)


class _EndRecord(NamedTuple):
    entries: int
    directory_bytes: int


def _end_record(file: BinaryIO) -> _EndRecord:
    """What the end of the zip says about its directory; `file` is left at its start."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_RECORD.size - 0xFFFF))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(_END_MAGIC)
    if at < 0 or len(tail) - at < _END_RECORD.size:
        raise rejected("truncated", detail="the zip's directory is missing")
    fields = _END_RECORD.unpack_from(tail, at)
    entries, directory_bytes = fields[4], fields[5]
    at64 = at - _END_LOCATOR64_BYTES - _END_RECORD64.size
    if directory_bytes == 0xFFFFFFFF and at64 >= 0:
        directory_bytes = _END_RECORD64.unpack_from(tail, at64)[8]
    return _EndRecord(entries, min(directory_bytes, size))


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: IntakeBudget) -> Member:
    def open_entry() -> BinaryIO:
        with damage_rejects():
            return CountedReader(archive.open(entry), budget)  # type: ignore[return-value, arg-type]

    return Member(zip_entry_name(entry), _kind(entry), zip_entry_time(entry), open_entry)


def _kind(entry: zipfile.ZipInfo) -> MemberKind:
    mode = entry.external_attr >> 16
    if stat.S_ISLNK(mode):
        return MemberKind.SYMBOLIC_LINK
    if stat.S_ISFIFO(mode):
        return MemberKind.FIFO
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        return MemberKind.DEVICE
    if stat.S_ISSOCK(mode):
        return MemberKind.OTHER
    if entry.orig_filename.endswith(("/", "\\")) or stat.S_ISDIR(mode):
        return MemberKind.FOLDER
    return MemberKind.FILE
