"""One process with TensorFlow for all tests of this folder."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.checks.network.graph import Graph
from grader.checks.network.layers import Structure
from grader.checks.network.structure import read
from tests.process_apart import process_apart


@pytest.fixture(scope="package")
def tensorflow() -> Iterator[Callable[..., Any]]:
    """Calls a function of tensorflow_networks.py by its name."""
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed: its networks cannot be compared with")
    with process_apart(Path(__file__).with_name("tensorflow_networks.py")) as process:
        yield process.ask


@pytest.fixture(scope="package")
def structure_of(tensorflow: Callable[..., Any]) -> Callable[..., Structure]:
    """The structure of a network of networks.py, by its builder's name and options."""

    def structure(builder: str, shape: tuple[int, int, int] = (32, 32, 3), **options: Any) -> Structure:
        return read(Graph.from_value(tensorflow("network", builder, options, shape)))

    return structure
