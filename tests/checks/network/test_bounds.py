"""A network that was made to use up the grader's memory or time is unreadable, whoever wrote it."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.network import reverse, structure
from grader.checks.network.errors import GraphUnreadable
from grader.checks.network.forward import outputs, tensors
from grader.checks.network.gradients import gradients
from grader.checks.network.graph import MOST_CONSTANT_ELEMENTS, Graph
from grader.model.observation import Value

IMAGES = np.ones((2, 4, 4, 3))
#: Additions one after the other; each gives a tensor as large as the images.
LENGTH = 20


def chain(constant: Value = 1.0) -> Graph:
    nodes = [
        {"name": "images", "op": "Placeholder"},
        {"name": "one", "op": "Const", "value": constant, "attributes": {"weight": 0}},
        {"name": "0", "op": "AddV2", "inputs": ["images", "one"]},
        *({"name": f"{number}", "op": "AddV2", "inputs": [f"{number - 1}", "one"]} for number in range(1, LENGTH)),
        {"name": "axes", "op": "Const", "value": np.array([1, 2])},
        {"name": "scores", "op": "Mean", "inputs": [f"{LENGTH - 1}", "axes"]},
    ]
    return Graph.from_value({"nodes": nodes, "input": "images", "output": "scores"})


def test_all_tensors_together_are_bounded_where_they_are_kept() -> None:
    with pytest.raises(GraphUnreadable, match="numbers at a time"):
        tensors(chain(), IMAGES, most_held=LENGTH * IMAGES.size // 2)
    assert len(tensors(chain(), IMAGES, most_held=(LENGTH + 1) * IMAGES.size)) == LENGTH + 4


def test_tensors_that_are_let_go_do_not_count() -> None:
    assert tensors(chain(), IMAGES, keep_all=False, most_held=3 * IMAGES.size)
    assert outputs(chain(), IMAGES).shape == (2, 3)


def test_gradients_end_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reverse, "LONGEST_SECONDS", -1.0)
    with pytest.raises(GraphUnreadable, match="gradients take longer"):
        gradients(chain(np.array(1.0)), IMAGES, np.zeros(2, np.int64))


def test_constants_that_are_told_by_their_shapes_are_bounded_together() -> None:
    half = {"op": "Const", "attributes": {"shape": [MOST_CONSTANT_ELEMENTS // 2 + 1]}}
    nodes = [
        {"name": "images", "op": "Placeholder"},
        *({"name": name, **half} for name in "ab"),
        {"name": "c", "op": "AddV2", "inputs": ["a", "b"]},
        {"name": "scores", "op": "AddV2", "inputs": ["images", "c"]},
    ]
    with pytest.raises(GraphUnreadable, match="the constants have more than"):
        structure.read(Graph.from_value({"nodes": nodes, "input": "images", "output": "scores"}))
