"""The same hand-in gets the same points: with other seeds, in other order, beside other load, by one worker or four."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from grader.checks.oracle import Oracle
from grader.execute.executor import Executor
from grader.model.rubric import Rubric
from grader.sandbox import survey
from grader.scoring.score import score
from tests.cases.test_part1 import VARIANTS, edited, observed, oracle, rubric, verdict
from tests.cli.conftest import checkout, quick_rubric
from tests.cli.grade_command import Checkout
from tests.faults import disturbance

__all__ = ["checkout", "oracle", "quick_rubric", "rubric"]

SEEDS = 20
#: Of the wrong variants every sixth is graded in the long run, of the right ones every second; slow ones wait for a limit each time.
WRONG = [name for name, told in VARIANTS.items() if not name.startswith("right") and not told.get("slow")][::6]
RIGHT = [name for name, told in VARIANTS.items() if name.startswith("right") and not told.get("slow")][::2]


@pytest.fixture(scope="module")
def executor(rubric: Rubric) -> Iterator[Executor]:
    executor = Executor(level=survey().strongest.level, forbidden_modules=rubric.parts[1].forbidden_modules)
    yield executor
    executor.close()


@pytest.mark.soak
@pytest.mark.parametrize("name", [*RIGHT, *WRONG])
def test_twenty_seeds_give_the_same_points(name: str, executor: Executor, rubric: Rubric, oracle: Oracle) -> None:
    seeds = [*range(SEEDS - 3), 2**32 - 1, 2**53 - 1, 4_503_599_627_370_497]
    source = edited(name)
    verdicts = [verdict(score(observed(source, executor, rubric, oracle, seed).evidence, rubric)) for seed in seeds]
    assert len(verdicts) == SEEDS
    assert [seed for seed, other in zip(seeds, verdicts, strict=True) if other != verdicts[0]] == []


@pytest.mark.soak
def test_order_load_and_workers_change_nothing(checkout: Checkout, quick_rubric: Path, tmp_path: Path) -> None:
    inbox = disturbance.class_of(tmp_path / "inbox")
    turned = renamed_in_turn(inbox, tmp_path / "turned")
    batches = {
        "one worker": (inbox, 1, 1, 0),
        "four workers": (inbox, 4, 1, 0),
        "four workers beside others": (inbox, 4, 1, 3),
        "other order": (turned, 1, 1, 0),
        "other seed": (inbox, 2, 2, 0),
        "a third seed, beside others": (inbox, 4, 3, 3),
    }
    points = {}
    for told, (given, jobs, seed, load) in batches.items():
        out = tmp_path / told.replace(" ", "_")
        with busy(load):
            ended = checkout.run(
                "batch", given, "-o", out, "--rubric", quick_rubric, "--jobs", jobs, "--seed", seed
            )  # fmt: skip
        assert ended.returncode == 0, ended.stderr
        points[told] = points_of(out)
    for told, found in points.items():
        assert found == points["one worker"], told


def renamed_in_turn(inbox: Path, target: Path) -> Path:
    """The same hand-ins under names that sort the other way round."""
    target.mkdir()
    for number, file in enumerate(sorted(inbox.iterdir(), reverse=True)):
        shutil.copy(file, target / f"{number}-{file.name}")
    return target


def points_of(out: Path) -> dict[str, Any]:
    """By team without the number in front: status, score, and points and status of every item."""
    found = {}
    for folder in (out / "teams").iterdir():
        result = disturbance.result(out, folder.name)
        items = [(item["id"], item["points"], item["status"]) for item in result["items"]]
        name = folder.name.split("-", 1)[-1].split("_", 1)[-1] if folder.name[0].isdigit() else folder.name
        found[name] = (result["status"], result["score"], items)
    return found


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """So many processes that do nothing but compute."""
    running = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


@pytest.mark.parametrize(("name", "seed"), list(itertools.product(["right_loops", WRONG[0]], [3, 2**53 - 1])))
def test_another_seed_gives_the_same_points(
    name: str, seed: int, executor: Executor, rubric: Rubric, oracle: Oracle
) -> None:
    source = edited(name)
    first, other = (score(observed(source, executor, rubric, oracle, each).evidence, rubric) for each in (1, seed))
    assert verdict(first) == verdict(other)
