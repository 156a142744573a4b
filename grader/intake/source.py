"""Opens what a candidate points to: an archive, a folder, or an entry of a zip of uploads."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from grader.intake.archive import archive_members
from grader.intake.archive_format import archive_format, archive_suffix
from grader.intake.budget import CHUNK_BYTES, IntakeBudget
from grader.intake.candidate import Candidate
from grader.intake.display import displayable
from grader.intake.folder import folder_members
from grader.intake.hashing import file_sha256, tree_sha256
from grader.intake.member import Member
from grader.intake.rejection import damage_rejects, rejected
from grader.intake.unpack import Unpacked, unpack
from grader.intake.zip_archive import zip_members
from grader.model.limits import MEBIBYTE, IntakeLimits

#: An archive inside a zip of uploads is copied out to be read: in memory up to this size, else on disk.
SPOOLED_BYTES = 16 * MEBIBYTE


def unpack_candidate(candidate: Candidate, limits: IntakeLimits) -> tuple[Unpacked, str]:
    """What `candidate` holds, and the hash of its source as received (of a folder: of the sorted files kept of it).

    Raises `SubmissionRejected` or `InfrastructureError`.
    """
    if candidate.path.is_dir():
        return _unpack_folder(folder_members(candidate.path), limits)
    if candidate.member is not None and candidate.member.endswith("/"):
        with opened(candidate.path) as file:
            return _unpack_folder(_below(file, candidate.member, limits), limits)
    with opened_archive(candidate.path, candidate.member, limits) as file:
        return _unpack_archive(file, candidate.member or candidate.path.name, limits)


@contextmanager
def opened_archive(path: Path, member: str | None, limits: IntakeLimits) -> Iterator[BinaryIO]:
    """The archive at `path`, or a copy of the zip's entry `member` that is an archive itself. Seekable."""
    with opened(path) as file:
        if member is None:
            yield file
            return
        with tempfile.SpooledTemporaryFile(max_size=SPOOLED_BYTES) as copy:
            _copy_entry(file, member, cast(BinaryIO, copy), limits)
            yield cast(BinaryIO, copy)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file at `path` for reading; InfrastructureError where this machine refuses."""
    with damage_rejects():
        file = path.open("rb")
    with file:
        yield file


def is_gradable(path: str) -> bool:
    """Whether a file of this name can be graded at all."""
    name = PurePosixPath(path).name.casefold()
    return name.endswith(".ipynb") or name == "layer_utils.py"


def _unpack_folder(members: Iterator[Member], limits: IntakeLimits) -> tuple[Unpacked, str]:
    unpacked = unpack(members, IntakeBudget(limits, None))
    return unpacked, tree_sha256(unpacked.files)


def _unpack_archive(file: BinaryIO, name: str, limits: IntakeLimits) -> tuple[Unpacked, str]:
    budget = IntakeBudget(limits, file.seek(0, io.SEEK_END))
    sha256 = file_sha256(file)
    unpacked = unpack(archive_members(file, name, budget), budget)
    inner = _only_archive(unpacked)
    if inner is not None:
        unpacked = unpack(archive_members(io.BytesIO(unpacked.files[inner]), inner, budget), budget)
    return unpacked, sha256


def _only_archive(unpacked: Unpacked) -> str | None:
    """The one archive inside an archive that holds nothing to grade itself: some teams pack twice."""
    if any(is_gradable(path) for path in (*unpacked.files, *unpacked.left_out)):
        return None
    archives = [path for path in unpacked.files if archive_suffix(path)]
    if len(archives) != 1:
        return None
    form = archive_format(io.BytesIO(unpacked.files[archives[0]]))
    return archives[0] if form is not None and form.readable else None


def _below(file: BinaryIO, folder: str, limits: IntakeLimits) -> Iterator[Member]:
    """The entries of a zip below `folder`, named relative to it."""
    for member in zip_members(file, IntakeBudget(limits, None)):
        if member.name.startswith(folder) and member.name != folder:
            yield Member(member.name[len(folder) :], member.kind, member.modified, member.open)


def _copy_entry(file: BinaryIO, name: str, copy: BinaryIO, limits: IntakeLimits) -> None:
    with closing(zip_members(file, IntakeBudget(limits, None))) as members:  # an entry opens while its zip is open
        for member in members:
            if member.name == name:
                _copy(member, copy, limits)
                return
    raise rejected("entry_gone", name=displayable(name))


def _copy(member: Member, copy: BinaryIO, limits: IntakeLimits) -> None:
    size = 0
    with damage_rejects(), member.open() as content:
        while chunk := content.read(CHUNK_BYTES):
            size += len(chunk)
            if size > limits.archive_bytes:
                raise rejected("archive_too_large", found=size, limit=limits.archive_bytes)
            copy.write(chunk)
