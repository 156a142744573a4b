"""Names of teams: which of a hand-in's names is the team's, and the form that is safe as a folder name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

#: Fits file systems that count bytes (255) also in scripts of three bytes a letter, with room for a suffix.
NAME_CHARACTERS = 60

UNNAMED = "unnamed"

_UNSAFE = re.compile(r'[/\\:*?"<>|]')
_WINDOWS_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)

#: What folders and archives are called after the assignment and not after the team (letters and digits, case-folded).
_WORK_FOLDER = re.compile(r"(assignment|homework|hw|과제|숙제)\d*(cnn|final|submission|제출)?|studenttemplate|handout")
_MEANINGLESS = frozenset(
    {
        "archive",
        "code",
        "cnn",
        "final",
        "handin",
        "home",
        "modelcheckpoints",
        "newfolder",
        "notebook",
        "notebooks",
        "project",
        "src",
        "submission",
        "submissions",
        "submit",
        "team",
        "tmp",
        "upload",
        "uploads",
        "utils",
        "work",
        "workspace",
        "새폴더",
        "조",
        "팀",
    }
)

_TEAM = re.compile(r"team[\s_-]*\d+", re.IGNORECASE)


def is_generic(name: str) -> bool:
    """Whether `name` would fit any team's folder: ``Assignment2``, ``submission``, ``Utils``."""
    plain = _plain(name)
    return not plain or plain in _MEANINGLESS or is_work_folder_name(name)


def is_work_folder_name(name: str) -> bool:
    """Whether `name` is what the hand-out's own folder is called."""
    return _WORK_FOLDER.fullmatch(_plain(name)) is not None


def looks_like_team(name: str) -> bool:
    """Whether `name` follows the course's own form, ``team_7``."""
    return _TEAM.fullmatch(name.strip()) is not None


def team_number(name: str) -> int | None:
    """The number in a name of the course's own form, None for other names."""
    return int(re.sub(r"\D", "", name)) if looks_like_team(name) else None


def first_telling(names: Iterable[str]) -> str | None:
    """The first of `names` that is not generic."""
    return next((name for name in names if not is_generic(name)), None)


def safe_team_name(name: str) -> str:
    """`name` as one path component on any file system: NFC, Unicode kept, unsafe characters replaced, bounded length."""
    normal = unicodedata.normalize("NFC", name)
    safe = "".join(map(_safe_character, normal))
    safe = safe[:NAME_CHARACTERS].strip(" ")
    if safe.startswith((".", "-")):
        safe = f"_{safe[1:]}"
    if safe.endswith("."):
        safe = f"{safe[:-1]}_"
    if _WINDOWS_RESERVED.fullmatch(safe):
        safe = f"_{safe}"
    return safe or UNNAMED


def _safe_character(character: str) -> str:
    if unicodedata.category(character) == "Zs":
        return " "
    # Not printable: control, format (bidirectional, zero-width), surrogate, private, unassigned, line separators.
    return character if character.isprintable() and not _UNSAFE.match(character) else "_"


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFC", name).casefold()
    return "".join(character for character in folded if character.isalnum())
