"""Observes Part 2: the notebook's run, and what its functions do when the grader calls them."""

from __future__ import annotations

from grader.checks.part import PartObserved, PartTask, Runner
from grader.checks.training.training_data import TrainingData


def observe_training(
    runner: Runner | None, task: PartTask, data: TrainingData | None, unavailable: str
) -> PartObserved:
    """`runner` and `data` are None where the part cannot be run here; `unavailable` then says why.

    Raises InfrastructureError for faults of the grader.
    """
    raise NotImplementedError
