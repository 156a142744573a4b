"""Where in a hand-in a verdict points: the student's innermost line, else the definition of the function."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.checks.implementation import definition_line
from grader.model.scorecard import CheckResult, ItemResult
from grader.report.audience import public_failing_case
from grader.report.notebook_source import NotebookSource
from grader.report.wording import write

#: A frame of a student's traceback: ``Utils/layer_utils.py, line 12, in conv_forward: out[n] = x[n] * w``.
_FRAME = re.compile(r"(?P<file>[^,:]+), line (?P<line>[0-9]{1,7})(?![0-9])")

#: A frame in a notebook: ``cell 7, line 12, in run_model: loss = model(X)``.
_CELL_FRAME = re.compile(r"cell (?P<cell>[0-9]{1,5}), line (?P<line>[0-9]{1,7})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Place:
    """A line, counted from 1, of `file`, a relative POSIX path as its reader knows it.

    `cell` is the code cell of a notebook and the line of it, both counted from 1.
    """

    file: str
    line: int
    cell: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """A hand-in's files and who of them is meant by an item.

    `files` maps paths of the work folder to contents, `functions` an item's id to file and function, `shown` a path of
    the work folder to the one under which the reader has that file (default: the same). Functions without a file stand in
    the notebook of their part, one of `notebooks`.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    functions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    notebooks: Mapping[int, NotebookSource] = field(default_factory=dict)

    def of_item(self, item: ItemResult) -> Place | None:
        """The definition of the item's function; line 1 of its file where it defines none; None without the file."""
        file, function = self.functions.get(item.id, ("", ""))
        notebook = self.notebooks.get(item.part)
        if not file and notebook is not None:
            cell = notebook.definition(function) if function else None
            return Place(notebook.file, 1) if cell is None else _in_cell(notebook, cell)
        if file not in self.files:
            return None
        return Place(self.shown.get(file, file), definition_line(self.files[file], function) or 1)

    def of_check(self, item: ItemResult, check: CheckResult) -> Place | None:
        """The student's innermost line where the smallest failing case raised, else as `of_item`."""
        case = public_failing_case(check)
        if case is not None and case.error is not None:
            for frame in reversed(case.error.frames):
                place = self._of_frame(frame) or _of_cell_frame(frame, self.notebooks.get(item.part))
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


def _of_cell_frame(frame: str, notebook: NotebookSource | None) -> Place | None:
    found = _CELL_FRAME.match(frame)
    if found is None or notebook is None:
        return None
    cell = int(found["cell"]), int(found["line"])
    return _in_cell(notebook, cell) if notebook.has(*cell) else None


def _in_cell(notebook: NotebookSource, cell: tuple[int, int]) -> Place:
    return Place(notebook.file, notebook.file_line(*cell), cell)


def cell_text(place: Place) -> str:
    """``Code cell 7, line 3``; empty for a place that is not in a notebook's cell."""
    return "" if place.cell is None else write("ci.cell", cell=place.cell[0], line=place.cell[1])


NO_SOURCES = Sources()
