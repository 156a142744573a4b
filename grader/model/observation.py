"""What was seen of a student's code from outside its process: calls and notebook cells. No verdicts here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.model.status import CallOutcome


@dataclass(frozen=True, slots=True)
class StudentError:
    """An exception of the student's code; `frames` are the student's own, innermost last, as text lines."""

    type: str
    message: str
    frames: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Stands where a student returned something that is neither a number, an exact array, text nor a container of these."""

    type_name: str


#: A decoded return value: numbers, text, None, exact `numpy.ndarray`, `Unsupported`, tuples, lists and str-keyed dicts.
Value = Any


@dataclass(frozen=True, slots=True)
class ProbeRequest:
    """Ask the child to run probe `probe` (a name in `grader.probes.PROBES`) with `arguments`.

    Arguments are JSON-like trees whose leaves may be `numpy.ndarray`.
    """

    probe: str
    arguments: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class CallObservation:
    """How one probe request ended. `value` is meaningful only for `RETURNED`.

    `arguments_after` holds the arguments as they were in the child after the call, to see in-place changes.
    """

    outcome: CallOutcome
    value: Value = None
    arguments_after: Mapping[str, Value] = field(default_factory=dict)
    seconds: float = 0.0
    error: StudentError | None = None
    output: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class EpochSeen:
    """One epoch of training, as the training process told it. `values` are what it logged: ``loss``, ``val_accuracy`` …"""

    number: int
    seconds: float
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """A stretch of training in one notebook cell: a ``fit`` call, or ``steps`` of a loop of the student's own.

    Told by the student's process: good for pictures, hints and flags, never for points. `cell` counts code cells from 1,
    `on` is ``train``, ``validation``, ``test`` or ``other``: whose images they were. `steps` counts updates of the weights.
    """

    cell: int
    kind: str
    on: str = "other"
    samples: int | None = None
    batch_size: int | None = None
    steps: int = 0
    epochs_planned: int | None = None
    epochs: tuple[EpochSeen, ...] = ()


@dataclass(frozen=True, slots=True)
class NotebookObservation:
    """One headless run of a notebook.

    `status` is ``completed``, ``cell_error``, ``timeout``, ``memory``, ``died`` or ``not_run``; `executed` is the
    notebook with the new outputs as a plain nbformat-4 dict; `failed_cell` counts code cells from 0. `training` is what
    was told of training while it ran, also where the run was cut short. `killed`: the process was killed in a way in
    which somebody else may have done it.
    """

    status: str
    executed: Mapping[str, Any]
    seconds: float
    failed_cell: int | None = None
    error: StudentError | None = None
    detail: str = ""
    runner: str = "shell"
    training: tuple[TrainingRun, ...] = ()
    killed: bool = False
