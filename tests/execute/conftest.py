"""Real zygotes, one a level for the whole run, and short ways to ask for calls."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.execute.executor import Executor
from grader.model.isolation import IsolationLevel
from grader.model.limits import MEBIBYTE, ExecutionLimits
from grader.model.observation import ProbeRequest
from grader.sandbox import survey

#: `jinja2` stands for an installed framework: it is always there, and small.
FORBIDDEN = ("tensorflow", "keras", "torch", "jax", "jinja2")
MODULE = "Utils.layer_utils"

_working = [finding.level for finding in survey().findings if finding.works]


@pytest.fixture(scope="session")
def executor_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[IsolationLevel], Executor]]:
    """The run's executor of a level."""
    made: dict[IsolationLevel, Executor] = {}

    def at(level: IsolationLevel) -> Executor:
        if level not in made:
            scratch = tmp_path_factory.mktemp(f"scratch-{level}")
            made[level] = Executor(level=level, forbidden_modules=FORBIDDEN, scratch=scratch)
        return made[level]

    yield at
    for executor in made.values():
        executor.close()


@pytest.fixture(scope="session")
def executor(executor_at: Callable[[IsolationLevel], Executor]) -> Executor:
    """At the strongest level of this machine."""
    return executor_at(max(_working, key=lambda level: level.strength))


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `images.npy`, (60, 8, 8, 3) float32, and `labels.npy`, that the owner alone may enter."""
    folder = tmp_path_factory.mktemp("data") / "served"
    folder.mkdir(mode=0o700)
    generator = np.random.default_rng(0)
    np.save(folder / "images.npy", generator.normal(size=(60, 8, 8, 3)).astype(np.float32))
    np.save(folder / "labels.npy", generator.integers(0, 10, 60))
    return folder


@pytest.fixture(scope="session")
def framework_executor(tmp_path_factory: pytest.TempPathFactory, images: Path) -> Iterator[Executor]:
    """At the strongest level, with TensorFlow imported before the fork and `images` to be read."""
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed")
    level = max(_working, key=lambda level: level.strength)
    scratch = tmp_path_factory.mktemp("scratch-framework")
    with Executor(
        level=level, preload=("tensorflow", "keras"), readable=(images,), threads=2, scratch=scratch
    ) as executor:
        yield executor


@pytest.fixture
def roomy() -> ExecutionLimits:
    """What a small training takes, on a busy machine."""
    return ExecutionLimits(call_wall_s=60.0, item_wall_s=120.0, memory_bytes=4096 * MEBIBYTE, processes=256)


@pytest.fixture(params=_working, ids=str)
def each_level(request: pytest.FixtureRequest) -> IsolationLevel:
    """Every level that works on this machine."""
    return request.param


@pytest.fixture
def limits() -> ExecutionLimits:
    """Generous to honest code on a busy machine, mean to bombs."""
    return ExecutionLimits(call_wall_s=5.0, item_wall_s=30.0, memory_bytes=256 * MEBIBYTE, array_bytes=MEBIBYTE)


@pytest.fixture
def hasty() -> ExecutionLimits:
    """For code that is known to loop."""
    return ExecutionLimits(call_wall_s=0.7, item_wall_s=30.0)


@pytest.fixture
def module() -> Callable[[str], dict[str, bytes]]:
    """A work folder whose `Utils/layer_utils.py` has the given source."""
    return lambda source: {"Utils/layer_utils.py": source.encode()}


@pytest.fixture
def call() -> Callable[..., ProbeRequest]:
    """A request to call a function of that module."""

    def request(function: str, *args: Any) -> ProbeRequest:
        return ProbeRequest("call", {"module": MODULE, "function": function, "args": list(args)})

    return request
