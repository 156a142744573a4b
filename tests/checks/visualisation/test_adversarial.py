"""Adversarial images: right ones in any form earn all, and every known slip costs what its groups cost and is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.checks.training.asking import Asking
from grader.checks.visualisation.adversarial import adversarial
from grader.checks.visualisation.pretrained_network import PretrainedNetwork
from grader.checks.visualisation.unsuited import UnsuitedNetwork
from grader.messages import catalogue
from grader.model.scorecard import ItemResult
from grader.model.status import ItemStatus
from grader.scoring import rubric_file
from grader.scoring.item import score_item
from tests.checks.visualisation.ascent_students import gradient
from tests.checks.visualisation.fake_notebook import FakeNotebook
from tests.checks.visualisation.numpy_network import material, network
from tests.scoring.evidence_builder import RUBRIC_FILE, item

RUBRIC = rubric_file.load(RUBRIC_FILE)
ITEM = next(entry for entry in RUBRIC.items if entry.id == "p3.adversarial")
SEED = 3
BOTH = ("learning_rate", "num_iterations")

Length = Callable[[np.ndarray, np.ndarray], np.ndarray]


def by_norm(way: np.ndarray, image: np.ndarray) -> np.ndarray:
    return way / np.linalg.norm(way)


LENGTHS: dict[str, Length] = {
    "not_normalised": lambda way, image: way,
    "maximum_norm": lambda way, image: way / np.abs(way).max(),
    "divided_by_sum": lambda way, image: way / way.sum(),
    "sum_of_squares": lambda way, image: way / (way**2).sum(),
    "mean_square": lambda way, image: way / np.sqrt((way**2).mean()),
    "penalty": lambda way, image: way - 2e-3 * image,
}


def student(
    length: Length = by_norm, score: str = "score", stop: str = "before", most: int = 100, **slips: Any
) -> Callable[..., np.ndarray]:
    def made(given: np.ndarray, target: int, learning_rate: float = 1.0, num_iterations: int = most) -> np.ndarray:
        image, says = given.copy(), int(network().predicted(given)[0])
        before = says
        for _ in range(min(num_iterations, most)):
            if stop == "before" and says == target:
                break
            way = gradient(given if slips.get("stale") else image, before if slips.get("untargeted") else target, score)
            image = image + slips.get("sign", 1) * np.float32(learning_rate) * length(way, image)
            if slips.get("clip"):
                image = np.clip(image, -127.5 / 64, 127.5 / 64)
            seen, says = says, int(network().predicted(image)[0])
            if stop == "after" and says == target or stop == "one_late" and seen == target:
                break
        return image.astype(np.float32)

    return made


def asked(
    made: Callable[..., Any], hidden: bool = False, ignored: tuple[str, ...] = (), **told: Any
) -> tuple[ItemResult, dict[str, np.ndarray], set[str]]:
    """The verdict, the arrays for pictures and all that was recognised."""

    def answer(arguments: Any, settings: Any) -> Any:
        given = {name: value for name, value in settings.items() if name not in ignored}
        return made(arguments["X"], arguments["target_y"], **given)

    notebook = FakeNotebook(answer, **{"settings": {name: "ignored" for name in ignored}, **told})
    cases, arrays = adversarial(Asking(notebook), network(), material(), SEED, hidden)
    matches = {match for case in cases for match in case.matches}
    return score_item(ITEM, item("adversarial", *cases), RUBRIC, (), None), arrays, matches


def failed(found: ItemResult) -> set[str]:
    return {check.id for check in found.checks if check.status is not ItemStatus.PASSED}


@pytest.mark.parametrize("ignored", [(), BOTH], ids=["settings taken", "settings ignored"])
@pytest.mark.parametrize("style", [{}, {"stop": "after"}, {"stop": "one_late"}, {"clip": True}], ids=str)
def test_right_answers_earn_all(style: dict[str, Any], ignored: tuple[str, ...]) -> None:
    found, _, _ = asked(student(**style), hidden=True, ignored=ignored)
    assert failed(found) == set() and found.points == ITEM.points


def test_a_small_number_added_to_the_norm_is_right() -> None:
    assert failed(asked(student(lambda way, image: way / (np.linalg.norm(way) + 1e-6)))[0]) == set()


@pytest.mark.parametrize("name", LENGTHS)
def test_another_length_costs_normalisation_and_is_named(name: str) -> None:
    found, _, matches = asked(student(LENGTHS[name]))
    # By its sum a gradient may be turned round at any step.
    spoilt = {"flips", "stops"} | ({"direction"} if name == "divided_by_sum" else set())
    assert failed(found) - spoilt == {"normalisation"} and name in matches


def test_another_length_whatever_the_learning_rate_costs_normalisation_alone() -> None:
    short = student()
    found, _, matches = asked(
        lambda given, target, learning_rate=1.0, **settings: short(given, target, 0.3, **settings)
    )
    assert failed(found) == {"normalisation"} and "learning_rate_unused" in matches and "stale_gradient" not in matches


def test_ending_after_one_step_is_no_stale_gradient() -> None:
    found, _, matches = asked(student(most=1))
    assert failed(found) == {"flips", "stops"} and not matches


def test_a_difference_in_the_place_of_the_image_is_named() -> None:
    right = student()
    found, _, matches = asked(lambda given, target, **settings: right(given, target, **settings) - given)
    assert "flips" in failed(found) and "difference_returned" in matches


@pytest.mark.parametrize(
    ("slips", "groups", "hint"),
    [
        ({"score": "softmax"}, {"direction"}, "softmax_score"),
        ({"stale": True}, {"direction"}, "stale_gradient"),
        ({"length": lambda way, image: np.sign(way)}, {"direction", "normalisation"}, "sign"),
        ({"sign": -1, "most": 20}, {"direction", "flips", "stops"}, "descent"),
        ({"sign": -1, "untargeted": True, "most": 20}, {"direction", "flips"}, "untargeted"),
        ({"stop": "never", "most": 40}, {"stops"}, None),
        ({"most": 1}, {"flips", "stops"}, None),
    ],
    ids=lambda value: "-".join(sorted(value)) if isinstance(value, dict | set) else str(value),
)
def test_every_slip_costs_its_groups_and_is_named(slips: dict[str, Any], groups: set[str], hint: str | None) -> None:
    found, _, matches = asked(student(**slips))
    assert groups <= failed(found) <= groups | {"flips", "stops"}
    assert hint is None or hint in matches


def test_a_network_that_nothing_fools_is_no_ones_fault() -> None:
    trained = network()
    blind = {
        name: np.zeros_like(node.value)
        for name, node in trained.graph.nodes.items()
        if node.value is not None and node.value.ndim == 2
    }
    untrained = PretrainedNetwork(trained.graph.with_constants(blind), trained.image_shape, trained.classes)
    with pytest.raises(UnsuitedNetwork) as raised:
        adversarial(Asking(FakeNotebook({})), untrained, material(), 0, False)
    assert f"skipped.{raised.value.reason}" in catalogue()


def test_an_image_that_comes_back_as_it_was_earns_nothing() -> None:
    assert asked(lambda given, target, **settings: given)[0].points == 0


def test_pixels_and_other_shapes_earn_nothing() -> None:
    right = student()
    for made in (lambda image: material().pixels(image), lambda image: (image * 64 + 127.5) / 255, lambda image: None):
        found, _, _ = asked(lambda given, target, made=made, **settings: made(right(given, target, **settings)))
        assert found.points == 0


def test_an_image_without_batch_axis_is_accepted_and_told() -> None:
    right = student()
    found, _, matches = asked(lambda given, target, **settings: right(given, target, **settings)[0])
    assert failed(found) == set() and "batch_axis_missing" in matches


def test_changing_the_image_in_place_costs_its_point_alone() -> None:
    found, _, _ = asked(student(), changed=["X"])
    assert failed(found) == {"input_unchanged"} and found.points == ITEM.points - 1


def test_another_image_of_the_target_fools_nobody() -> None:
    says = network().predicted(material().images)

    def of_the_target(given: np.ndarray, target: int, **settings: float) -> np.ndarray:
        return material().images[np.flatnonzero(says == target)[:1]]

    assert failed(asked(of_the_target)[0]) == {"flips", "direction", "normalisation", "stops"}


def test_one_pattern_for_all_images_earns_next_to_nothing() -> None:
    pattern = np.random.default_rng(0).normal(0, 0.05, (1, *network().image_shape)).astype(np.float32)
    found, _, _ = asked(lambda given, target, **settings: given + pattern)
    assert {"direction", "normalisation"} <= failed(found)


def test_pictures_have_differences_in_pixels() -> None:
    _, arrays, _ = asked(student())
    assert arrays["samples/original"].shape == arrays["samples/adversarial"].shape == (4, 32, 32, 3)
    assert np.array_equal(arrays["samples/predictions"], arrays["samples/targets"])
    assert np.allclose(arrays["samples/difference"], arrays["samples/expected_difference"], atol=0.5)
