"""Part 2 as it looks on a page: a scorecard and arrays made by hand, without any framework.

Numbers are made up but go together: the confusion has the accuracy that the item tells, the curves end where the claims
stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from grader.datasets.stand_in import draw_split
from grader.model.evidence import (
    AccuracyEvidence,
    CaseEvidence,
    DataUsed,
    IsolationUsed,
    Measured,
    Problem,
    WriteupEvidence,
)
from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits
from grader.model.message import Message
from grader.model.observation import EpochSeen, TrainingRun
from grader.model.rubric import Ramp
from grader.model.scorecard import CheckResult, ItemResult, Scorecard
from grader.model.status import CallOutcome, ItemStatus, SubmissionStatus, Visibility

ACCURACY, WRITEUP = "p2.better.accuracy", "p2.better.writeup"

STAND_IN = DataUsed(
    "stand_in", "embedded stand-in", "Drawn by the grader: ten shapes over cloudy backgrounds.", "5a" * 32, "quick"
)
UNASKED = DataUsed("stand_in", STAND_IN.name, STAND_IN.provenance, STAND_IN.digest, "quick", asked_for=False)
CIFAR10 = DataUsed("cifar10", "CIFAR-10", "The published files, python version.", "c1" * 32, "full")

#: Class taken for class, and how often of 100 images: what else is wrong is spread over all classes.
_MIXED = {0: (1, 12), 2: (9, 9), 3: (5, 14), 5: (3, 21), 6: (1, 16), 7: (4, 8)}

WRITTEN = (
    "# My network\n\nThree blocks of **two convolutions** each, then global average pooling.\n\n"
    "| filters | validation accuracy |\n| --- | --- |\n| 16 | 0.71 |\n| 32 | 0.78 |\n\n"
    "1. More filters helped most.\n2. `Dropout(0.3)` closed the gap between training and validation.\n",
    "## What did not work\n\nA learning rate of 0.1: the loss became $\\infty$ in the second epoch.",
)


@lru_cache
def paying_arrays(images: int = 1000) -> Mapping[str, np.ndarray]:
    """Labels, predictions and twenty samples of a split of `images` images."""
    generator = np.random.default_rng(7)
    labels = (np.arange(images) % 10).astype(np.int8)
    predictions = labels.copy()
    draws = generator.random(images)
    for true, (other, often) in _MIXED.items():
        predictions[(labels == true) & (draws < often / 100)] = other
    spread = draws > 0.88
    predictions[spread] = generator.integers(0, 10, spread.sum())
    pixels, sample_labels = draw_split(20, (3, 5))
    order = np.argsort(sample_labels, kind="stable")
    shown = sample_labels[order].astype(np.int8)
    taken = np.where(np.arange(20) % 5 == 3, (shown + 3) % 10, shown).astype(np.int8)
    scores = np.full((20, 10), 0.02, np.float32)
    scores[np.arange(20), taken] = np.linspace(0.35, 0.99, 20)
    return {
        "labels": labels,
        "predictions": predictions,
        "samples/pixels": pixels[order],
        "samples/labels": shown,
        "samples/predictions": taken,
        "samples/scores": scores,
    }


def training_arrays(prefix: str) -> Mapping[str, np.ndarray]:
    """As the engine gives them: by prefix, under their names without it."""
    names = {f"{ACCURACY}/{name}": array for name, array in paying_arrays().items()}
    return {name[len(prefix) :]: array for name, array in names.items() if name.startswith(prefix)}


def correct() -> int:
    stored = paying_arrays()
    return int((stored["labels"] == stored["predictions"]).sum())


def fit_run(cell: int = 14, epochs: int = 12, seconds: float = 5.4, planned: int | None = None) -> TrainingRun:
    seen = []
    for n in range(1, epochs + 1):
        learnt = 1 - 0.82**n
        values = {
            "loss": 2.3 - 1.75 * learnt,
            "accuracy": 0.1 + 0.81 * learnt,
            "val_loss": 2.3 - 1.62 * learnt + 0.008 * n,
            "val_accuracy": 0.1 + 0.76 * learnt - 0.012 * (n % 3),
        }
        seen.append(EpochSeen(n, seconds + (2.5 if n == 1 else 0.1 * (n % 3)), values))
    return TrainingRun(cell, "fit", "train", 4000, 64, 63 * epochs, planned or epochs, tuple(seen))


def runs() -> tuple[TrainingRun, ...]:
    """A first network with one epoch, the inception network with five, a loop of the student's own, and the last one."""
    one = TrainingRun(
        6, "fit", "train", 4000, 500, 8, 1, (EpochSeen(1, 0.8, {"loss": 2.31, "accuracy": 0.12}),)
    )  # fmt: skip
    odd = TrainingRun(
        11, "fit", "train", 4000, 64, 315, 5,
        tuple(EpochSeen(n, 1.1, {"loss": loss}) for n, loss in enumerate((2.4, 37.0, 5100.0, 8.1e6, float("nan")), 1)),
    )  # fmt: skip
    own = TrainingRun(9, "steps", "validation", 1000, 500, 40)
    return (one, own, odd, fit_run())


