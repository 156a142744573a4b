"""Takes members into memory under the limits: what is refused, dropped, left out or superseded is written down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from grader.intake.archive_format import archive_suffix
from grader.intake.budget import CHUNK_BYTES, IntakeBudget
from grader.intake.display import displayable
from grader.intake.file_tree import drop_files_that_are_folders
from grader.intake.junk import is_junk
from grader.intake.member import Member, MemberKind, UnsafeName, member_path
from grader.intake.rejection import damage_rejects, rejected
from grader.model.limits import MEBIBYTE

#: Files that are neither code nor a saved model (images, notes) are kept only while they are small: notebooks may show
#: them, nothing is graded in them.
OTHER_FILE_BYTES = 4 * MEBIBYTE

_MODEL_SUFFIXES = (".keras", ".h5", ".hdf5", ".meta", ".index", ".weights", ".ckpt")


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What a hand-in holds: NFC-normalised relative POSIX paths to bytes, nothing of which is a link or leads outside.

    `modified` gives each file's time (seconds since the epoch). `refused` are names with the reason, `duplicates` paths
    that occurred more than once or under another file, `left_out` the sizes (bytes, at least) of files too large to keep.
    """

    files: Mapping[str, bytes]
    modified: Mapping[str, float] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)


def unpack(members: Iterable[Member], budget: IntakeBudget) -> Unpacked:
    """Read `members` into memory. Raises `SubmissionRejected` when a limit is passed or the source is damaged."""
    files: dict[str, bytes] = {}
    modified: dict[str, float] = {}
    refused: list[str] = []
    duplicates: list[str] = []
    left_out: dict[str, int] = {}
    for member in members:
        budget.count_member()
        try:
            path = member_path(member.name)
        except UnsafeName as unsafe:
            refused.append(f"{displayable(member.name)} ({unsafe})")
            continue
        if not path or is_junk(path) or member.kind is MemberKind.FOLDER:
            continue
        if member.kind is not MemberKind.FILE:
            refused.append(f"{displayable(path)} ({member.kind.value})")
            continue
        depth = path.count("/") + 1
        if depth > budget.limits.path_depth:
            raise rejected("path_too_deep", name=displayable(path), found=depth, limit=budget.limits.path_depth)
        budget.count_kept_member()
        if path in files or path in left_out:
            duplicates.append(path)
            files.pop(path, None)
            left_out.pop(path, None)
        data, size = _read(member, path, budget)
        if data is None:
            left_out[path] = size
        else:
            files[path] = data
            modified[path] = member.modified
    if budget.members == 0:
        raise rejected("empty_archive")
    shadowed = drop_files_that_are_folders(files)
    return Unpacked(files, modified, tuple(refused), tuple(dict.fromkeys(duplicates + shadowed)), left_out)


def _read(member: Member, path: str, budget: IntakeBudget) -> tuple[bytes | None, int]:
    """The content, or None where it is longer than files of its sort are kept; and how long it is."""
    kept_bytes = _kept_bytes(path, budget)
    chunks: list[bytes] = []
    size = 0
    with damage_rejects(), member.open() as content:
        while chunk := content.read(CHUNK_BYTES):
            size += len(chunk)
            budget.count_kept_bytes(len(chunk))
            if size > budget.limits.member_bytes:
                raise rejected("member_too_large", name=displayable(path), limit=budget.limits.member_bytes)
            if size <= kept_bytes:
                chunks.append(chunk)
            else:
                chunks.clear()
    return (b"".join(chunks), size) if size <= kept_bytes else (None, size)


def _kept_bytes(path: str, budget: IntakeBudget) -> int:
    pure = PurePosixPath(path.casefold())
    if pure.suffix == ".ipynb":
        return budget.limits.notebook_bytes
    is_model = pure.suffix in _MODEL_SUFFIXES or ".data-" in pure.name or "model_checkpoints" in pure.parts
    return budget.limits.member_bytes if is_model or archive_suffix(pure.name) else OTHER_FILE_BYTES
