"""Max-pool ties: every subgradient is right, and nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.checks import pool_cases, ties
from grader.checks.cases import generator
from grader.checks.layer_cases import whole_gradient_to_every_tie

TOLERANCE = 1e-9


def tied_question(seed: int):  # noqa: ANN201
    return pool_cases.question(
        pool_cases.TIES, pool_cases.TIES.draw(generator(seed, "t", "ties", 1)), True, generator(seed, "t", "v", 1)
    )


def violation(dx: np.ndarray, question) -> float:  # noqa: ANN001
    return ties.subgradient_violation(dx, whole_gradient_to_every_tie(question), question)


def shared_out(question, weights) -> np.ndarray:  # noqa: ANN001
    """`dout` shared out over each window's tied cells by random weights."""
    x, dout = question.inputs["x"], question.inputs["dout"]
    dx = np.zeros_like(x)
    for i, j, rows, columns in pool_cases.windows(question):
        winner = x[:, rows, columns] == x[:, rows, columns].max(axis=(1, 2), keepdims=True)
        share = winner * weights.random(winner.shape)
        share /= share.sum(axis=(1, 2), keepdims=True)
        dx[:, rows, columns] += share * dout[:, i : i + 1, j : j + 1]
    return dx


@given(st.integers(0, 2**31), st.integers(0, 2**31))
@settings(max_examples=40, deadline=None)
def test_any_sharing_out_is_a_subgradient(seed: int, weights: int) -> None:
    question = tied_question(seed)
    dx = shared_out(question, np.random.default_rng(weights))
    assert violation(dx, question) < TOLERANCE


@given(st.integers(0, 2**31))
@settings(max_examples=40, deadline=None)
def test_handing_out_more_less_or_elsewhere_is_a_violation(seed: int) -> None:
    question = tied_question(seed)
    right = shared_out(question, np.random.default_rng(0))
    assert violation(whole_gradient_to_every_tie(question), question) > 0.05
    assert violation(0.9 * right, question) > 0.004
    elsewhere = right.copy()
    elsewhere[np.unravel_index(question.inputs["x"].argmin(), right.shape)] += (
        np.abs(question.inputs["dout"]).max() / 10
    )
    assert violation(elsewhere, question) == pytest.approx(0.1)
    assert violation(-right, question) > 0.05


@pytest.mark.parametrize("number", [np.longdouble("1e4000"), 1.7e308, 1e101])
def test_numbers_too_large_to_add_up_are_a_violation_and_no_warning(number: float, recwarn) -> None:  # noqa: ANN001
    question = tied_question(1)
    dx = np.full(question.inputs["x"].shape, number)
    assert violation(dx, question) > 1e50
    assert not recwarn.list
