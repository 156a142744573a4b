"""Where the reader of a report has a notebook, and on which lines of that file its cells stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from grader.intake.inbox_tree import disk_tree
from grader.report.notebook_source import NotebookSource, lines_of_cells


def notebook_source(name: str, content: bytes, path: Path, base: Path) -> NotebookSource:
    """The notebook `name` of the work folder, found again in the folder `path` by the code in its cells.

    Its path is relative to `base` where it lies below. The reader of an archive does not have the file: its path is then
    that of the work folder, and the lines of the file are not known.
    """
    cells = _code_cells(json.loads(content))
    for node in disk_tree(path).files() if path.is_dir() else ():
        if node.path.suffix == ".ipynb":
            try:
                text = node.path.read_bytes().decode("utf-8-sig")
                found = _code_cells(json.loads(text)) == cells
            except (OSError, ValueError, RecursionError):
                continue
            if found:
                below = base if path.is_relative_to(base) else path
                return NotebookSource(node.path.relative_to(below).as_posix(), cells, lines_of_cells(text))
    return NotebookSource(name, cells)


def _code_cells(notebook: Any) -> tuple[str, ...]:
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    return tuple(
        _joined(cell.get("source"))
        for cell in (cells if isinstance(cells, list) else ())
        if isinstance(cell, dict) and cell.get("cell_type") == "code"
    )


def _joined(source: Any) -> str:
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""
