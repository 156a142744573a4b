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
    TrainingCheck(
        "simple.define",
        ("simple_model",),
        ("convolution", "pooling", "hidden", "logits", "nothing_else", "values"),
    ),
    TrainingCheck(
        "simple.train",
        ("simple_model", "run_model"),
        ("one_step", "batches", "loss_returned", "loss_goes_down"),
    ),
    TrainingCheck(
        "simple.evaluate",
        ("simple_model", "run_model"),
        ("loss", "accuracy", "unchanged", "inference_mode", "last_batch"),
    ),
    TrainingCheck(
        "inception.module",
        ("Inception_module",),
        (
            "branch_1x1",
            "branch_3x3",
            "branch_5x5",
            "branch_pool",
            "activations",
            "concatenation",
            "spatial_size",
            "values",
        ),
    ),
    TrainingCheck(
        "inception.train",
        ("complex_model", "run_model"),
        ("module", "flatten", "logits", "nothing_else", "one_step", "loss_goes_down", "settings"),
    ),
    TrainingCheck("better.accuracy", ("my_model",)),
    TrainingCheck("better.writeup"),
)
