"""One entry of an archive or folder, and the rule for which names may become paths of a work folder."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

#: Linux allows no longer file name; a longer one could never be written into a work folder.
COMPONENT_BYTES = 255
PATH_BYTES = 2048


class MemberKind(StrEnum):
    """What an entry is; the values are shown to people. Only files and folders are taken in."""

    FILE = "file"
    FOLDER = "folder"
    SYMBOLIC_LINK = "symbolic link"
    HARD_LINK = "hard link"
    DEVICE = "device"
    FIFO = "fifo"
    OTHER = "special file"


@dataclass(frozen=True, slots=True)
class Member:
    """An entry as its container names it. `modified` is in seconds since the epoch; `open` gives a file's bytes.

    Members of a stream must be opened before the next one is asked for.
    """

    name: str
    kind: MemberKind
    modified: float
    open: Callable[[], BinaryIO]


class UnsafeName(Exception):
    """A name that leads outside or cannot be written; the text says which of these."""


def decode_name(raw: bytes) -> str:
    """A name of unknown encoding: UTF-8, else CP949 (Korean Windows), else CP437 (what zip falls back to)."""
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437")


def member_path(name: str) -> str:
    """The NFC-normalised relative POSIX path that `name` stands for; empty for the container's own root.

    Backslashes separate folders too: some Windows packers write them. Raises UnsafeName.
    """
    slashed = name.replace("\\", "/")
    if "\0" in slashed:
        raise UnsafeName("NUL character")
    if slashed.startswith("/"):
        raise UnsafeName("absolute path")
    if re.match(r"[A-Za-z]:", slashed):
        raise UnsafeName("drive letter")
    parts = [part for part in slashed.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise UnsafeName("leads outside")
    path = unicodedata.normalize("NFC", "/".join(parts))
    try:
        encoded = path.encode("utf-8")
    except UnicodeEncodeError:
        raise UnsafeName("undecodable name") from None
    if len(encoded) > PATH_BYTES or any(len(part) > COMPONENT_BYTES for part in encoded.split(b"/")):
        raise UnsafeName("name too long")
    return path
