"""The Test_ functions below the students' code: small numbers for right layers, large ones for wrong layers."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest


def forward_difference(layers: ModuleType) -> float:
    return max(layers.Test_conv_forward(1), layers.Test_conv_forward(2))


def backward_difference(layers: ModuleType) -> float:
    return max(*layers.Test_conv_backward(1), *layers.Test_conv_backward(2))


def test_the_reference_gets_small_numbers(layers: ModuleType) -> None:
    assert forward_difference(layers) == 0
    assert layers.Test_max_pool_forward() == 0
    assert backward_difference(layers) < 1e-9
    assert layers.Test_max_pool_backward() < 1e-9


def test_there_is_an_error_for_each_gradient(layers: ModuleType) -> None:
    assert len(layers.Test_conv_backward(1)) == len(layers.Test_conv_backward(2)) == 3


@pytest.mark.parametrize("convention", ["tensorflow", "stride_independent"])
def test_both_padding_conventions_pass(layers: ModuleType, convention: str) -> None:
    forward = layers.conv_forward
    layers.conv_forward = lambda x, w, b, p: forward(x, w, b, {**p, "padding_convention": convention})
    assert layers.Test_conv_forward(2) == 0
    assert backward_difference(layers) < 1e-9


def test_a_convention_for_rows_and_another_for_columns_is_noticed(layers: ModuleType) -> None:
    same_padding = layers.same_padding
    layers.same_padding = lambda size, kernel, stride, _: same_padding(
        size, kernel, stride, "tensorflow" if size == 6 else "stride_independent"
    )
    assert layers.Test_conv_forward(2) > 0.1


@pytest.mark.parametrize("convention", ["tensorflow", "stride_independent"])
def test_extra_zeros_at_the_top_left_are_noticed(layers: ModuleType, convention: str) -> None:
    same_padding = layers.same_padding
    layers.same_padding = lambda size, kernel, stride, _: same_padding(size, kernel, stride, convention)[::-1]
    assert layers.Test_conv_forward(2) > 0.1


WRONG_FORWARD: dict[str, Callable[..., Any]] = {
    "kernel turned round": lambda forward, x, w, b, p: forward(x, w[:, ::-1, ::-1], b, p),
    "no bias": lambda forward, x, w, b, p: forward(x, w, 0 * b, p),
    "strides swapped": lambda forward, x, w, b, p: forward(
        *(x, w, b), {**p, "stride": [1, p["stride"][2], p["stride"][1], 1]}
    ),
    "first picture only": lambda forward, x, w, b, p: forward(x[[0] * len(x)], w, b, p),
    "first channel only": lambda forward, x, w, b, p: forward(x * (np.arange(x.shape[3]) == 0), w, b, p),
    "first filter only": lambda forward, x, w, b, p: forward(x, w[[0] * len(w)], b, p),
    "zeros": lambda forward, x, w, b, p: (forward(x, w, b, p)[0] * 0, None),
}


@pytest.mark.parametrize("mistake", WRONG_FORWARD)
def test_a_wrong_convolution_is_noticed(layers: ModuleType, mistake: str) -> None:
    forward = layers.conv_forward
    layers.conv_forward = lambda *arguments: WRONG_FORWARD[mistake](forward, *arguments)
    try:
        difference = layers.Test_conv_forward(1)
    except ValueError as error:
        assert "has shape" in str(error)
    else:
        assert difference > 0.1


@pytest.mark.parametrize("wrong", [0, 1, 2])
def test_a_wrong_gradient_is_noticed_and_only_that_one(layers: ModuleType, wrong: int) -> None:
    backward = layers.conv_backward

    def doubled(dout: np.ndarray, cache: tuple[Any, ...]) -> tuple[np.ndarray, ...]:
        return tuple(
            gradient * (2 if position == wrong else 1) for position, gradient in enumerate(backward(dout, cache))
        )

    layers.conv_backward = doubled
    for number in (1, 2):
        errors = layers.Test_conv_backward(number)
        assert [error > 0.1 for error in errors] == [position == wrong for position in range(3)]


def test_pooling_that_starts_from_zero_is_noticed(layers: ModuleType) -> None:
    forward = layers.max_pool_forward
    layers.max_pool_forward = lambda x, p: (np.maximum(forward(x, p)[0], 0), None)
    assert layers.Test_max_pool_forward() > 0.1


def test_overwriting_instead_of_adding_up_is_noticed(layers: ModuleType) -> None:
    backward = layers.max_pool_backward
    layers.max_pool_backward = lambda dout, cache: np.sign(backward(dout, cache))
    assert layers.Test_max_pool_backward() > 0.1


def test_a_result_of_another_shape_is_named_and_not_broadcast(layers: ModuleType) -> None:
    layers.max_pool_forward = lambda x, p: (np.zeros((2, 2, 1, 2)), None)
    with pytest.raises(ValueError, match=r"has shape \(2, 2, 1, 2\), expected \(2, 2, 2, 2\)"):
        layers.Test_max_pool_forward()


def test_lists_and_float32_are_good_enough(layers: ModuleType) -> None:
    forward, backward = layers.conv_forward, layers.conv_backward

    def coarse_forward(x: np.ndarray, *rest: Any) -> tuple[list[Any], Any]:
        out, cache = forward(x, *rest)
        return out.astype(np.float32).tolist(), cache

    layers.conv_forward = coarse_forward
    layers.conv_backward = lambda dout, cache: [g.astype(np.float32) for g in backward(dout, cache)]
    assert forward_difference(layers) < 1e-6
    assert backward_difference(layers) < 1e-4


@pytest.mark.parametrize("name", ["Test_conv_forward", "Test_conv_backward"])
def test_an_unknown_number_is_refused(layers: ModuleType, name: str) -> None:
    with pytest.raises(ValueError, match="there are tests 1"):
        getattr(layers, name)(3)


def test_only_the_scatter_add_of_the_layers_loops(reference: Path) -> None:
    tree = ast.parse((reference / "Utils" / "layer_utils.py").read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    solved = functions[: [function.name for function in functions].index("relative_error")]
    assert {"conv_forward", "conv_backward", "max_pool_forward", "max_pool_backward"} < {f.name for f in solved}
    loops = (ast.For, ast.While, ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)
    looping = {f.name for f in solved if any(isinstance(node, loops) for node in ast.walk(f))}
    assert looping == {"add_windows"}


def test_importing_the_layers_needs_numpy_alone(reference: Path) -> None:
    tree = ast.parse((reference / "Utils" / "layer_utils.py").read_text(encoding="utf-8"))
    imports = [ast.unparse(node) for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert imports == ["import numpy as np"]
