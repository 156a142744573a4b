"""One door to every archive format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from grader.intake.archive_format import ArchiveFormat, archive_format, archive_suffix
from grader.intake.budget import IntakeBudget
from grader.intake.display import displayable
from grader.intake.member import Member
from grader.intake.rejection import rejected
from grader.intake.tar_archive import tar_members
from grader.intake.zip_archive import bound_zip_directory, zip_members


def archive_members(file: BinaryIO, name: str, budget: IntakeBudget) -> Iterator[Member]:
    """The members of the archive in the seekable `file`; `name` is for messages.

    Raises `SubmissionRejected`, at once or while it is iterated: not a readable archive, damaged, cut, over a limit.
    """
    form = archive_format(file)
    if form is None:
        size = file.seek(0, 2)
        if size == 0:
            raise rejected("empty_file", name=displayable(name))
        raise rejected("no_archive", name=displayable(name), suffix=archive_suffix(name) or "an archive")
    if not form.readable:
        raise rejected("unsupported_format", name=displayable(name), format=form.value)
    if form is ArchiveFormat.ZIP:
        bound_zip_directory(file, budget)
        return zip_members(file, budget)
    return tar_members(file, form, budget)
