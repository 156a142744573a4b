"""Why a notebook that was run again has left no saved model behind."""

from __future__ import annotations

from grader.model.evidence import Problem
from grader.model.observation import NotebookObservation


def nothing_saved(observation: NotebookObservation | None) -> Problem:
    """What to tell where there is no file: a used-up budget and an error are other things than nothing saved."""
    if observation is None:
        return Problem("nothing_saved")
    if observation.status == "timeout":
        return _out_of_time(observation)
    if observation.status == "memory":
        return Problem("memory", {"detail": observation.detail})
    if observation.status == "died":
        return Problem("died", {"detail": observation.detail})
    if observation.status == "cell_error" and observation.failed_cell is not None:
        error = observation.error
        reason = f"{error.type}: {error.message}"[:300] if error is not None else observation.detail
        return Problem("not_reached", {"cell": observation.failed_cell + 1, "reason": reason})
    return Problem("nothing_saved")


def _out_of_time(observation: NotebookObservation) -> Problem:
    """Still training, and how far it had come; or something that does not end."""
    run = observation.training[-1] if observation.training else None
    if run is None or (run.epochs_planned is not None and len(run.epochs) >= run.epochs_planned):
        return Problem("not_ended", {"detail": observation.detail})
    come = (
        f"{run.steps} steps" if run.epochs_planned is None else f"epoch {len(run.epochs) + 1} of {run.epochs_planned}"
    )
    return Problem("budget", {"cell": run.cell, "come": come, "seconds": f"{observation.seconds:.0f}"})
