"""Real zygotes, one a level for the whole run, and short ways to ask for calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

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
