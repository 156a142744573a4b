"""What observing one part of one submission takes, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from grader.checks.notebooks import NotebookRunner
from grader.model.evidence import ItemEvidence, NotebookEvidence
from grader.model.limits import ExecutionLimits
from grader.model.observation import CallObservation, NotebookObservation, ProbeRequest
from grader.model.rubric import Item, Part, Rubric
from grader.model.submission import Submission


class LiveNotebook(Protocol):
    """A notebook whose process is kept, so that its functions can be called on its own globals.

    `observation` is None where it was not run. `replayed` says that the requests are answered by a process in which only
    the notebook's definitions were made again.
    """

    observation: NotebookObservation | None
    replayed: bool

    def probe(self, requests: Sequence[ProbeRequest]) -> list[CallObservation]: ...


class Workspace(NotebookRunner, Protocol):
    """A submission's work folder with its functions, in some isolated process."""

    def probe(self, requests: Sequence[ProbeRequest]) -> list[CallObservation]: ...

    def live(self, notebook: Mapping[str, Any], name: str, *, run: bool) -> AbstractContextManager[LiveNotebook]: ...


class Runner(Protocol):
    """Whatever runs student code: opens workspaces, knows its versions, and where students' code sees a data folder."""

    def environment(self) -> Mapping[str, str]: ...

    def readable_path(self, folder: Path) -> Path: ...

    def workspace(
        self, files: Mapping[str, bytes], limits: ExecutionLimits, seed: int = 0
    ) -> AbstractContextManager[Workspace]: ...


@dataclass(frozen=True, slots=True)
class PartTask:
    """One part of one submission, and what of it is still to be observed.

    `files` is the part's work folder, ours and theirs. `wanted` are the items to observe, `keys` their keys by id, and
    ``notebook`` for the notebook's. `notebook_wanted`: its evidence is to be made; `run_notebook`: by running it.
    `seed` decides all that is drawn. `template` is the part's notebook as it was handed out, None where that is not known.
    """

    submission: Submission
    files: Mapping[str, bytes]
    rubric: Rubric
    part_number: int
    wanted: tuple[Item, ...]
    keys: Mapping[str, str]
    limits: ExecutionLimits
    seed: int
    notebook_wanted: bool
    run_notebook: bool
    template: bytes | None = None

    @property
    def part(self) -> Part:
        return self.rubric.parts[self.part_number]  # type: ignore[index]


@dataclass(frozen=True, slots=True)
class PartObserved:
    """`items` by id; `notebook` where it was wanted; arrays by ``<item>/<case>/…``; `executed` the notebook as run."""

    items: Mapping[str, ItemEvidence] = field(default_factory=dict)
    notebook: NotebookEvidence | None = None
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    executed: Mapping[str, Any] | None = None
