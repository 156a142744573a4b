"""What a scan of an inbox hands over: hand-ins to take in, and what was ignored."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from grader.model.submission import Flag


@dataclass(frozen=True, slots=True)
class Candidate:
    """One team's hand-in, found but not yet opened. Safe to send to another process.

    `team` is safe as a file name and unique in its inbox; `source` names the hand-in for display. `path` is an archive
    or a folder; `member` is None, or the entry of the zip at `path` that holds the hand-in (a folder of it ends in
    ``/``). `uploaded` is naive local time: the upload time in an LMS's file name, else the file's own. `flags` are what
    the scan noticed about it.
    """

    team: str
    source: str
    path: Path
    member: str | None
    uploaded: datetime.datetime
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something in the inbox that is no hand-in, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """Candidates sorted by team, what was ignored, and notes for the person who started the run."""

    candidates: tuple[Candidate, ...]
    ignored: tuple[Ignored, ...] = ()
    notes: tuple[str, ...] = ()
