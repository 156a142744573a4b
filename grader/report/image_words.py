"""Which images a measurement or a run was about, in words."""

from __future__ import annotations

from grader.datasets.data_set import DataKind
from grader.datasets.published import CLASS_NAMES as CIFAR10_CLASSES
from grader.datasets.stand_in import CLASS_NAMES as STAND_IN_CLASSES
from grader.dialects.dialect import Dialect
from grader.model.evidence import DataUsed, Measured
from grader.report.wording import write


def is_stand_in(data: DataUsed | None) -> bool:
    return data is not None and data.kind == DataKind.STAND_IN


def class_names(data: DataUsed | None) -> tuple[str, ...]:
    """Names of the ten classes, by label; numbers where it is not known which images they are."""
    if data is None:
        return tuple(str(label) for label in range(len(CIFAR10_CLASSES)))
    return STAND_IN_CLASSES if is_stand_in(data) else CIFAR10_CLASSES


def data_sentence(data: DataUsed) -> str:
    """Which images the code ran on, and that the stand-in only stands in, where it does."""
    sentence = write("training_report.data.used", name=data.name, profile=data.profile)
    if is_stand_in(data):
        asked = "stand_in_asked" if data.asked_for else "stand_in_unasked"
        sentence += f" {write(f'training_report.data.{asked}')}"
    if data.dialect == Dialect.TF1:
        sentence += f" {write('training_report.data.tensorflow_1')}"
    return sentence


def images_words(measured: Measured, data: DataUsed | None) -> str:
    """Number and kind of the images, e.g. "1,000 hidden stand-in images"."""
    kind = "" if data is None else data.kind
    key = f"training_report.images.{measured.split}.{kind}"
    return write(key if kind else f"training_report.images.{measured.split}.unknown", count=f"{measured.images:,}")
