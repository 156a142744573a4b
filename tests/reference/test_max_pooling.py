"""The reference's max pooling against TensorFlow's op and against central differences."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

property_test = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def pool_cases(draw: st.DrawFn) -> dict[str, Any]:
    size = (draw(st.integers(1, 9)), draw(st.integers(1, 9)))
    return {
        "x": (draw(st.integers(1, 3)), *size, draw(st.integers(1, 4))),
        "window": tuple(draw(st.integers(1, min(5, length))) for length in size),
        "stride": (draw(st.integers(1, 4)), draw(st.integers(1, 4))),
        "seed": draw(st.integers(0, 2**32 - 1)),
    }


def pool_param(case: dict[str, Any]) -> dict[str, Any]:
    height, width = case["window"]
    return {"pool_height": height, "pool_width": width, "stride": (1, *case["stride"], 1)}


def values_without_ties(case: dict[str, Any]) -> np.ndarray:
    """Whole numbers around zero, each once."""
    count = int(np.prod(case["x"]))
    return np.random.default_rng(case["seed"]).permutation(count).reshape(case["x"]) - count / 2


@property_test
@given(case=pool_cases())
@example(case={"x": (2, 8, 9, 1), "window": (1, 2), "stride": (3, 4), "seed": 1})
@example(case={"x": (1, 7, 7, 3), "window": (3, 3), "stride": (1, 2), "seed": 2})
def test_pooling_agrees_with_tensorflow(
    case: dict[str, Any], layers: ModuleType, tensorflow_oracle: Callable[..., Any]
) -> None:
    x = values_without_ties(case)
    out, cache = layers.max_pool_forward(x, pool_param(case))
    dout = np.random.default_rng(case["seed"] + 1).standard_normal(out.shape)
    expected_out, expected_dx = tensorflow_oracle("max_pooling", x, dout, case["window"], case["stride"])
    np.testing.assert_array_equal(out, expected_out)
    np.testing.assert_allclose(layers.max_pool_backward(dout, cache), expected_dx, rtol=1e-12, atol=1e-12)


@property_test
@given(case=pool_cases())
def test_the_gradient_agrees_with_central_differences(case: dict[str, Any], layers: ModuleType) -> None:
    x, parameters = values_without_ties(case), pool_param(case)
    random = np.random.default_rng(case["seed"] + 2)
    out, cache = layers.max_pool_forward(x, parameters)
    dout = random.standard_normal(out.shape)
    direction = random.uniform(-1, 1, x.shape)  # a quarter of it moves no cell past another: they are 1 apart
    above, below = (layers.max_pool_forward(x + sign * direction / 4, parameters)[0] for sign in (1, -1))
    slope = np.sum((above - below) * dout) * 2
    np.testing.assert_allclose(np.sum(layers.max_pool_backward(dout, cache) * direction), slope, rtol=1e-9, atol=1e-9)


def test_of_equal_cells_the_first_of_the_window_wins(layers: ModuleType) -> None:
    x = np.array([[1.0, 5.0, 5.0], [5.0, 2.0, 5.0]]).reshape(1, 2, 3, 1)
    parameters = {"pool_height": 2, "pool_width": 3, "stride": [1, 1, 1, 1]}
    dx = layers.max_pool_backward(np.full((1, 1, 1, 1), 7.0), (x, parameters))
    assert dx.ravel().tolist() == [0, 7, 0, 0, 0, 0]


def test_gradients_of_overlapping_windows_add_up_and_an_uncovered_border_stays_zero(layers: ModuleType) -> None:
    x = np.array([0.0, 1.0, 9.0, 2.0, 3.0, 50.0]).reshape(1, 1, 6, 1)
    parameters = {"pool_height": 1, "pool_width": 3, "stride": [1, 1, 2, 1]}
    dx = layers.max_pool_backward(np.array([10.0, 1.0]).reshape(1, 1, 2, 1), (x, parameters))
    assert dx.ravel().tolist() == [0, 0, 11, 0, 0, 0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept_and_inputs_are_left_alone(layers: ModuleType, dtype: type) -> None:
    x = np.random.default_rng(3).standard_normal((2, 5, 6, 3)).astype(dtype)
    copy = x.copy()
    x.flags.writeable = False
    out, cache = layers.max_pool_forward(x, {"pool_height": 1, "pool_width": 1, "stride": np.array([1, 1, 1, 1])})
    dx = layers.max_pool_backward(out, cache)
    assert out.dtype == dx.dtype == dtype
    assert np.array_equal(x, copy)
    assert not np.shares_memory(out, x) and not np.shares_memory(dx, out)
