"""Runs a part's notebook again and sets stored and new outputs side by side, cell by cell. No verdict here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from grader.model.evidence import CellEvidence, NotebookEvidence
from grader.model.observation import NotebookObservation
from grader.model.submission import Submission

#: Longest text kept of a cell's source or output, in characters.
TEXT_LIMIT = 4000


class NotebookRunner(Protocol):
    """The part of a workspace that runs notebooks."""

    def run_notebook(self, notebook: Mapping[str, Any], name: str) -> NotebookObservation: ...


def observe_notebook(
    runner: NotebookRunner, submission: Submission, part: int, key: str
) -> tuple[NotebookEvidence, Mapping[str, Any] | None]:
    """The evidence of one notebook, and the executed notebook (nbformat 4) where it was run."""
    if part not in submission.notebooks:
        return NotebookEvidence(key, "missing", detail=submission.missing_notebooks.get(part, "")), None
    path = submission.notebooks[part]
    stored = json.loads(submission.files[path])
    observation = runner.run_notebook(stored, path)
    return evidence_of(stored, observation, key), observation.executed


def evidence_of(stored: Mapping[str, Any], observation: NotebookObservation, key: str) -> NotebookEvidence:
    """The evidence of a notebook that was handed in as `stored` and run."""
    return NotebookEvidence(
        key=key,
        status=observation.status,
        seconds=observation.seconds,
        failed_cell=observation.failed_cell,
        error=observation.error,
        detail=observation.detail,
        runner=observation.runner,
        cells=compare_cells(stored, observation.executed),
        training=observation.training,
    )


def stored_notebook(submission: Submission, part: int, key: str) -> NotebookEvidence:
    """The evidence of a notebook that is looked at but not run."""
    if part not in submission.notebooks:
        return NotebookEvidence(key, "missing", detail=submission.missing_notebooks.get(part, ""))
    stored = json.loads(submission.files[submission.notebooks[part]])
    return NotebookEvidence(key, "not_run", cells=compare_cells(stored, {"cells": []}))


def compare_cells(stored: Mapping[str, Any], executed: Mapping[str, Any]) -> tuple[CellEvidence, ...]:
    """One entry for each code cell of `stored` that has source, with the same cell of `executed`."""
    rerun = [cell for cell in executed.get("cells", ()) if cell.get("cell_type") == "code"]
    cells = []
    position = -1
    for cell in stored.get("cells", ()):
        if cell.get("cell_type") != "code":
            continue
        position += 1
        source = _joined(cell.get("source", ""))
        if not source.strip():
            continue
        again = rerun[position].get("outputs", ()) if position < len(rerun) else ()
        outputs = cell.get("outputs", ())
        cells.append(
            CellEvidence(
                source[:TEXT_LIMIT],
                output_kinds(outputs),
                output_text(outputs),
                output_kinds(again),
                output_text(again),
            )  # fmt: skip
        )
    return tuple(cells)


def output_kinds(outputs: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """What a cell shows, without repetition: ``text``, ``image``, ``html``, ``error``, ``other``."""
    kinds = []
    for output in outputs:
        kind = output.get("output_type")
        mimes = output.get("data", {}) if isinstance(output.get("data", {}), Mapping) else {}
        if kind == "error":
            kinds.append("error")
        elif kind == "stream":
            kinds.append("text")
        elif any(str(mime).startswith("image/") for mime in mimes):
            kinds.append("image")
        elif "text/html" in mimes:
            kinds.append("html")
        elif "text/plain" in mimes:
            kinds.append("text")
        else:
            kinds.append("other")
    return tuple(sorted(set(kinds)))


def output_text(outputs: Sequence[Mapping[str, Any]]) -> str:
    """The text that a cell printed to standard output or showed as its value, cut to TEXT_LIMIT."""
    texts = []
    for output in outputs:
        if output.get("output_type") == "stream" and output.get("name") != "stderr":
            texts.append(_joined(output.get("text", "")))
        elif output.get("output_type") == "execute_result":
            texts.append(_joined(output.get("data", {}).get("text/plain", "")))
    return "".join(texts)[:TEXT_LIMIT]


def _joined(text: object) -> str:
    return "".join(str(line) for line in text) if isinstance(text, list) else str(text)
