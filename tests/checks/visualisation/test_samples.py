"""The images that Part 3 is asked about, and what confirms the gradients that answers are held against."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from grader.checks.visualisation import pretrained_networks
from grader.checks.visualisation.pretrained_network import PretrainedNetwork
from grader.checks.visualisation.pretrained_networks import PretrainedNetworks
from grader.checks.visualisation.samples import draw, jumps, other_classes
from grader.checks.visualisation.scores_differentiated import UPSTREAMS, KnownGradients, Scored
from grader.checks.visualisation.witness import gradient_error
from grader.model.errors import InfrastructureError
from grader.model.limits import ExecutionLimits
from tests.checks.visualisation.numpy_network import material, network


@dataclass(frozen=True, eq=False)
class Doubled:
    """A network whose gradients are twice what they should be."""

    true: PretrainedNetwork
    classes: int = 10

    def scores(self, images: np.ndarray) -> np.ndarray:
        return self.true.scores(images)

    def class_gradient(self, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
        return 2 * self.true.class_gradient(images, labels)


def test_central_differences_confirm_right_gradients_and_refute_wrong_ones() -> None:
    images, labels = material().images[:3], np.array([1, 5, 9])
    right, wrong = (
        gradient_error(of, images, labels, np.random.default_rng(0)) for of in (network(), Doubled(network()))
    )  # type: ignore[arg-type]
    assert right < 1e-6 and wrong == pytest.approx(1, abs=0.1)


def test_a_network_is_read_once_and_only_where_its_gradients_are_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Any] = []

    def opened(runner: object, files: object, limits: object) -> object:
        read.append(files)
        return network() if len(read) == 1 else Doubled(network())

    monkeypatch.setattr(pretrained_networks, "read_pretrained", opened)
    networks, given = PretrainedNetworks(), {"Utils/a": b"a"}
    for _ in range(2):
        assert networks.of(material(), None, given, ExecutionLimits()) is network()  # type: ignore[arg-type]
    assert read == [given]
    with pytest.raises(InfrastructureError, match="central differences"):
        networks.of(replace(material(), digest="another"), None, given, ExecutionLimits())  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(3))
def test_images_are_drawn_away_from_kinks_and_some_are_misclassified(seed: int) -> None:
    samples = draw(network(), material(), np.random.default_rng(seed), 5, noise=0.02)
    assert samples.images.shape == (5, 32, 32, 3) and samples.images.dtype == np.float32
    assert (jumps(network(), samples, np.random.default_rng(9)) < 1e-3).all()
    assert 0 < (samples.predicted != samples.labels).sum() < 5


def test_fewer_images_than_are_wanted_are_all_taken() -> None:
    few = replace(material(), images=material().images[:2], labels=material().labels[:2])
    assert len(draw(network(), few, np.random.default_rng(0), 5).labels) == 2


def test_other_classes_are_never_those_that_the_network_says() -> None:
    predicted = np.arange(10).repeat(20)
    others = other_classes(predicted, 10, np.random.default_rng(0))
    assert (others != predicted).all() and set(others.tolist()) == set(range(10))


def test_gradients_are_computed_when_they_are_looked_at_and_kept() -> None:
    counted: list[int] = []

    class Counting(Doubled):
        def input_gradient(self, images: np.ndarray, upstream: np.ndarray) -> np.ndarray:
            counted.append(1)
            return np.zeros(images.shape)

    known = KnownGradients(Counting(network()), material().images[:2], np.array([0, 1]))  # type: ignore[arg-type]
    next(iter(known))
    assert len(counted) == 1
    first, second = list(known), list(known)
    assert [name for name, _ in first] == [name for name, _ in second] and len(counted) == len(UPSTREAMS)


@pytest.mark.parametrize("name", UPSTREAMS)
def test_upstream_gradients_agree_with_central_differences_of_what_they_stand_for(name: str) -> None:
    scores, labels = np.random.default_rng(4).normal(size=(3, 6)), np.array([2, 0, 5])

    def value(of: np.ndarray) -> float:
        softmax = np.exp(of) / np.exp(of).sum(axis=1, keepdims=True)
        rows, asked = np.arange(3), np.eye(6)[labels]
        return {
            "contract": lambda: of[rows, labels].sum(),
            "softmax_score": lambda: softmax[rows, labels].sum(),
            "cross_entropy": lambda: np.log(softmax[rows, labels]).sum(),
            "labels_ignored": lambda: of.max(axis=1).sum(),
            "largest_probability": lambda: softmax.max(axis=1).sum(),
            "all_scores": lambda: of.sum(),
            "squared_distance": lambda: ((of[rows, labels] - 1) ** 2).sum(),
            "squared_distance_all": lambda: ((of - asked) ** 2).sum(),
            "labels_mixed": lambda: of[:, labels].sum(),
            "first_label_only": lambda: of[:, labels[0]].sum(),
        }[name]()

    found, small = UPSTREAMS[name](Scored(scores, labels)), 1e-6
    for place in np.ndindex(scores.shape):
        step = np.zeros_like(scores)
        step[place] = small
        assert found[place] == pytest.approx((value(scores + step) - value(scores - step)) / (2 * small), abs=1e-6)
