"""The reference's modules, loaded without a trace in the work tree, and TensorFlow in a process of its own."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.process_apart import process_apart

REFERENCE = Path(__file__).resolve().parents[2] / "reference"


def load(path: Path) -> ModuleType:
    """A module from its source, without writing a bytecode folder next to it."""
    module = ModuleType(f"reference_{path.stem}")
    module.__file__ = str(path)
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)
    return module


@pytest.fixture(scope="session")
def reference() -> Path:
    return REFERENCE


@pytest.fixture
def layers() -> ModuleType:
    """A fresh copy for each test: a test may put wrong layers into it."""
    return load(REFERENCE / "Utils" / "layer_utils.py")


@pytest.fixture
def data() -> ModuleType:
    return load(REFERENCE / "Utils" / "data_utils.py")


@pytest.fixture(scope="session")
def tensorflow_oracle() -> Iterator[Callable[..., Any]]:
    """Calls a function of tensorflow_oracle.py by its name, in a process that other tests can fork beside."""
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed: its ops cannot be compared with")
    with process_apart(Path(__file__).with_name("tensorflow_oracle.py")) as process:
        yield process.ask
