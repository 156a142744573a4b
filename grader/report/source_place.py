"""Where in a hand-in a verdict points: the student's innermost line, else the definition of the function."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.checks.implementation import definition_line
from grader.model.scorecard import CheckResult, ItemResult
from grader.report.audience import public_failing_case

#: A frame of a student's traceback: ``Utils/layer_utils.py, line 12, in conv_forward: out[n] = x[n] * w``.
_FRAME = re.compile(r"(?P<file>[^,:]+), line (?P<line>[0-9]{1,7})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Place:
    """A line, counted from 1, of `file`, a relative POSIX path as its reader knows it."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Sources:
    """A hand-in's files and who of them is meant by an item.

    `files` maps paths of the work folder to contents, `functions` an item's id to file and function, `shown` a path of
    the work folder to the one under which the reader has that file (default: the same).
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    functions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)

    def of_item(self, item: ItemResult) -> Place | None:
        """The definition of the item's function; line 1 of its file where it defines none; None without the file."""
        file, function = self.functions.get(item.id, ("", ""))
        if file not in self.files:
            return None
        return Place(self.shown.get(file, file), definition_line(self.files[file], function) or 1)

    def of_check(self, item: ItemResult, check: CheckResult) -> Place | None:
        """The student's innermost line where the smallest failing case raised, else as `of_item`."""
        case = public_failing_case(check)
        if case is not None and case.error is not None:
            for frame in reversed(case.error.frames):
                place = self._of_frame(frame)
                if place is not None:
                    return place
        return self.of_item(item)

    def _of_frame(self, frame: str) -> Place | None:
        """Frames come from the student's process: only lines that exist are believed."""
        found = _FRAME.match(frame)
        if found is None or found["file"] not in self.files:
            return None
        line = int(found["line"])
        if not 1 <= line <= self.files[found["file"]].count(b"\n") + 1:
            return None
        return Place(self.shown.get(found["file"], found["file"]), line)


NO_SOURCES = Sources()
