"""Finds the hand-ins of an inbox: a folder, an LMS's zip of uploads, a single archive, or a list of these."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

from grader.intake.archive_format import ArchiveFormat, archive_format, is_zip_document
from grader.intake.budget import IntakeBudget
from grader.intake.candidate import Ignored, Inbox
from grader.intake.display import displayable, displayable_list
from grader.intake.identity import FoundHandIn, found_hand_in
from grader.intake.inbox_tree import Node, disk_tree, zip_tree
from grader.intake.inbox_units import Unit, inbox_units, is_zip_of_uploads, one_file
from grader.intake.teams import candidates_of
from grader.intake.zip_archive import bound_zip_directory
from grader.messages import catalogue
from grader.model.errors import SubmissionRejected, UsageError
from grader.model.limits import IntakeLimits


def scan(inbox: Path) -> Inbox:
    """The hand-ins in `inbox`. Raises UsageError where it does not exist or holds none."""
    return scan_many([inbox])


def scan_many(paths: Sequence[Path]) -> Inbox:
    """The hand-ins in all `paths` together, the newest of each team.

    Only a zip that is given alone can be an LMS's zip of uploads: among others, or in a folder, a zip is somebody's
    hand-in and cannot bring in further ones under other teams' names. Raises UsageError where a path does not exist or
    no hand-in is found.
    """
    found: list[FoundHandIn] = []
    ignored: list[Ignored] = []
    notes: list[str] = []
    for given in paths:
        path = Path(os.path.abspath(given))
        require_path(path, displayable(str(given)))
        units, others = _units(path, len(paths) == 1, notes)
        ignored += others
        found += [found_hand_in(unit, path) for unit in units]
    if not found and len(paths) == 1 and paths[0].is_file():
        raise UsageError(
            catalogue().text("intake.not_a_hand_in", path=displayable(str(paths[0])), reason=ignored[0].reason)
        )
    if not found:
        shown = displayable(", ".join(str(path) for path in paths))
        key = "intake.empty_inbox_ignored" if ignored else "intake.empty_inbox"
        names = displayable_list(entry.name for entry in ignored)
        raise UsageError(catalogue().text(key, path=shown, names=names))
    return Inbox(candidates_of(found), tuple(ignored), tuple(notes))


def _units(path: Path, alone: bool, notes: list[str]) -> tuple[list[Unit], list[Ignored]]:
    try:
        if not path.is_dir() and alone and (uploads := _uploads_in(path, trusted=True)) is not None:
            units, ignored = inbox_units(uploads)
            notes.append(catalogue().text("intake.note_lms_zip", path=displayable(path.name), count=len(units)))
            return units, ignored
        units, ignored = inbox_units(disk_tree(path)) if path.is_dir() else one_file(disk_tree(path))
        for unit in units:
            if (
                unit.node.path != path
                and not unit.node.is_folder
                and _uploads_in(unit.node.path, trusted=False) is not None
            ):
                name = displayable(unit.node.name)
                notes.append(catalogue().text("intake.note_looks_like_lms_zip", name=name))
        return units, ignored
    except OSError as error:
        raise _unusable(displayable(str(path)), error) from error


def require_path(path: Path, shown: str) -> None:
    """Raise UsageError unless there is something at `path` that can be opened; `shown` is its name in the message."""
    try:
        if not path.exists():
            raise UsageError(catalogue().text("intake.no_such_path", path=shown))
        if path.is_dir():
            os.scandir(path).close()
        elif not path.is_file():  # opening a pipe would wait for somebody to write
            reason = catalogue().text("intake.ignored_no_archive")
            raise UsageError(catalogue().text("intake.not_a_hand_in", path=shown, reason=reason))
        else:
            path.open("rb").close()
    except OSError as error:
        raise _unusable(shown, error) from error


def _unusable(shown: str, error: OSError) -> UsageError:
    return UsageError(catalogue().text("intake.unusable_path", path=shown, detail=error.strerror))


def _uploads_in(path: Path, trusted: bool) -> Node | None:
    """The tree of a zip of uploads, None for anything else; what is wrong with a damaged one is found by taking it in.

    One that is not `trusted` came from a student, whose directory of names may be a bomb.
    """
    with path.open("rb") as file:
        if is_zip_document(path.name) or archive_format(file) is not ArchiveFormat.ZIP:
            return None
        try:
            if not trusted:
                bound_zip_directory(file, IntakeBudget(IntakeLimits(), None))
            root = zip_tree(path)
        except (SubmissionRejected, zipfile.BadZipFile, ValueError, NotImplementedError):
            return None
    return root if is_zip_of_uploads(root) else None
