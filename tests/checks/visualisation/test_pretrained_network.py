"""The grader's copy of the pretrained network: opened apart, tried once, computed in batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from grader.checks.network.graph import Graph
from grader.checks.visualisation.pretrained_network import PretrainedNetwork, read_pretrained, tried
from grader.model.errors import InfrastructureError, UsageError
from grader.model.limits import ExecutionLimits
from grader.model.observation import CallObservation, ProbeRequest, StudentError
from grader.model.status import CallOutcome

SHAPE = (6, 5, 3)
KERNEL = np.random.default_rng(0).normal(size=(3, 3, 3, 4)).astype(np.float32)


def told(*ends: Mapping[str, Any]) -> dict[str, Any]:
    """A convolution, ReLU and the mean over all places, and `ends` after that."""
    nodes: list[dict[str, Any]] = [
        {"name": "x", "op": "Placeholder"},
        {"name": "k", "op": "Const", "value": KERNEL},
        {"name": "c", "op": "Conv2D", "inputs": ["x", "k"], "attributes": {"strides": [1] * 4, "padding": "VALID"}},
        {"name": "r", "op": "Relu", "inputs": ["c"]},
        {"name": "axes", "op": "Const", "value": np.array([1, 2])},
        {"name": "scores", "op": "Mean", "inputs": ["r", "axes"]},
        *ends,
    ]
    return {"nodes": nodes, "input": "x", "output": nodes[-1]["name"]}


class Answering:
    """A runner whose one process answers as it is told."""

    def __init__(self, answer: CallObservation):
        self.answer = answer
        self.asked: list[tuple[Mapping[str, bytes], str]] = []

    @contextmanager
    def workspace(self, files: Mapping[str, bytes], limits: ExecutionLimits, seed: int = 0) -> Iterator[Answering]:
        self.files = files
        yield self

    def probe(self, requests: Sequence[ProbeRequest]) -> list[CallObservation]:
        self.asked += [(self.files, request.probe) for request in requests]
        return [self.answer for _ in requests]


@pytest.fixture
def network() -> PretrainedNetwork:
    return tried(Graph.from_value(told()), SHAPE)


def images(count: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(count, *SHAPE)).astype(np.float32)


def test_the_network_is_read_from_the_given_files_alone() -> None:
    runner = Answering(CallObservation(CallOutcome.RETURNED, {"graph": told(), "image_shape": list(SHAPE)}))
    network = read_pretrained(runner, {"Utils/model_utils.py": b""}, ExecutionLimits())  # type: ignore[arg-type]
    assert (network.image_shape, network.classes) == (SHAPE, 4)
    assert runner.asked == [({"Utils/model_utils.py": b""}, "pretrained")]


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (CallObservation(CallOutcome.RAISED, error=StudentError("RuntimeError", "no weights")), "RuntimeError: no weights"),
        (CallObservation(CallOutcome.TIMED_OUT), "timed_out"),
        (CallObservation(CallOutcome.RETURNED, {"graph": 3, "image_shape": [1, 1, 1]}), "is a int, not a mapping"),
        (CallObservation(CallOutcome.RETURNED, {"graph": told()}), "cannot be read: 'image_shape'"),
        (CallObservation(CallOutcome.RETURNED, None), "cannot be read"),
    ],
)  # fmt: skip
def test_a_network_that_cannot_be_opened_is_the_graders_fault(answer: CallObservation, line: str) -> None:
    with pytest.raises(InfrastructureError, match=line) as raised:
        read_pretrained(Answering(answer), {}, ExecutionLimits())  # type: ignore[arg-type]
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("graph", "shape", "line"),
    [
        (told({"name": "p", "op": "Softmax", "inputs": ["scores"]}), SHAPE, "ends in softmax"),
        (told({"name": "u", "op": "Unheard", "inputs": ["scores"]}), SHAPE, "operation Unheard is not known"),
        (told({"name": "i", "op": "Relu", "inputs": ["c"]}), SHAPE, r"gives shape \(1, 4, 3, 4\)"),
        (told(), (15,), "it has to take images"),
        (told(), (2, 2, 3), "cannot be computed by the grader"),
    ],
)
def test_what_is_no_classifier_with_scores_is_refused_in_one_line(graph, shape, line: str) -> None:
    with pytest.raises(UsageError, match=line) as raised:
        tried(Graph.from_value(graph), shape)
    assert "\n" not in str(raised.value)


def test_scores_and_predictions_are_the_graphs(network: PretrainedNetwork) -> None:
    given = images(3)
    windows = [given[:, i : i + 3, j : j + 3].reshape(3, -1) for i in range(4) for j in range(3)]
    expected = np.mean([np.maximum(window @ KERNEL.reshape(-1, 4).astype(float), 0) for window in windows], axis=0)
    np.testing.assert_allclose(network.scores(given), expected, rtol=1e-12)
    assert network.predicted(given).tolist() == expected.argmax(1).tolist()


def test_each_image_has_the_gradient_of_its_own_classs_score(network: PretrainedNetwork) -> None:
    given, labels, step = images(3).astype(float), np.array([2, 0, 3]), 1e-6
    found, direction = network.class_gradient(given, labels), np.random.default_rng(2).normal(size=(3, *SHAPE))
    ahead, behind = (network.scores(given + sign * step * direction)[np.arange(3), labels] for sign in (1, -1))
    np.testing.assert_allclose((found * direction).sum((1, 2, 3)), (ahead - behind) / (2 * step), rtol=1e-6)


def test_many_images_give_what_each_gives_alone(network: PretrainedNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    given, labels = images(5), np.arange(5) % 4
    whole = network.scores(given), network.class_gradient(given, labels)
    monkeypatch.setattr("grader.checks.visualisation.pretrained_network._ELEMENTS_AT_ONCE", 2 * np.prod(SHAPE))
    np.testing.assert_allclose(network.scores(given), whole[0], rtol=1e-12)
    np.testing.assert_allclose(network.class_gradient(given, labels), whole[1], rtol=1e-12)
    assert network.scores(given[:0]).shape == (0, 4) and network.class_gradient(given[:0], labels[:0]).shape == (
        0,
        *SHAPE,
    )
