"""Saliency maps: right ones in any form earn all, and every known slip costs what its groups cost and is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.checks.network.operations.activations import log_softmax
from grader.checks.training.asking import Asking
from grader.checks.visualisation.saliency import hidden_question, public_questions, saliency
from grader.model.evidence import CaseEvidence
from grader.model.observation import CallObservation, ProbeRequest
from grader.model.scorecard import ItemResult
from grader.model.status import CallOutcome, ItemStatus, Visibility
from grader.scoring import rubric_file
from grader.scoring.item import score_item
from tests.checks.visualisation.fake_notebook import FakeNotebook
from tests.checks.visualisation.numpy_network import material, network
from tests.scoring.evidence_builder import RUBRIC_FILE, item

RUBRIC = rubric_file.load(RUBRIC_FILE)
ITEM = next(entry for entry in RUBRIC.items if entry.id == "p3.saliency")
SEED = 3

Maps = Callable[[np.ndarray, np.ndarray], Any]


def asked(maps: Maps, *, hidden: bool = False, **told: Any) -> tuple[list[CaseEvidence], dict[str, np.ndarray]]:
    notebook = FakeNotebook(lambda arguments, settings: maps(arguments["X"], arguments["Y"]), **told)
    return saliency(Asking(notebook), network(), material(), SEED, hidden)


def verdict(cases: list[CaseEvidence]) -> ItemResult:
    return score_item(ITEM, item("saliency", *cases), RUBRIC, (), None)


def failed(found: ItemResult) -> set[str]:
    return {check.id for check in found.checks if check.status is not ItemStatus.PASSED}


def hints(found: ItemResult) -> set[str]:
    return {check.hint.key.removeprefix("hint3.") for check in found.checks if check.hint is not None}


def scores(images: np.ndarray) -> np.ndarray:
    return network().scores(images.astype(np.float64))


def of_scores(images: np.ndarray, upstream: np.ndarray) -> np.ndarray:
    return network().input_gradient(images.astype(np.float64), upstream)


def one_hot(labels: np.ndarray) -> np.ndarray:
    return np.eye(10)[labels]


def gradient(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return of_scores(images, one_hot(labels))


def right(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return np.abs(gradient(images, labels)).max(axis=-1)


def shown(upstream: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Maps:
    """Maps of another score, which is right in all else."""
    return lambda images, labels: np.abs(of_scores(images, upstream(scores(images), labels))).max(axis=-1)


def each(maps: np.ndarray, function: Callable[..., np.ndarray]) -> np.ndarray:
    return function(maps, axis=(1, 2), keepdims=True)


def probabilities(of: np.ndarray) -> np.ndarray:
    return np.exp(log_softmax(of))


def squared_distance(of: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return -2 * (1 - of) * one_hot(labels)


def softmax_of(of: np.ndarray, labels: np.ndarray) -> np.ndarray:
    chosen = probabilities(of)[np.arange(len(of)), labels, np.newaxis]
    return chosen * (one_hot(labels) - probabilities(of))


def picked_by_column(of: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The gradient of the sum of ``scores[:, Y]``."""
    upstream = np.zeros_like(of)
    for label in labels:
        upstream[:, label] += 1
    return upstream


@pytest.mark.parametrize(
    "form",
    [
        lambda maps: maps.astype(np.float32),
        lambda maps: maps.astype(np.float16),
        lambda maps: maps,
        lambda maps: (maps,),
        lambda maps: [one for one in maps],
        lambda maps: maps.tolist(),
        # What single precision makes of it.
        lambda maps: (maps * (1 + 1e-5 * np.sin(np.arange(maps.size))).reshape(maps.shape)).astype(np.float32),
    ],
)
def test_right_maps_earn_all_points_in_any_form(form: Callable[[np.ndarray], Any]) -> None:
    cases, _ = asked(lambda images, labels: form(right(images, labels)), hidden=True)
    found = verdict(cases)
    assert found.points == 10 and not any(case.matches for case in cases)


