"""Which nodes of an inbox are hand-ins: archives, or folders that hold a work folder."""

from __future__ import annotations

from dataclasses import dataclass

from grader.intake.archive_format import archive_format, archive_suffix, is_zip_document
from grader.intake.candidate import Ignored
from grader.intake.display import displayable
from grader.intake.inbox_tree import Node
from grader.intake.notebook_parts import canonical_part
from grader.intake.source import is_gradable
from grader.intake.team_name import is_work_folder_name, looks_like_team
from grader.intake.upload_name import read_upload_name
from grader.messages import catalogue


@dataclass(frozen=True, slots=True)
class Unit:
    """One hand-in: its node, and the names of the folders around it that hold nothing else, outermost first."""

    node: Node
    around: tuple[str, ...] = ()


def inbox_units(inbox: Node) -> tuple[list[Unit], list[Ignored]]:
    """The hand-ins of a folder (or of a zip known to be of uploads), and what else lies there."""
    if is_work_folder(inbox) and not any(_is_archive(child) for child in inbox.children.values()):
        return [Unit(inbox)], []
    units: list[Unit] = []
    ignored: list[Ignored] = []
    for child in inbox.sorted_children():
        # Beside archives, a loose `Utils` is what some work folder left behind.
        if child.is_folder and child.name.casefold() == "utils":
            ignored.append(_ignored(child, "beside_archives"))
        else:
            _collect(child, (), units, ignored)
    return units, ignored


def one_file(node: Node) -> tuple[list[Unit], list[Ignored]]:
    """A file given by itself."""
    units: list[Unit] = []
    ignored: list[Ignored] = []
    _collect(node, (), units, ignored)
    return units, ignored


def is_zip_of_uploads(root: Node) -> bool:
    """Whether a zip given as the inbox holds the hand-ins of several teams rather than one team's work.

    An LMS's own folder names say so; so do archives in it where nothing else could be graded, and folders that each
    hold a file which one work folder has only once.
    """
    if any(read_upload_name(child.name).participant for child in root.children.values()):
        return True
    if is_work_folder(root):
        return False
    units, _ = inbox_units(root)
    if any(not unit.node.is_folder for unit in units):
        return True
    seen: set[str] = set()
    for unit in units:
        names = {_once_only(node.name) for node in unit.node.files()} - {""}
        if names & seen:
            return True
        seen |= names
    return False


def is_work_folder(node: Node) -> bool:
    """Whether a folder is itself what a team worked in: notebooks, `layer_utils.py` or ``Utils/`` directly in it."""
    names = {name.casefold(): child for name, child in node.children.items()}
    if "layer_utils.py" in names or any(canonical_part(name) for name in names):
        return True
    utils = names.get("utils")
    if utils is not None and any(is_gradable(file.name) for file in utils.files()):
        return True
    has_archive = any(_is_archive(child) for child in node.children.values())
    return not has_archive and any(is_gradable(name) for name in names)


def _collect(node: Node, around: tuple[str, ...], units: list[Unit], ignored: list[Ignored]) -> None:
    if node.is_link:
        ignored.append(_ignored(node, "link"))
    elif not node.is_folder:
        if _is_archive(node):
            units.append(Unit(node, around))
        elif not read_upload_name(node.name).is_text:
            ignored.append(_ignored(node, "document" if is_zip_document(node.name) else "no_archive"))
    elif not any(node.files()):
        ignored.append(_ignored(node, "empty_folder"))
    elif "log.jsonl" in node.children and "teams" in node.children:
        ignored.append(_ignored(node, "grading_output"))
    elif is_work_folder(node) or (_is_one_team(node.name) and _has_loose_work(node)):
        units.append(Unit(node, around))
    else:
        _collect_folder(node, around, units, ignored)


def _collect_folder(node: Node, around: tuple[str, ...], units: list[Unit], ignored: list[Ignored]) -> None:
    found: list[Unit] = []
    beside: list[Ignored] = []
    for child in node.sorted_children():
        _collect(child, (), found, beside)
    if found:
        if len(found) == 1 or read_upload_name(node.name).participant:
            found = [Unit(unit.node, (*around, node.name, *unit.around)) for unit in found]
        units += found
        ignored += [Ignored(f"{displayable(node.name)}/{entry.name}", entry.reason) for entry in beside]
    elif _is_one_team(node.name):
        units.append(Unit(node, around))  # nothing to grade in it: rejected by name, not overlooked
    else:
        ignored.append(_ignored(node, "nothing_gradable"))


def _is_one_team(name: str) -> bool:
    """Whether a folder of this name is one team's, however many folders it holds."""
    upload = read_upload_name(name)
    is_upload = upload.participant is not None and not upload.is_text
    return is_upload or looks_like_team(upload.own) or is_work_folder_name(name)


def _has_loose_work(node: Node) -> bool:
    """Whether there is something to grade below that is not packed."""
    return any(is_gradable(file.name) for file in node.files())


def _is_archive(node: Node) -> bool:
    """By suffix (also a damaged archive is somebody's hand-in), or by content where the suffix says nothing else."""
    if node.is_folder or node.is_link or is_zip_document(node.name):
        return False
    if archive_suffix(node.name):
        return True
    if node.member is not None or node.name.startswith("."):
        return False
    with node.path.open("rb") as file:
        return archive_format(file) is not None


def _once_only(name: str) -> str:
    folded = name.casefold()
    return folded if canonical_part(name) or folded == "layer_utils.py" else ""


def _ignored(node: Node, reason: str) -> Ignored:
    name = f"{node.name}/" if node.is_folder else node.name
    return Ignored(displayable(name), catalogue().text(f"intake.ignored_{reason}"))