def measured(split: str = "hidden") -> Measured:
    return Measured(split, 1000, correct())


def accuracy_item(split: str = "hidden", status: ItemStatus = ItemStatus.PASSED, points: float = 15.0) -> ItemResult:
    found = AccuracyEvidence(
        model="reexecuted" if split == "hidden" else "submitted",
        paying=measured(split),
        validation=Measured("validation", 1000, 781),
        parameters=88_234,
        claimed_stored=0.812,
        claimed_rerun=0.779,
        same_data=split == "test",
    )
    return ItemResult(
        ACCURACY, 2, Message("item.better_accuracy.title"), points, 15.0, status,
        (Message("terminal.flag", {"text": "the accuracy is enough for all points"}),),
        accuracy=found, scale=Ramp(none_at=0.4, full_at=0.7),
    )  # fmt: skip


def skipped_accuracy_item() -> ItemResult:
    """Without CIFAR-10, and without anybody asking for the stand-in."""
    return ItemResult(
        ACCURACY, 2, Message("item.better_accuracy.title"), 0.0, 15.0, ItemStatus.SKIPPED,
        (Message("terminal.flag", {"text": "there is no CIFAR-10 here"}),),
        accuracy=AccuracyEvidence("none", claimed_stored=0.74), scale=Ramp(none_at=0.4, full_at=0.7),
    )  # fmt: skip


def writeup_item(state: str = "written", cells: tuple[str, ...] = WRITTEN) -> ItemResult:
    return ItemResult(
        WRITEUP, 2, Message("item.better_writeup.title"), 0.0, 5.0, ItemStatus.MANUAL,
        (Message("terminal.flag", {"text": "a person reads it"}),), writeup=WriteupEvidence(state, cells),
    )  # fmt: skip


def structure_item() -> ItemResult:
    """Two breaches of the structure that a model has, with no array to show."""
    case = CaseEvidence(
        "pooling.public0", "pooling", Visibility.PUBLIC, CallOutcome.RETURNED,
        problems=(
            Problem("not_finite", {"count": 1, "total": 2, "name": "kernel"}),
            Problem("wrong_shape", {"name": "pool", "got": "(2, 2)", "expected": "(3, 3)"}),
        ),
    )  # fmt: skip
    text = Message("terminal.flag", {"text": "the pooling windows are 2x2, not 3x3"})
    hint = Message("terminal.flag", {"text": "look at pool_size"})
    wrong = CheckResult("pooling", ItemStatus.FAILED, text, hint=hint, failing=case)
    right = CheckResult("convolution", ItemStatus.PASSED, Message("check.passed"))
    return ItemResult(
        "p2.simple.define", 2, Message("item.simple_define.title"), 2.0, 4.0, ItemStatus.PARTIAL,
        (Message("feedback.partial", {"passed": 1, "total": 2}),), (right, wrong),
    )  # fmt: skip


def training_item() -> ItemResult:
    """A step of training that is not the one that gradient descent takes."""
    case = CaseEvidence(
        "step.public0", "step", Visibility.PUBLIC, CallOutcome.RETURNED,
        asked={"images": 64, "batch_size": 64, "epochs": 1, "is_training": True},
        errors={"contract": {"weights": 0.9}},
    )  # fmt: skip
    text = Message("check.wrong_values", {"error": "0.9", "limit": "0.001"})
    hint = Message("terminal.flag", {"text": "the weights moved ten times too far: is the learning rate 0.1?"})
    wrong = CheckResult("step", ItemStatus.FAILED, text, 0.9, 1e-3, hint, case, "contract")
    return ItemResult(
        "p2.simple.train", 2, Message("item.simple_train.title"), 0.0, 3.0, ItemStatus.FAILED,
        (Message("feedback.failed", {"passed": 0, "total": 1}),), (wrong,),
    )  # fmt: skip


def right_item() -> ItemResult:
    checks = tuple(CheckResult(name, ItemStatus.PASSED, Message("check.passed")) for name in ("branches", "channels"))
    return ItemResult(
        "p2.inception.module", 2, Message("item.inception_module.title"), 5.0, 5.0, ItemStatus.PASSED,
        (Message("feedback.passed", {"total": 2}),), checks,
    )  # fmt: skip


def training_card(data: DataUsed = STAND_IN, *items: ItemResult, team: str = "team_7") -> Scorecard:
    """A hand-in of which Part 2 was graded on `data`; `items` in place of the usual ones."""
    split = "hidden" if data.kind == "stand_in" else "test"
    usual = (
        structure_item(),
        training_item(),
        right_item(),
        accuracy_item(split) if data.asked_for else skipped_accuracy_item(),
        writeup_item(),
    )
    return Scorecard(
        team=team,
        source=f"{team}.tar.gz",
        source_sha256="ab" * 32,
        status=SubmissionStatus.GRADED,
        items=items or usual,
        seconds=94.2,
        seed=20240607,
        isolation=IsolationUsed(IsolationLevel.NAMESPACES),
        limits={2: ExecutionLimits()},
        environment={"python": "3.11.4", "tensorflow": "2.21.0"},
        rubric_sha256="cd" * 32,
        data=data,
        training={2: runs()},
    )
