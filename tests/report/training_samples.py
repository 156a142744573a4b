"""Part 2 as it is observed: evidence and arrays made by hand, without any framework, and the verdict on them.

Numbers are made up but go together: the confusion has the accuracy that the item tells, the curves end where the claims
stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np

from grader.datasets.stand_in import draw_split
from grader.model.evidence import (
    AccuracyEvidence,
    CaseEvidence,
    DataUsed,
    Evidence,
    IsolationUsed,
    ItemEvidence,
    Measured,
    NotebookEvidence,
    Problem,
    SubmissionRecord,
    WriteupEvidence,
)
from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits
from grader.model.observation import EpochSeen, StudentError, TrainingRun
from grader.model.rubric import Rubric
from grader.model.scorecard import Scorecard
from grader.model.status import CallOutcome, Visibility
from grader.scoring.rubric_file import load
from grader.scoring.score import score
from tests.scoring.evidence_builder import RUBRIC_FILE

ACCURACY, WRITEUP = "p2.better.accuracy", "p2.better.writeup"

STAND_IN = DataUsed(
    "stand_in", "stand-in", "Drawn by the grader: ten shapes over cloudy backgrounds.", "5a" * 32, "quick"
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


def accuracy_evidence(split: str = "hidden") -> AccuracyEvidence:
    return AccuracyEvidence(
        model="reexecuted" if split == "hidden" else "submitted",
        paying=measured(split),
        validation=Measured("validation", 1000, 781),
        parameters=88_234,
        claimed_stored=0.812,
        claimed_rerun=0.779,
        same_data=split == "test",
    )


def case(group: str, **found: object) -> CaseEvidence:
    returned = {"outcome": CallOutcome.RETURNED, **found}
    return CaseEvidence(f"{group}.public0", group, Visibility.PUBLIC, **returned)  # type: ignore[arg-type]


def right(group: str) -> CaseEvidence:
    return case(group, errors={"contract": {"logits": 3e-7}})


ONE_STEP = {"images": 64, "batch_size": 64, "epochs": 1, "learning_rate": 0.01, "judged_by": "loss"}


def item_evidence(data: DataUsed) -> dict[str, ItemEvidence]:
    """A pooling window that is wrong twice over, a step ten times too long, a run that raises; the rest is right."""
    pool = (
        Problem("pool_size", {"layer": "the max pooling", "found": "2x2", "expected": "3x3"}),
        Problem("strides", {"layer": "the max pooling", "found": "2x2", "expected": "3x3"}),
    )
    raised = StudentError("ValueError", "logits and labels must have the same shape", ("cell 7, line 9, in run_model",))
    define = [right("convolution"), case("pooling", problems=pool), right("hidden"), right("logits")]
    train = [case("one_step", asked=ONE_STEP, errors={"contract": {"weights": 0.9}}), right("loss_goes_down")]
    evaluate = [right("loss"), case("last_batch", asked={"images": 250, "batch_size": 100, "is_training": False},
                                    outcome=CallOutcome.RAISED, error=raised)]  # fmt: skip
    written = {
        "p2.simple.define": ("simple.define", define),
        "p2.simple.train": ("simple.train", train),
        "p2.simple.evaluate": ("simple.evaluate", evaluate),
        "p2.inception.module": ("inception.module", [right("branch_1x1"), right("branch_3x3")]),
    }
    items = {name: ItemEvidence(check, "key", "written", tuple(cases)) for name, (check, cases) in written.items()}
    items["p2.inception.train"] = ItemEvidence("inception.train", "key", "stub")
    if data.asked_for:
        split = "hidden" if data.kind == "stand_in" else "test"
        items[ACCURACY] = ItemEvidence("better.accuracy", "key", "written", accuracy=accuracy_evidence(split))
    else:
        items[ACCURACY] = ItemEvidence("better.accuracy", "key", "not_asked", not_asked="no_cifar10")
    items[WRITEUP] = ItemEvidence("better.writeup", "key", "written", writeup=WriteupEvidence("written", WRITTEN))
    return items


def training_evidence(data: DataUsed = STAND_IN, team: str = "team_7") -> Evidence:
    return Evidence(
        submission=SubmissionRecord(team, f"{team}.tar.gz", "ab" * 32, "ba" * 32),
        isolation=IsolationUsed(IsolationLevel.NAMESPACES),
        environment={"python": "3.11.4", "tensorflow": "2.21.0"},
        seed=20240607,
        items=item_evidence(data),
        notebooks={2: NotebookEvidence("key", "completed", 88.0, training=runs())},
        seconds=94.2,
        limits={2: ExecutionLimits()},
        data=data,
    )


@lru_cache
def part_2() -> Rubric:
    """The rubric's second part alone."""
    whole = load(RUBRIC_FILE)
    items = tuple(item for item in whole.items if item.part == 2)
    return whole.model_copy(update={"items": items, "total": sum(item.points for item in items)})


def training_card(data: DataUsed = STAND_IN, team: str = "team_7", **changed: object) -> Scorecard:
    """The verdict on `training_evidence`; `changed` are fields of the accuracy's evidence, or the write-up's `writeup`."""
    evidence = training_evidence(data, team)
    items = dict(evidence.items)
    if "writeup" in changed:
        items[WRITEUP] = replace(items[WRITEUP], writeup=changed.pop("writeup"))  # type: ignore[arg-type]
    if changed:
        found = replace(items[ACCURACY].accuracy or AccuracyEvidence("none"), **changed)  # type: ignore[arg-type]
        items[ACCURACY] = replace(items[ACCURACY], accuracy=found)
    return score(replace(evidence, items=items), part_2())
