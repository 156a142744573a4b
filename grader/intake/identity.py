"""Whose hand-in is it: reads a team's name off what was found, from inside an archive before its file name."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.intake.archive import archive_members
from grader.intake.budget import IntakeBudget
from grader.intake.display import displayable
from grader.intake.inbox_tree import Node
from grader.intake.inbox_units import Unit
from grader.intake.junk import is_junk
from grader.intake.member import Member, MemberKind, UnsafeName, member_path
from grader.intake.source import opened_archive
from grader.intake.team_name import UNNAMED, first_telling, looks_like_team, team_number
from grader.intake.upload_name import UploadName, read_upload_name
from grader.model.errors import GraderError
from grader.model.limits import MEBIBYTE, IntakeLimits

#: The first files already show a common top folder; reading on would unpack every archive of the inbox twice.
PEEKED_FILES = 64
_PEEK_LIMITS = IntakeLimits(unpacked_bytes=8 * MEBIBYTE)


@dataclass(frozen=True, slots=True)
class FoundHandIn:
    """A hand-in with the team's name as it is spelled there.

    `identity` is equal for hand-ins of one team. It is more than the name where the name alone could be that of several.
    """

    team: str
    identity: tuple[str, ...]
    source: str
    path: Path
    member: str | None
    uploaded: datetime.datetime
    copy: int


def found_hand_in(unit: Unit, inbox: Path) -> FoundHandIn:
    """Read team, upload time and display name off `unit`, found in `inbox`."""
    node = unit.node
    upload = read_upload_name(node.name)
    around = [read_upload_name(name) for name in unit.around]
    participant = next((name.participant for name in (upload, *around) if name.participant), None)
    source = _source(node, inbox)
    inner = tuple(_common_folders(_node_paths(node) if node.is_folder else _archive_paths(node)))
    outer = [name.own for name in around if not name.participant]
    if node.is_folder:
        names = [*outer, upload.own, *inner]
    else:
        names = [*inner, upload.own, *reversed(outer)]
    team = first_telling(names)
    if team is None:
        team = participant or upload.own or node.name or UNNAMED
        identity = (team, participant or source)
    elif participant is not None and not looks_like_team(team):
        identity = (team, participant)
    else:
        identity = (team, *_other_team(team, upload))
    times = [name.uploaded for name in (upload, *around) if name.uploaded is not None]
    return FoundHandIn(
        team, identity, source, node.path, node.member, times[0] if times else node.newest(), upload.copy
    )


def _other_team(team: str, upload: UploadName) -> tuple[str, ...]:
    """The file's name, where it says another team's number than the folder in it: neither may replace the other's."""
    inside, outside = team_number(team), team_number(upload.own)
    return (upload.own,) if None not in (inside, outside) and inside != outside else ()


def _source(node: Node, inbox: Path) -> str:
    if node.member is not None:
        return displayable(f"{node.path.name}: {node.member}")
    try:
        relative = node.path.relative_to(inbox).as_posix()
    except ValueError:
        relative = node.name
    return displayable(node.name if relative == "." else relative)


def _node_paths(node: Node, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for child in node.children.values():
        if child.is_folder:
            yield from _node_paths(child, (*above, child.name))
        else:
            yield above


def _archive_paths(node: Node) -> list[tuple[str, ...]]:
    """Folders of the first files of an archive, in the archive's own spelling; fewer where it is damaged."""
    files: list[tuple[str, ...]] = []
    folders: list[tuple[str, ...]] = []
    try:
        with opened_archive(node.path, node.member, _PEEK_LIMITS) as file:
            budget = IntakeBudget(_PEEK_LIMITS, file.seek(0, 2))
            for member in archive_members(file, node.name, budget):
                budget.count_member()
                parts = _spelled(member)
                if parts is None:
                    continue
                if member.kind is MemberKind.FOLDER:
                    folders.append(parts)
                else:
                    files.append(parts[:-1])
                if len(files) >= PEEKED_FILES:
                    break
    except GraderError:
        pass  # taking it in will say what is wrong with it
    return files or folders


def _spelled(member: Member) -> tuple[str, ...] | None:
    try:
        if not member_path(member.name) or is_junk(member.name.replace("\\", "/")):
            return None
    except UnsafeName:
        return None
    return tuple(part for part in member.name.replace("\\", "/").split("/") if part not in ("", "."))


def _common_folders(paths: Iterable[tuple[str, ...]]) -> list[str]:
    common: list[str] | None = None
    for path in paths:
        if common is None:
            common = list(path)
        else:
            shared = [one == other for one, other in zip(common, path, strict=False)]
            common = common[: shared.index(False) if False in shared else len(shared)]
    return common or []
