"""Which executor each part gets, and what a run does without TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader.checks.part import PartObserved, PartTask
from grader.datasets.profile import Profile
from grader.engine import observing, packages, run_data
from grader.engine.observing import Observing
from grader.engine.settings import usable_cores
from grader.execute import Executor
from grader.model.submission import Submission
from tests.engine import small_data
from tests.engine.training_rubric import run_settings


class FakeExecutor:
    """Notes what it was made with."""

    made: list[FakeExecutor] = []

    def __init__(self, **arguments: Any):
        self.arguments = arguments
        self.closed = False
        FakeExecutor.made.append(self)

    def close(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def executors(monkeypatch: pytest.MonkeyPatch) -> list[FakeExecutor]:
    FakeExecutor.made = []
    monkeypatch.setattr(observing, "Executor", FakeExecutor)
    return FakeExecutor.made


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> run_data.RunData:
    small_data.use(tmp_path, monkeypatch)
    return run_data.settle("stand-in", Profile.QUICK, {})


@pytest.fixture
def no_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "missing", lambda group: list(group.values()))


def test_each_part_has_an_executor_and_only_training_ones_hold_tensorflow_and_data(
    executors: list[FakeExecutor], data: run_data.RunData
) -> None:
    with Observing(run_settings(1, 2, data=data)):
        first, second = (executor.arguments for executor in executors)
    assert "preload" not in first and "readable" not in first and "tensorflow" in first["forbidden_modules"]
    assert second["preload"] == ("tensorflow", "keras") and second["readable"] == (data.served,)
    assert second["forbidden_modules"] == ()
    assert all(executor.closed for executor in executors)


@pytest.mark.parametrize("jobs", [1, 2, 1000])
def test_cores_are_shared_out_among_the_jobs(executors: list[FakeExecutor], data: run_data.RunData, jobs: int) -> None:
    with Observing(run_settings(2, data=data, jobs=jobs)):
        assert executors[0].arguments["threads"] == max(1, usable_cores() // jobs)


def test_without_tensorflow_the_part_is_unavailable_and_the_others_are_not(
    executors: list[FakeExecutor], no_tensorflow: None
) -> None:
    with Observing(run_settings(1, 2)) as observing_without:
        laboratory = observing_without._laboratory
    assert dict(laboratory.unavailable) == {2: "no_tensorflow"}
    assert set(laboratory.runners) == {1} and len(executors) == 1 and laboratory.data is None


def test_part_1_alone_asks_nothing_of_tensorflow(executors: list[FakeExecutor], no_tensorflow: None) -> None:
    with Observing(run_settings(1)) as observing_first:
        assert not observing_first._laboratory.unavailable


def test_part_of_which_nothing_is_asked_starts_no_process(
    data: run_data.RunData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observing, "Executor", Executor)
    asked: list[PartTask] = []

    def ask_nothing(runner: object, task: PartTask, *_: object) -> PartObserved:
        asked.append(task)
        return PartObserved()

    monkeypatch.setattr("grader.checks.observe.observe_training", ask_nothing)
    with Observing(run_settings(2, data=data, run_notebooks=False), public_only=True) as made:
        made.observe(Submission("team_1", "team_1.zip", "0", "0", {}, {}))
        assert made._laboratory.runners[2]._launcher._zygotes == {}  # type: ignore[attr-defined]
    assert [task.run_notebook for task in asked] == [False]


@pytest.mark.parametrize("runs", [True, False])
def test_settings_decide_whether_notebooks_are_run(executors: list[FakeExecutor], runs: bool) -> None:
    with Observing(run_settings(1, run_notebooks=runs), public_only=True) as made:
        assert made._laboratory.run_notebooks is runs and made._laboratory.oracle is None
    assert executors[0].arguments["notebooks"] is runs
