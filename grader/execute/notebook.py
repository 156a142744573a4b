"""One headless run of a notebook: all cells, errors recorded, the executed notebook rebuilt. Runs in the grader."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from grader.execute.channel import WaitTimeout
from grader.execute.outputs import Output, checked_outputs
from grader.execute.probing import how_it_ended, may_be_killed_from_outside
from grader.execute.replies import answer_body, checked_error, checked_text
from grader.execute.session import OutOfMemory, Session, SessionEnded
from grader.execute.training_log import TrainingLog
from grader.execute.wire import Frame, MalformedFrame
from grader.model.errors import InfrastructureError
from grader.model.limits import ExecutionLimits
from grader.model.observation import NotebookObservation, StudentError
from grader.model.status import CallOutcome

#: All outputs of a notebook together may have this many times what one cell may have.
NOTEBOOK_OUTPUT_FACTOR = 16
_KEYS = frozenset(("cell", "outputs", "execution_count", "error"))
# A real kernel starts within the first cell's time.
_KERNEL_START_S = 60.0


def run_notebook(
    session: Session, notebook: Mapping[str, Any], limits: ExecutionLimits, runner: str
) -> NotebookObservation:
    """Run all code cells in order; a cell's error is recorded and the next one run, a death or timeout ends the run.

    `session` is a process that has run nothing yet; where all cells came to their ends, it can go on to be asked.
    Raises InfrastructureError where the grader's own machinery failed.
    """
    run = _Run(notebook, limits, runner)
    start = time.monotonic()
    status, detail = run.execute(session, start + limits.notebook_wall_s)
    if status == "completed" and run.failed_cell is not None:
        status = "cell_error"
    return NotebookObservation(
        status=status,
        executed=run.executed,
        seconds=time.monotonic() - start,
        failed_cell=run.failed_cell,
        error=run.error,
        detail=detail,
        runner=runner,
        training=run.training.runs(),
        killed=run.killed,
    )


class _Run:
    """The executed notebook as it grows, cell by cell."""

    def __init__(self, notebook: Mapping[str, Any], limits: ExecutionLimits, runner: str):
        self.executed = clean_notebook(notebook)
        self.failed_cell: int | None = None
        self.error: StudentError | None = None
        self.killed = False
        self._cells = [cell for cell in self.executed["cells"] if cell["cell_type"] == "code"]
        self.training = TrainingLog()
        self._limits = limits
        self._runner = runner
        self._left = NOTEBOOK_OUTPUT_FACTOR * limits.output_bytes
        self._displays: dict[str, list[Output]] = {}

    def execute(self, session: Session, deadline: float) -> tuple[str, str]:
        """Run the cells; the run's status and a detail for people."""
        sources = [cell["source"] for cell in self._cells]
        number = 0
        try:
            request = {"op": "notebook", "sources": sources, "output_bytes": self._limits.output_bytes}
            session.send(request, (), deadline)
            for number in range(len(sources)):
                allowance = _KERNEL_START_S if number == 0 and self._runner == "nbclient" else 0.0
                cell_deadline = time.monotonic() + self._limits.cell_wall_s + allowance
                frame = self._answer(session, number, min(deadline, cell_deadline))
                # A cell runs inside this runner's kernel only, so a fault of the runner is not the notebook's.
                if self._runner == "nbclient" and type(frame.body) is dict and "fault" in frame.body:
                    raise InfrastructureError(checked_text(frame.body["fault"]))
                self._take(number, answer_body(frame, _KEYS))
        except WaitTimeout:
            going_on = self.training.going_on(number + 1)
            if going_on:
                return "timeout", f"code cell {number + 1} was still training: {going_on}"
            return "timeout", f"code cell {number + 1} did not end in time"
        except OutOfMemory:
            return "memory", f"code cell {number + 1} used too much memory"
        except MalformedFrame as error:
            return "died", f"code cell {number + 1} spoiled its runner: {error}"
        except SessionEnded as ended:
            self.killed = may_be_killed_from_outside(ended.code)
            outcome, how = how_it_ended(ended.code)
            status = "timeout" if outcome is CallOutcome.TIMED_OUT else "died"
            return status, f"code cell {number + 1} ended the process ({how})"
        return "completed", ""

    def _answer(self, session: Session, number: int, deadline: float) -> Frame:
        """The next frame that is not about training."""
        while True:
            frame = session.receive(deadline)
            if not self.training.take(frame, number + 1):
                return frame
            if time.monotonic() > deadline:  # frame upon frame leaves no time to look
                raise WaitTimeout

    def _take(self, number: int, body: Mapping[str, Any]) -> None:
        if body["cell"] != number or type(body["execution_count"]) is not int:
            raise MalformedFrame("answer to another cell")
        error = checked_error(body["error"])
        outputs = checked_outputs(body["outputs"])
        cell = self._cells[number]
        cell["execution_count"] = number + 1
        for output in outputs:
            self._place(cell, output)
        if error is not None and self.failed_cell is None:
            self.failed_cell, self.error = number, error

    def _place(self, cell: dict[str, Any], output: Output) -> None:
        display = output.pop("display_id", None)
        size = len(str(output))
        if size > self._left:
            if self._left > 0:
                self._left = 0
                note = "[output cut: the notebook wrote too much]\n"
                cell["outputs"].append({"output_type": "stream", "name": "stderr", "text": note})
            return
        self._left -= size
        if output["output_type"] == "update_display_data":
            for shown in self._displays.get(display or "", ()):
                shown["data"] = output["data"]
            return
        if display is not None:
            self._displays.setdefault(display, []).append(output)
        cell["outputs"].append(output)


def clean_notebook(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """The notebook's cells without outputs, tags, other metadata and kernel: what students write there has no effect.

    A cell that nbformat would not accept becomes an empty one of its kind; attachments of markdown cells are kept.
    """
    cells = notebook.get("cells")
    return {
        "nbformat": 4,
        "nbformat_minor": 4,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
        "cells": [_clean_cell(cell) for cell in cells if isinstance(cell, Mapping)] if isinstance(cells, list) else [],
    }


def _clean_cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    source = source if isinstance(source, str) else ""
    if cell.get("cell_type") == "code":
        return {"cell_type": "code", "metadata": {}, "source": source, "execution_count": None, "outputs": []}
    kind = "markdown" if cell.get("cell_type") == "markdown" else "raw"
    clean: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": source}
    attachments = cell.get("attachments")
    if kind == "markdown" and isinstance(attachments, Mapping) and _plain_attachments(attachments):
        clean["attachments"] = {name: dict(bundle) for name, bundle in attachments.items()}
    return clean


def _plain_attachments(attachments: Mapping[str, Any]) -> bool:
    return all(
        isinstance(bundle, Mapping) and all(isinstance(text, str) for text in bundle.values())
        for bundle in attachments.values()
    )
