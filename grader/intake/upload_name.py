"""Reads what an LMS and a browser write into file names: who uploaded, when, and which copy it is."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from grader.intake.archive_format import archive_suffix

#: ``Hong Gildong_12345_assignsubmission_file_`` (a folder), or the same before the file's own name.
_MOODLE = re.compile(r"(?P<who>.+?_\d+)_assignsubmission_(?P<kind>[a-z]+)_?(?P<own>.*)", re.DOTALL)

_TIMESTAMP = re.compile(
    r"(?<![0-9])(?P<year>20[0-9]{2})[-_.]?(?P<month>[0-9]{2})[-_.]?(?P<day>[0-9]{2})"
    r"(?:[-_.T ]?(?P<hour>[0-9]{2})[-_.:]?(?P<minute>[0-9]{2})(?:[-_.:]?(?P<second>[0-9]{2}))?)?(?![0-9])"
)

#: What browsers and file managers append to a second file of the same name.
_COPY = re.compile(r"\s*(?:\((?P<number>[0-9]{1,3})\)|[-_ ]+copy)$", re.IGNORECASE)

_SEPARATORS = " _-."


@dataclass(frozen=True, slots=True)
class UploadName:
    """`own` is the name that the team gave, without archive suffix, time stamp and copy number; it may be empty.

    `participant` is who uploaded, in the LMS's own spelling; `uploaded` is naive local time; `copy` is 0 for an original.
    """

    own: str
    participant: str | None = None
    uploaded: datetime.datetime | None = None
    copy: int = 0
    is_text: bool = False


def read_upload_name(name: str) -> UploadName:
    """Take the name of one file or folder of an inbox apart."""
    participant = None
    is_text = False
    if moodle := _MOODLE.fullmatch(name):
        participant, name = moodle["who"], moodle["own"]
        is_text = moodle["kind"] == "onlinetext"
    suffix = archive_suffix(name)
    own = name[: len(name) - len(suffix)] if suffix else name
    own, copy = _without_copy(own)
    uploaded = None
    for found in _TIMESTAMP.finditer(own):
        uploaded = _moment(found)
        if uploaded is not None:
            rest = own[: found.start()].rstrip(_SEPARATORS), own[found.end() :].lstrip(_SEPARATORS)
            own = "_".join(part for part in rest if part)
            break
    own, second_copy = _without_copy(own)
    return UploadName(own.strip(), participant, uploaded, copy or second_copy, is_text)


def _without_copy(name: str) -> tuple[str, int]:
    found = _COPY.search(name)
    if found is None or not name[: found.start()]:
        return name, 0
    return name[: found.start()], int(found["number"] or 1)


def _moment(found: re.Match[str]) -> datetime.datetime | None:
    fields = [int(value) for value in found.groups() if value is not None]
    try:
        return datetime.datetime(*fields)  # type: ignore[arg-type]
    except ValueError:  # eight digits that are no date: a student's number
        return None
