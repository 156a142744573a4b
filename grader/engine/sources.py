"""The hand-ins of a run, and how to see whether one has changed without opening it."""

from __future__ import annotations

import dataclasses
import json
import zipfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from grader.engine import fingerprints
from grader.intake.candidate import Candidate, Inbox
from grader.intake.inbox import scan_many
from grader.messages import catalogue
from grader.model.errors import UsageError


def open_inbox(paths: Sequence[Path], out: Path) -> Inbox:
    """What lies in `paths`, without OUT itself, which may stand in an inbox. Raises UsageError if there is no hand-in."""
    texts = catalogue()
    out = out.resolve()
    if out in (path.resolve() for path in paths):
        raise UsageError(texts.text("engine.out_is_inbox", out=out))
    inbox = scan_many(list(paths))
    candidates = inbox.candidates
    if not any(path.resolve().is_relative_to(out) for path in paths):
        candidates = tuple(found for found in candidates if not found.path.resolve().is_relative_to(out))
    for candidate in candidates:
        if candidate.path.resolve() in out.parents:
            raise UsageError(texts.text("engine.out_in_handin", out=out, handin=candidate.source))
    if not candidates:
        raise UsageError(texts.text("engine.empty_inbox", inbox=", ".join(map(str, paths))))
    return dataclasses.replace(inbox, candidates=candidates)


def fingerprint_of(candidate: Candidate) -> dict[str, str]:
    """Fingerprints of the hand-in's bytes, and of what the scan says about it (team, source, flags)."""
    told = {
        "team": candidate.team,
        "source": candidate.source,
        "flags": [dataclasses.asdict(f) for f in candidate.flags],
    }
    return {
        "handin": _content_fingerprint(candidate),
        "identity": fingerprints.of_text(json.dumps(told, sort_keys=True, default=str)),
    }


def _content_fingerprint(candidate: Candidate) -> str:
    """SHA-256 of an archive; of a folder's names and contents; of the checksums in a zip's directory for what is inside.

    One that cannot be read gets a name for that: its job will tell.
    """
    try:
        if candidate.member is None:
            return fingerprints.of_path(candidate.path)
        entries = _checksums(candidate.path, candidate.path.stat().st_mtime_ns)
        below = candidate.member if candidate.member.endswith("/") else None
        chosen = [e for e in entries if e[0] == candidate.member or (below is not None and e[0].startswith(below))]
        return fingerprints.of_text(*(text for entry in sorted(chosen) for text in entry))
    except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
        return f"unreadable: {error}"


@lru_cache(maxsize=8)
def _checksums(path: Path, modified_ns: int) -> tuple[tuple[str, str, str], ...]:
    """Name, size and CRC of every entry of the zip; `modified_ns` only keeps the cache from going stale."""
    with zipfile.ZipFile(path) as archive:
        return tuple((info.filename, str(info.file_size), str(info.CRC)) for info in archive.infolist())
