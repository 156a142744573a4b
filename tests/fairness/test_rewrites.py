"""A right answer stays right however it is written."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.checks.oracle import Oracle
from grader.execute.executor import Executor
from grader.model.rubric import Rubric
from grader.sandbox import survey
from grader.scoring.score import score
from tests.cases.test_part1 import observed, oracle, rubric
from tests.fairness.rewriting import REWRITES, rewritten
from tests.hypothesis_settings import generating

__all__ = ["oracle", "rubric"]

ROOT = Path(__file__).resolve().parents[2]
RIGHT = {
    "loops": (ROOT / "tests" / "cases" / "part1" / "loops.py").read_text(encoding="utf-8"),
    "reference": (ROOT / "reference" / "Utils" / "layer_utils.py").read_text(encoding="utf-8"),
}
QUICK, LONG = 8, 250


@pytest.fixture(scope="module")
def executor(rubric: Rubric) -> Iterator[Executor]:
    executor = Executor(level=survey().strongest.level, forbidden_modules=rubric.parts[1].forbidden_modules)
    yield executor
    executor.close()


def grade_rewrites(examples: int, executor: Executor, rubric: Rubric, oracle: Oracle, *, always_the_same: bool) -> None:
    @generating(examples, always_the_same)
    @given(st.sampled_from(sorted(RIGHT)), st.integers(0, 2**32))
    def grade(base: str, seed: int) -> None:
        source, names = rewritten(RIGHT[base], random.Random(seed))
        card = score(observed(source.encode(), executor, rubric, oracle, seed).evidence, rubric)
        lost = {item.id: [(c.id, c.message) for c in item.checks if c.status != "passed"] for item in card.items}
        assert card.score == card.max_score, (names, {name: each for name, each in lost.items() if each}, source)

    grade()


def test_rewritten_right_answers_stay_right(executor: Executor, rubric: Rubric, oracle: Oracle) -> None:
    grade_rewrites(QUICK, executor, rubric, oracle, always_the_same=True)


@pytest.mark.soak
def test_many_rewritten_right_answers_stay_right(executor: Executor, rubric: Rubric, oracle: Oracle) -> None:
    grade_rewrites(LONG, executor, rubric, oracle, always_the_same=False)


@pytest.mark.parametrize("base", RIGHT)
def test_rewrites_change_the_text_and_not_the_numbers(base: str) -> None:
    """Otherwise the tests above would test nothing, or the wrong thing."""
    used: set[str] = set()
    wanted = numbers(RIGHT[base])
    for seed in range(40):
        source, names = rewritten(RIGHT[base], random.Random(seed))
        assert source != RIGHT[base]
        used.update(names)
        for found, expected in zip(numbers(source), wanted, strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5, err_msg=f"{seed} {names}")
    assert {rewrite.__name__ for rewrite in REWRITES} <= used


def numbers(source: str) -> list[np.ndarray]:
    """What the four functions give for one small question each."""
    space: dict[str, object] = {}
    exec(compile(source, "layer_utils.py", "exec"), space)
    generator = np.random.default_rng(0)
    x, w, b = generator.normal(size=(2, 6, 5, 2)), generator.normal(size=(3, 3, 2, 2)), generator.normal(size=3)
    found: list[np.ndarray] = []
    for padding in ("valid", "same"):
        out, cache = space["conv_forward"](x, w, b, {"stride": [1, 1, 1, 1], "padding": padding})  # type: ignore[operator]
        dout = generator.normal(size=np.shape(out))
        found += [out, *space["conv_backward"](dout, cache)]  # type: ignore[operator]
    out, cache = space["max_pool_forward"](x, {"pool_height": 2, "pool_width": 3, "stride": [1, 2, 1, 1]})  # type: ignore[operator]
    dx = space["max_pool_backward"](generator.normal(size=np.shape(out)), cache)  # type: ignore[operator]
    return [*found, out, dx[0] if isinstance(dx, tuple) else dx]
