"""Puts a notebook's definitions into a fresh process, one statement after the other. Runs in the grader.

A statement that hangs, or ends the process, is left out of the next try; where the process may have been killed from
outside, only the second time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from grader.execute.channel import WaitTimeout
from grader.execute.notebook import clean_notebook
from grader.execute.probing import how_it_ended, may_be_killed_from_outside
from grader.execute.replies import answer_body, checked_error
from grader.execute.session import OutOfMemory, Session, SessionEnded
from grader.execute.wire import MalformedFrame
from grader.model.limits import ExecutionLimits
from grader.model.observation import StudentError

#: A definition takes no longer, an import of a framework on a busy machine included.
_STATEMENT_WALL_S = 60.0
_MOST_TRIES = 12
_KEYS = frozenset(("at", "error"))


@dataclass(frozen=True, slots=True)
class ReplayFailure:
    """A definition that could not be replayed. `cell` counts code cells from 1, `line` lines of that cell from 1.

    `error` is what it raised; where it ended or hung its process instead, `detail` says how.
    """

    cell: int
    line: int
    error: StudentError | None = None
    detail: str = ""


class Replayer:
    """Replays one notebook as often as needed, remembering which statements cannot be."""

    def __init__(self, notebook: Mapping[str, Any], limits: ExecutionLimits):
        cells = clean_notebook(notebook)["cells"]
        self._sources = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
        self._limits = limits
        self._fatal: dict[int, ReplayFailure] = {}
        self._raised: dict[int, ReplayFailure] = {}
        self._suspected: int | None = None

    @property
    def failures(self) -> tuple[ReplayFailure, ...]:
        """What could not be replayed the last time, in order."""
        found = {**self._raised, **self._fatal}
        return tuple(found[number] for number in sorted(found))

    def replay(self, open_session: Callable[[], Session], kill: Callable[[], None]) -> Session | None:
        """A process with the definitions in it; None where they end each one, whatever is left out.

        `kill` ends the process that `open_session` has given. Raises InfrastructureError.
        """
        for _ in range(_MOST_TRIES):
            session = open_session()
            if self._replay_in(session):
                return session
            kill()
        return None

    def _replay_in(self, session: Session) -> bool:
        """Whether all came to an end; if not, the statement that did not is remembered as fatal."""
        self._raised = {}
        at: _Place | None = None
        end = time.monotonic() + self._limits.notebook_wall_s
        try:
            body = {"op": "replay", "sources": self._sources, "without": sorted(self._fatal)}
            session.send(body, (), end)
            while True:
                frame = session.receive(min(end, time.monotonic() + self._statement_wall_s()))
                answer = answer_body(frame, _KEYS)
                error = checked_error(answer["error"])
                if error is not None and at is not None:
                    self._raised[at.statement] = ReplayFailure(at.cell, at.line, error)
                if answer["at"] is None:
                    return True
                at = _checked_place(answer["at"], at)
        except WaitTimeout:
            detail = "did not end in time"
        except OutOfMemory:
            detail = "used too much memory"
        except MalformedFrame as error:
            detail = f"spoiled its runner: {error}"
        except SessionEnded as ended:
            if at is not None and self._suspected != at.statement and may_be_killed_from_outside(ended.code):
                self._suspected = at.statement
                return False
            detail = f"ended the process ({how_it_ended(ended.code)[1]})"
        if at is not None:
            self._fatal[at.statement] = ReplayFailure(at.cell, at.line, detail=detail)
        return False

    def _statement_wall_s(self) -> float:
        return min(self._limits.cell_wall_s, _STATEMENT_WALL_S)


@dataclass(frozen=True, slots=True)
class _Place:
    """The statement that a child is about to run."""

    statement: int
    cell: int
    line: int


def _checked_place(told: object, former: _Place | None) -> _Place:
    match told:
        case [int(statement), int(cell), int(line)] if (-1 if former is None else former.statement) < statement:
            return _Place(statement, cell, line)
    raise MalformedFrame("bad place of a definition")