#: What is returned, the groups that it loses, and the texts that name it.
SLIPS: dict[str, tuple[Maps, set[str], set[str]]] = {
    "probability": (shown(softmax_of), {"gradient", "scale"}, {"softmax_score"}),
    "cross entropy": (
        shown(lambda of, labels: probabilities(of) - one_hot(labels)), {"gradient", "scale"}, {"cross_entropy"},
    ),
    "mean cross entropy": (
        shown(lambda of, labels: (probabilities(of) - one_hot(labels)) / len(of)),
        {"gradient", "scale"}, {"cross_entropy", "divided_by_images"},
    ),
    "ignores Y": (
        shown(lambda of, labels: one_hot(of.argmax(axis=1))), {"gradient", "scale"}, {"labels_ignored"},
    ),
    "sum of all scores": (shown(lambda of, labels: np.ones_like(of)), {"gradient", "scale"}, {"all_scores"}),
    "squared distance to 1": (shown(squared_distance), {"gradient", "scale"}, {"squared_distance"}),
    "squared distance to one-hot": (
        shown(lambda of, labels: 2 * (of - one_hot(labels)) / of.size), {"gradient", "scale"},
        {"squared_distance_all", "rescaled"},
    ),
    "scores picked by column": (shown(picked_by_column), {"gradient", "scale"}, {"labels_mixed"}),
    "first label": (
        shown(lambda of, labels: one_hot(np.full(len(of), labels[0]))), {"gradient", "scale"}, {"first_label_only"},
    ),
    "gradient times image": (
        lambda images, labels: np.abs(gradient(images, labels) * images).max(axis=-1),
        {"gradient", "scale"}, {"times_input"},
    ),
    "images as pixels": (
        lambda images, labels: right(images * material().deviation + material().mean, labels),
        {"gradient", "scale"}, {"images_rescaled"},
    ),
    "images from 0 to 255": (
        lambda images, labels: right(255 * (images - images.min()) / np.ptp(images), labels),
        {"gradient", "scale"}, {"images_rescaled"},
    ),
    "batch mean": (lambda images, labels: right(images, labels) / len(images), {"scale"}, {"divided_by_images"}),
    "another factor": (lambda images, labels: 255 * right(images, labels), {"scale"}, {"rescaled"}),
    "largest is 1": (
        lambda images, labels: right(images, labels) / each(right(images, labels), np.max), {"scale"}, {"rescaled_each"},
    ),
    "from 0 to 1": (
        lambda images, labels: (right(images, labels) - each(right(images, labels), np.min))
        / (each(right(images, labels), np.max) - each(right(images, labels), np.min)),
        {"scale"}, {"rescaled_each"},
    ),
    "sum is 1": (
        lambda images, labels: right(images, labels) / each(right(images, labels), np.sum), {"scale"}, {"rescaled_each"},
    ),
    "whole numbers up to 255": (
        lambda images, labels: (255 * right(images, labels) / right(images, labels).max()).astype(np.uint8),
        {"scale"}, {"values_bent"},
    ),
    "logarithm": (lambda images, labels: np.log1p(right(images, labels)), {"scale"}, {"values_bent"}),
    "brightest cut off": (
        lambda images, labels: np.clip(right(images, labels) / np.quantile(right(images, labels), 0.99), 0, 1),
        {"scale"}, {"values_bent"},
    ),
    "sum over channels, whole numbers up to 255": (
        lambda images, labels: np.round(
            255 * (sums := np.abs(gradient(images, labels)).sum(axis=-1)) / each(sums, np.max)
        ).astype(int),
        {"scale", "maximum"}, {"values_bent", "channels_summed"},
    ),
    "no absolute value": (
        lambda images, labels: gradient(images, labels).max(axis=-1), {"absolute"}, {"no_absolute"},
    ),
    "of a loss, no absolute value": (
        lambda images, labels: (-gradient(images, labels)).max(axis=-1), {"absolute"}, {"no_absolute"},
    ),
    "absolute value last": (
        lambda images, labels: np.abs(gradient(images, labels).max(axis=-1)), {"absolute"}, {"absolute_too_late"},
    ),
    "squares": (lambda images, labels: (gradient(images, labels) ** 2).max(axis=-1), {"absolute"}, {"squared"}),
    "ReLU": (
        lambda images, labels: np.maximum(gradient(images, labels), 0).max(axis=-1), {"absolute"}, {"negative_cut_off"},
    ),
    "sum over channels": (
        lambda images, labels: np.abs(gradient(images, labels)).sum(axis=-1), {"maximum"}, {"channels_summed"},
    ),
    "mean over channels": (
        lambda images, labels: np.abs(gradient(images, labels)).mean(axis=-1), {"maximum"}, {"channels_averaged"},
    ),
    "L2 over channels": (
        lambda images, labels: np.linalg.norm(gradient(images, labels), axis=-1), {"maximum"}, {"channels_l2"},
    ),
    "minimum over channels": (
        lambda images, labels: np.abs(gradient(images, labels)).min(axis=-1), {"maximum"}, {"channels_minimum"},
    ),
    "one channel": (lambda images, labels: np.abs(gradient(images, labels))[..., 2], {"maximum"}, {"one_channel"}),
    "absolute value of the sum": (
        lambda images, labels: np.abs(gradient(images, labels).sum(axis=-1)), {"absolute", "maximum"},
        {"absolute_too_late", "channels_summed"},
    ),
    "channels left": (lambda images, labels: np.abs(gradient(images, labels)), {"maximum"}, {"channels_left"}),
    "gradient as it is": (gradient, {"absolute", "maximum"}, {"no_absolute", "channels_left"}),
    "an axis too many": (lambda images, labels: right(images, labels)[..., np.newaxis], {"maximum"}, set()),
    "squeezed": (lambda images, labels: right(images, labels).squeeze(), {"maximum"}, set()),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_costs_its_groups_and_is_named(slip: str) -> None:
    maps, lost, named = SLIPS[slip]
    found = verdict(asked(maps)[0])
    assert failed(found) == lost and hints(found) == named
    assert found.points == 10 - sum(ITEM.credit.points[group] for group in lost)  # type: ignore[union-attr]


NOTHING_RIGHT: dict[str, Maps] = {
    "zeros": lambda images, labels: np.zeros(images.shape[:3]),
    "ones": lambda images, labels: np.ones(images.shape[:3]),
    "noise": lambda images, labels: np.random.default_rng(1).random(images.shape[:3]),
    "the image": lambda images, labels: np.abs(images).max(axis=-1),
    "rows for columns": lambda images, labels: right(images, labels).transpose(0, 2, 1),
    "images mixed up": lambda images, labels: right(images, labels)[::-1] if len(images) > 1 else images[..., 0],
    "not a number": lambda images, labels: np.full(images.shape[:3], np.nan),
    "beyond all bounds": lambda images, labels: np.full(images.shape[:3], 1e300),
    "text": lambda images, labels: "a map",
    "nothing": lambda images, labels: None,
    "images last": lambda images, labels: right(images, labels).transpose(1, 2, 0),
    "channels first": lambda images, labels: np.abs(gradient(images, labels)).transpose(0, 3, 1, 2),
    "complex": lambda images, labels: right(images, labels).astype(complex),
    "black and white": lambda images, labels: (maps := right(images, labels)) > each(maps, np.mean),
    "one map for all": lambda images, labels: right(images, labels).mean(axis=0),
}


@pytest.mark.parametrize("wrong", NOTHING_RIGHT)
def test_what_is_no_map_of_these_images_earns_nothing(wrong: str) -> None:
    assert verdict(asked(NOTHING_RIGHT[wrong])[0]).points == 0


def test_an_answer_learnt_by_heart_fails_on_the_hidden_images() -> None:
    known, _ = public_questions(network(), material())
    by_heart = right(known.samples.images, known.classes)
    learnt = asked(lambda images, labels: by_heart[: len(images)], hidden=True)[0]
    assert all(case.errors["contract"]["maps"] < 1e-3 for case in learnt if case.visibility is Visibility.PUBLIC)
    assert verdict(learnt).points == 0


def test_each_question_has_images_that_are_misclassified_and_classes_that_the_network_does_not_say() -> None:
    public, hidden = public_questions(network(), material())[0], hidden_question(network(), material(), SEED)
    for question in (public, hidden):
        samples = question.samples
        assert (samples.predicted == network().predicted(samples.images)).all()
        assert 0 < (samples.predicted != samples.labels).sum() < len(samples.labels)
        assert 0 < (samples.predicted != question.classes).sum() < len(samples.labels)
        assert len(set(question.classes.tolist())) > 1
    assert not np.array_equal(public.samples.images, hidden.samples.images)
    assert not np.array_equal(hidden.samples.images, hidden_question(network(), material(), SEED + 1).samples.images)
    assert not any((image == material().images).all(axis=(1, 2, 3)).any() for image in hidden.samples.images)


def test_an_image_that_was_changed_in_place_costs_what_the_rubric_says() -> None:
    cases, _ = asked(right, changed=["X"])
    found = verdict(cases)
    assert found.points == 0 and any(message.key == "slip.input_changed.costs" for message in found.feedback)


def test_a_network_that_was_changed_is_told_and_costs_nothing_itself() -> None:
    found = verdict(asked(right, weights_changed=True)[0])
    assert found.points == 10 and any(message.key == "hint3.network_changed" for message in found.feedback)


class Training(FakeNotebook):
    """Calls the network in training mode, whose gradients are others, unless it is frozen."""

    def _one(self, request: ProbeRequest) -> CallObservation:
        trains = not request.arguments.get("frozen")
        self._told["weights_changed"] = trains
        seen = super()._one(request)
        noise = np.random.default_rng(0).random(np.shape(seen.value["returned"]))
        return replace(seen, value={**seen.value, "returned": noise}) if trains else seen


@pytest.mark.parametrize(
    ("maps", "lost", "named"),
    [(right, set(), set()), (SLIPS["sum over channels"][0], {"maximum"}, {"channels_summed"})],
)
def test_training_mode_costs_gradient_and_scale_and_what_else_is_wrong(
    maps: Maps, lost: set[str], named: set[str]
) -> None:
    notebook = Training(lambda arguments, settings: maps(arguments["X"], arguments["Y"]))
    found = verdict(saliency(Asking(notebook), network(), material(), SEED, True)[0])
    assert failed(found) == {"gradient", "scale"} | lost and hints(found) == {"network_changed"} | named


def test_an_error_in_every_call_is_the_verdict() -> None:
    def raises(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
        raise ValueError("no")

    cases, arrays = asked(raises)
    assert {case.outcome for case in cases} == {CallOutcome.RAISED} and arrays == {}
    assert verdict(cases).status is ItemStatus.ERROR


def test_pictures_show_the_student_s_maps_beside_the_grader_s() -> None:
    _, arrays = asked(lambda images, labels: 2 * right(images, labels))
    question, _ = public_questions(network(), material())
    count = len(question.classes)
    assert arrays["samples/pixels"].shape == (count, 32, 32, 3) and arrays["samples/pixels"].dtype == np.uint8
    assert arrays["samples/maps"].dtype == arrays["samples/expected"].dtype == np.float32
    assert np.allclose(arrays["samples/maps"], 2 * arrays["samples/expected"], rtol=1e-6)
    assert arrays["samples/labels"].tolist() == question.classes.tolist()
    assert arrays["samples/predictions"].tolist() == question.samples.predicted.tolist()
    assert arrays["samples/class_names"].tolist() == list(material().class_names)
    assert asked(gradient)[1] == {}
