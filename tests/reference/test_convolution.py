"""The reference's convolution against TensorFlow's ops and against central differences."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

# The layers are only read here, so one copy may serve all examples of a test.
property_test = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def layer_cases(draw: st.DrawFn, padding: str) -> dict[str, Any]:
    """Shapes and strides inside the contract: x (N, H, W, C), w (F, WH, WW, C)."""
    size = (draw(st.integers(1, 9)), draw(st.integers(1, 9)))
    longest = size if padding == "valid" else (6, 6)
    kernel = tuple(draw(st.integers(1, min(6, limit))) for limit in longest)
    return {
        "x": (draw(st.integers(1, 3)), *size, channels := draw(st.integers(1, 4))),
        "w": (draw(st.integers(1, 4)), *kernel, channels),
        "stride": (draw(st.integers(1, 4)), draw(st.integers(1, 4))),
        "seed": draw(st.integers(0, 2**32 - 1)),
    }


def arrays(case: dict[str, Any], dtype: type = np.float64) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(case["seed"])
    shapes = (case["x"], case["w"], case["w"][:1])
    x, w, b = (random.standard_normal(shape).astype(dtype) for shape in shapes)
    return x, w, b


def both_passes(layers: ModuleType, case: dict[str, Any], conv_param: dict[str, Any]) -> tuple[Any, ...]:
    """x, w, b, dout and what the reference makes of them: out, dx, dw, db."""
    x, w, b = arrays(case)
    out, cache = layers.conv_forward(x, w, b, {"stride": (1, *case["stride"], 1), **conv_param})
    dout = np.random.default_rng(case["seed"] + 1).standard_normal(out.shape)
    return x, w, b, dout, (out, *layers.conv_backward(dout, cache))


def assert_same(actual: tuple[np.ndarray, ...], expected: tuple[np.ndarray, ...]) -> None:
    for name, ours, theirs in zip(("out", "dx", "dw", "db"), actual, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9, err_msg=name)


KERNEL_BELOW_STRIDE = {"x": (2, 7, 8, 3), "w": (2, 1, 2, 3), "stride": (3, 4), "seed": 1}
KERNEL_ABOVE_INPUT = {"x": (1, 2, 3, 2), "w": (3, 5, 6, 2), "stride": (1, 2), "seed": 2}
ONE_PIXEL = {"x": (1, 1, 1, 1), "w": (1, 1, 1, 1), "stride": (1, 1), "seed": 3}
REMAINDER = {"x": (2, 8, 9, 1), "w": (5, 3, 2, 1), "stride": (2, 3), "seed": 4}


@property_test
@given(case=layer_cases("valid"))
@example(case=KERNEL_BELOW_STRIDE)
@example(case=ONE_PIXEL)
@example(case=REMAINDER)
def test_valid_padding_agrees_with_tensorflow(
    case: dict[str, Any], layers: ModuleType, tensorflow_oracle: Callable[..., Any]
) -> None:
    x, w, b, dout, ours = both_passes(layers, case, {"padding": "valid"})
    assert_same(ours, tensorflow_oracle("convolution", x, w, b, dout, case["stride"], "VALID"))


@property_test
@given(case=layer_cases("same"))
@example(case=KERNEL_BELOW_STRIDE)
@example(case=KERNEL_ABOVE_INPUT)
@example(case=ONE_PIXEL)
@example(case=REMAINDER)
def test_same_padding_agrees_with_tensorflow(
    case: dict[str, Any], layers: ModuleType, tensorflow_oracle: Callable[..., Any]
) -> None:
    x, w, b, dout, ours = both_passes(layers, case, {"padding": "same"})
    assert_same(ours, tensorflow_oracle("convolution", x, w, b, dout, case["stride"], "SAME"))


@property_test
@given(case=layer_cases("same"))
@example(case=KERNEL_BELOW_STRIDE)
@example(case=KERNEL_ABOVE_INPUT)
def test_stride_independent_padding_agrees_with_tensorflow_padded_explicitly(
    case: dict[str, Any], layers: ModuleType, tensorflow_oracle: Callable[..., Any]
) -> None:
    x, w, b, dout, ours = both_passes(layers, case, {"padding": "same", "padding_convention": "stride_independent"})
    zeros = [((length - 1) // 2, length // 2) for length in case["w"][1:3]]
    padding = [(0, 0), *zeros, (0, 0)]
    assert_same(ours, tensorflow_oracle("convolution", x, w, b, dout, case["stride"], padding))


@pytest.mark.parametrize("convention", ["tensorflow", "stride_independent"])
@property_test
@given(case=layer_cases("same"))
def test_gradients_agree_with_central_differences(convention: str, case: dict[str, Any], layers: ModuleType) -> None:
    conv_param = {"padding": "same", "padding_convention": convention}
    x, w, b, dout, (_, *gradients) = both_passes(layers, case, conv_param)
    conv_param["stride"] = (1, *case["stride"], 1)
    random = np.random.default_rng(case["seed"] + 2)
    for position, gradient in enumerate(gradients):
        direction = random.standard_normal(gradient.shape)
        ends = []
        for sign in (1, -1):
            moved = [x, w, b]
            moved[position] = moved[position] + sign * 1e-3 * direction
            ends.append(np.sum(layers.conv_forward(*moved, conv_param)[0] * dout))
        slope = (ends[0] - ends[1]) / 2e-3
        np.testing.assert_allclose(np.sum(gradient * direction), slope, rtol=1e-7, atol=1e-7)


@property_test
@given(size=st.integers(1, 40), kernel=st.integers(1, 12), stride=st.integers(1, 8))
@pytest.mark.parametrize("convention", ["tensorflow", "stride_independent"])
def test_same_padding_gives_the_promised_number_of_outputs(
    convention: str, size: int, kernel: int, stride: int, layers: ModuleType
) -> None:
    before, after = layers.same_padding(size, kernel, stride, convention)
    assert (size + before + after - kernel) // stride + 1 == int(np.ceil(size / stride))
    assert after - before in (0, 1)


def test_the_two_conventions_differ_where_the_stride_says_so(layers: ModuleType) -> None:
    assert layers.same_padding(8, 3, 2, "tensorflow") == (0, 1)
    assert layers.same_padding(8, 3, 2, "stride_independent") == (1, 1)
    assert layers.same_padding(8, 3, 1) == layers.same_padding(8, 3, 1, "stride_independent") == (1, 1)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_of_the_inputs_is_kept(layers: ModuleType, dtype: type, padding: str) -> None:
    x, w, b = arrays(REMAINDER, dtype)
    out, cache = layers.conv_forward(x, w, b, {"stride": (1, 2, 1, 1), "padding": padding})
    results = (out, *layers.conv_backward(out, cache))
    assert [result.dtype for result in results] == [dtype] * 4


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_inputs_are_left_alone_and_not_handed_out_as_results(layers: ModuleType, padding: str) -> None:
    given_arrays = arrays({**ONE_PIXEL, "x": (2, 5, 4, 3), "w": (2, 1, 1, 3)})
    copies = [array.copy() for array in given_arrays]
    for array in given_arrays:
        array.flags.writeable = False
    conv_param = {"stride": [1, 1, 1, 1], "padding": padding}
    out, cache = layers.conv_forward(*given_arrays, conv_param)
    dout = out.copy()
    dout.flags.writeable = False
    results = (out, *layers.conv_backward(dout, cache))
    assert all(np.array_equal(array, copy) for array, copy in zip(given_arrays, copies, strict=True))
    assert not any(np.shares_memory(result, array) for result in results for array in (*given_arrays, dout))
    assert conv_param == {"stride": [1, 1, 1, 1], "padding": padding}


@pytest.mark.parametrize("form", [list, tuple, np.array])
def test_the_stride_may_be_a_list_a_tuple_or_an_array(layers: ModuleType, form: Callable[..., Any]) -> None:
    x, w, b = arrays(REMAINDER)
    out, cache = layers.conv_forward(x, w, b, {"stride": form([1, 2, 3, 1]), "padding": "same"})
    assert out.shape == (2, 4, 3, 5)
    assert layers.conv_backward(out, cache)[0].shape == x.shape


@pytest.mark.parametrize("key", ["padding", "padding_convention"])
def test_an_unknown_padding_is_refused_by_name(layers: ModuleType, key: str) -> None:
    conv_param = {"stride": (1, 1, 1, 1), "padding": "same", key: "Reflect"}
    with pytest.raises(ValueError, match=f"{key} is 'Reflect'"):
        layers.conv_forward(*arrays(REMAINDER), conv_param)


def test_a_large_input_agrees_with_tensorflow(layers: ModuleType, tensorflow_oracle: Callable[..., Any]) -> None:
    case = {"x": (32, 48, 40, 3), "w": (16, 5, 3, 3), "stride": (1, 2), "seed": 5}
    x, w, b, dout, ours = both_passes(layers, case, {"padding": "same"})
    assert_same(ours, tensorflow_oracle("convolution", x, w, b, dout, case["stride"], "SAME"))
