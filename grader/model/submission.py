"""A hand-in after intake: identity, the rebuilt work folder, and what intake noticed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.model.status import Severity


@dataclass(frozen=True, slots=True)
class Flag:
    """Something a person should know; never changes points by itself.

    `id` is a stable machine name, `values` fill the message catalogue's text `flag.<id>`.
    """

    id: str
    severity: Severity
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Submission:
    """One team's hand-in, unpacked and rebuilt in memory.

    `files` maps paths of the work folder (POSIX, relative, e.g. ``Utils/layer_utils.py``,
    ``Assignment2-1_Implementing_CNN.ipynb``) to bytes. Given files are not among them: execution adds ours.
    `notebooks` maps a part number to its notebook's path in `files`; a part that has none is in
    `missing_notebooks` with the reason. `source_sha256` is of the archive as received (a folder: of its sorted
    contents), `content_sha256` of `files`.
    """

    team: str
    source: str
    source_sha256: str
    content_sha256: str
    files: Mapping[str, bytes]
    notebooks: Mapping[int, str]
    missing_notebooks: Mapping[int, str] = field(default_factory=dict)
    flags: tuple[Flag, ...] = ()
