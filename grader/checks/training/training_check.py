"""The checks of Part 2 by name, and which functions of the notebook each of them needs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrainingCheck:
    """`functions` are those that must be written before anything can be asked; `groups` the case classes that count."""

    name: str
    functions: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


TRAINING_CHECKS: tuple[TrainingCheck, ...] = (
    TrainingCheck("simple.define", ("simple_model",)),
    TrainingCheck("simple.train", ("simple_model", "run_model")),
    TrainingCheck("simple.evaluate", ("simple_model", "run_model")),
    TrainingCheck("inception.module", ("Inception_module",)),
    TrainingCheck("inception.train", ("complex_model", "run_model")),
    TrainingCheck("better.accuracy", ("my_model",)),
    TrainingCheck("better.writeup"),
)
