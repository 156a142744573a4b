"""Observes a part that is written for TensorFlow 1: the same questions as ever; what differs, differs in its process."""

from __future__ import annotations

from collections.abc import Callable

from grader.checks.part import PartObserved, PartTask, Runner
from grader.checks.table import VISUALISATION_CHECKS_BY_NAME
from grader.checks.tensorflow1.sessions_in_code import code_without_sessions
from grader.checks.training.training_data import TrainingData
from grader.checks.training.training_part import observe_training
from grader.checks.visualisation.visualisation_part import Subject, observe_visualisations


def observe_tensorflow1(
    runner: Runner | None,
    task: PartTask,
    data: TrainingData | None,
    subject: Callable[[], Subject] | None,
    unavailable: str,
) -> PartObserved:
    """`runner` is None where the part cannot be run here, `data` and `subject` where it is not about them;
    `unavailable` says why.

    Raises InfrastructureError for faults of the grader.
    """
    checks = {item.check for item in task.rubric.items if item.part == task.part_number}
    if checks & VISUALISATION_CHECKS_BY_NAME.keys():
        return observe_visualisations(runner, task, subject, unavailable)
    return observe_training(runner, task, data, unavailable, read=code_without_sessions)
