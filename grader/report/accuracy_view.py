"""What was measured of a trained model, made ready to be shown beside what its notebook claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from grader.model.evidence import AccuracyEvidence, DataUsed
from grader.model.scorecard import ItemResult, Scorecard
from grader.report.accuracy_scale import ScalePicture, measured_texts, scale_picture, usable
from grader.report.confusion_matrix import ConfusionMatrix, confusion_matrix
from grader.report.failing_case import Arrays
from grader.report.image_words import class_names, data_sentence, images_words, is_stand_in
from grader.report.sample_images import SampleImage, sample_images
from grader.report.training_view import longest_run, seconds_per_epoch, seconds_text
from grader.report.wording import feedback, write
from grader.scoring.accuracy_item import percent
from grader.scoring.message_keys import problem_message


@dataclass(frozen=True, slots=True)
class ValidationFigure:
    """One of the three accuracies on validation images; `value` is empty where it is not known, `notes` say more."""

    source: str
    value: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccuracyView:
    """`figures` are accuracies on validation images; `other_data` says that the first of them is on other images.

    `facts` are labels and values; `images` names what the confusion matrix was made of; `samples` are of a split that
    everybody may see. `stands_in` says that nothing was measured because there was no CIFAR-10.
    """

    scale: ScalePicture | None
    figures: tuple[ValidationFigure, ...]
    other_data: bool
    facts: tuple[tuple[str, str], ...]
    data: str
    stands_in: bool
    problem: str = ""
    images: str = ""
    confusion: ConfusionMatrix | None = None
    samples: tuple[SampleImage, ...] = ()


def accuracy_view(item: ItemResult, card: Scorecard, arrays: Arrays) -> AccuracyView | None:
    """None for an item that is not about accuracy. `arrays` are asked for those of the whole item."""
    if item.accuracy is None and item.scale is None:
        return None
    found = item.accuracy or AccuracyEvidence("none")
    paying = usable(found.paying)
    stored: Mapping[str, np.ndarray] = arrays(f"{item.id}/") if paying is not None else {}
    names = class_names(card.data)
    labels, predictions = stored.get("labels"), stored.get("predictions")
    matrix = None if labels is None or predictions is None else confusion_matrix(labels, predictions, names)
    problem = "" if found.problem is None else write(problem_message(found.problem))
    return AccuracyView(
        scale=None if paying is None else scale_picture(paying, item.scale),
        figures=_figures(found),
        other_data=found.claimed_stored is not None and not found.same_data,
        facts=_facts(found, card, item.part),
        data="" if card.data is None else data_sentence(card.data),
        stands_in=is_stand_in(card.data) and card.data is not None and not card.data.asked_for,
        problem="" if problem in feedback(item) else problem,
        images="" if paying is None else images_words(paying, card.data),
        confusion=matrix,
        samples=sample_images(stored, names),
    )


def measured_line(item: ItemResult, data: DataUsed | None) -> str:
    """The accuracy that pays in one line, empty without one: "81.1 % of 1,000 hidden stand-in images are right …"."""
    paying = usable(None if item.accuracy is None else item.accuracy.paying)
    if paying is None:
        return ""
    return write("training_report.measured", images=images_words(paying, data), **measured_texts(paying))


def claims_line(found: AccuracyEvidence) -> str:
    """The three accuracies on validation images in one line; empty where none of them is known."""
    told = [f"{figure.value} ({figure.source})" for figure in _figures(found) if figure.value]
    return write("training_report.claims", figures="; ".join(told)) if told else ""


def _figures(found: AccuracyEvidence) -> tuple[ValidationFigure, ...]:
    measured = usable(found.validation)
    if found.claimed_stored is found.claimed_rerun is measured is None:
        return ()
    texts = {} if measured is None else measured_texts(measured)
    notes = () if measured is None else (
        write("training_report.figure.interval", low=texts["low"], high=texts["high"]),
        write("training_report.figure.images", count=f"{measured.images:,}"),
    )  # fmt: skip
    return (
        _claimed("stored", found.claimed_stored),
        _claimed("rerun", found.claimed_rerun),
        ValidationFigure(write("training_report.figure.measured"), texts.get("accuracy", ""), notes),
    )


def _claimed(source: str, accuracy: float | None) -> ValidationFigure:
    value = "" if accuracy is None else percent(accuracy)
    return ValidationFigure(write(f"training_report.figure.{source}"), value)


def _facts(found: AccuracyEvidence, card: Scorecard, part: int) -> tuple[tuple[str, str], ...]:
    facts = [] if found.model == "none" else [("model", write(f"training_report.model.{found.model}"))]
    paying = usable(found.paying)
    if paying is not None:
        right = write("training_report.fact.of", right=f"{paying.correct:,}", count=f"{paying.images:,}")
        facts.append(("right", right))
    if found.parameters is not None:
        facts.append(("parameters", f"{found.parameters:,}"))
    run = longest_run(card.training.get(part, ()))
    each = None if run is None else seconds_per_epoch(run)
    if run is not None and each is not None:
        facts.append(("seconds", write("training_report.fact.seconds_of", seconds=seconds_text(each), cell=run.cell)))
    return tuple((write(f"training_report.fact.{name}"), value) for name, value in facts)
