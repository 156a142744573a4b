"""Flags from setting a notebook's stored outputs beside those of running it again. They never change points."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.model.evidence import CellEvidence, Evidence, NotebookEvidence
from grader.model.rubric import DeterministicCell, Rubric
from grader.model.status import Severity
from grader.model.submission import Flag

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|\bnan\b|[-+]?\binf\b")


def notebook_flags(evidence: Evidence, rubric: Rubric) -> tuple[Flag, ...]:
    """All flags of all notebooks, parts in order."""
    found: list[Flag] = []
    for part in sorted(evidence.notebooks):
        notebook = evidence.notebooks[part]
        if notebook.status == "missing":
            found.append(Flag("notebook_missing", Severity.WARNING, {"part": part, "reason": notebook.detail}))
            continue
        found.extend(_cleared(part, notebook))
        found.extend(_stopped(part, notebook))
        listed = rubric.parts[part].deterministic_cells if part in rubric.parts else ()  # type: ignore[index]
        mismatches = [flag for cell in listed for flag in _mismatches(part, notebook.cells, cell)]
        found.extend(mismatches[:1])
    return tuple(found)


def _cleared(part: int, notebook: NotebookEvidence) -> list[Flag]:
    """Told where every cell that shows something when run was handed in showing nothing."""
    if notebook.status == "not_run":
        showing = list(notebook.cells)
    else:
        showing = [cell for cell in notebook.cells if cell.rerun_kinds and cell.rerun_kinds != ("error",)]
    if showing and not any(cell.stored_kinds for cell in notebook.cells):
        return [Flag("outputs_cleared", Severity.WARNING, {"part": part, "cells": len(showing)})]
    return []


def _stopped(part: int, notebook: NotebookEvidence) -> list[Flag]:
    """An error of the re-run that the hand-in's own outputs do not show."""
    if notebook.status == "cell_error":
        surprising = [
            number
            for number, cell in enumerate(notebook.cells, 1)
            if "error" in cell.rerun_kinds and "error" not in cell.stored_kinds
        ]
        if not surprising:
            return []
        reason = "" if notebook.error is None else f"{notebook.error.type}: {notebook.error.message}"
        return [Flag("notebook_error", Severity.WARNING, {"part": part, "cell": surprising[0], "reason": reason})]
    if notebook.status in ("timeout", "memory", "died"):
        reason = notebook.detail or notebook.status
        return [Flag("notebook_stopped", Severity.WARNING, {"part": part, "reason": reason})]
    return []


def _mismatches(part: int, cells: Sequence[CellEvidence], listed: DeterministicCell) -> list[Flag]:
    meant = [cell for cell in cells if all(fragment in cell.source for fragment in listed.contains)]
    for cell in meant:
        difference = _difference(cell, listed)
        if difference is not None:
            stored, again = difference
            values = {"part": part, "cell": listed.id, "stored": stored, "again": again}
            return [Flag("stored_output_mismatch", Severity.STAFF, values)]
    return []


def _difference(cell: CellEvidence, listed: DeterministicCell) -> tuple[str, str] | None:
    """The first stored line that running the cell again does not bear out, with the new one; None where all agree."""
    if not cell.rerun_kinds or "error" in cell.stored_kinds:
        return None
    stored, again = _lines(cell.stored_text, listed.lines), _lines(cell.rerun_text, listed.lines)
    for number, line in enumerate(stored):
        if number >= len(again):
            return (line, "an error") if "error" in cell.rerun_kinds else None
        if not _agree(line, again[number], listed):
            return line, again[number]
    return None


def _lines(text: str, marker: str) -> list[str]:
    return [line.strip()[:200] for line in text.splitlines() if marker in line]


def _agree(stored: str, again: str, listed: DeterministicCell) -> bool:
    before, after = _numbers(stored), _numbers(again)
    if len(before) != len(after):
        return True  # another wording, nothing to compare
    return all(_close(a, b, listed) for a, b in zip(before, after, strict=True))


def _numbers(line: str) -> list[float]:
    return [float(found) for found in _NUMBER.findall(line)]


def _close(a: float, b: float, listed: DeterministicCell) -> bool:
    if abs(a) <= listed.absolute_floor and abs(b) <= listed.absolute_floor:
        return True
    if a != a or b != b:
        return (a != a) == (b != b)
    return abs(a - b) <= listed.relative_tolerance * max(abs(a), abs(b))
