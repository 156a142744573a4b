"""One hand-in given by its path: a student's own work folder, the archive made of it, or a folder that holds that."""

from __future__ import annotations

from pathlib import Path

from grader.intake.archive_format import archive_format, archive_suffix, is_zip_document
from grader.intake.candidate import Candidate
from grader.intake.display import displayable, displayable_list
from grader.intake.hand_in import take_in
from grader.intake.handout import Handout
from grader.intake.identity import found_hand_in
from grader.intake.inbox import require_path
from grader.intake.inbox_tree import disk_tree
from grader.intake.inbox_units import Unit, inbox_units, is_work_folder
from grader.intake.teams import candidates_of
from grader.messages import catalogue
from grader.model.errors import SubmissionRejected, UsageError
from grader.model.limits import IntakeLimits
from grader.model.submission import Submission


def open_work_folder(path: Path, handout: Handout, limits: IntakeLimits | None = None) -> Submission:
    """Take in the work folder or archive at `path`.

    Raises UsageError where the path does not exist, is no archive, or is a folder with nothing to grade;
    SubmissionRejected where an archive is damaged, over a limit or holds nothing to grade.
    """
    shown = displayable(str(path))
    require_path(path, shown)
    path = path.resolve()
    if not path.is_dir():
        _require_archive(path, shown)
    # One level is enough for the name; a student's home folder must not be walked for it.
    (candidate,) = candidates_of([found_hand_in(Unit(disk_tree(path, depth=1)), path)])
    try:
        return take_in(candidate, handout, limits)
    except SubmissionRejected as rejection:
        if not path.is_dir():
            raise
        raise UsageError(catalogue().text("intake.not_a_hand_in", path=shown, reason=rejection)) from rejection


def find_hand_in(path: Path) -> Candidate:
    """The one hand-in at `path`: an archive, a work folder, or whatever lies alone in a folder of uploads.

    A folder in which nothing looks like a hand-in stands for itself: taking it in says what is wrong with it. Raises
    UsageError where the path does not exist, is no archive, or holds several hand-ins.
    """
    shown = displayable(str(path))
    require_path(path, shown)
    path = path.resolve()
    tree = disk_tree(path)
    if not tree.is_folder:
        _require_archive(path, shown)
    units = [Unit(tree)]
    if tree.is_folder and not is_work_folder(tree):
        units = inbox_units(tree)[0] or units
    candidates = candidates_of([found_hand_in(unit, path) for unit in units])
    if len(candidates) > 1:
        names = displayable_list(candidate.source for candidate in candidates)
        raise UsageError(catalogue().text("intake.several_hand_ins", path=shown, names=names))
    return candidates[0]


def _require_archive(path: Path, shown: str) -> None:
    with path.open("rb") as file:
        is_archive = archive_format(file) is not None or bool(archive_suffix(path.name))
    if not is_archive or is_zip_document(path.name):
        reason = catalogue().text("intake.ignored_no_archive")
        raise UsageError(catalogue().text("intake.not_a_hand_in", path=shown, reason=reason))
