"""The lines that a student pastes set up exactly the inputs that failed, and call the function as the grader did."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.checks.layers import LAYER_CHECKS
from grader.checks.pack import smaller_cases
from grader.report.try_code import MOST_NUMBERS, try_code


def executed(lines: tuple[str, ...]) -> tuple[dict[str, Any], list[tuple[str, tuple[Any, ...]]]]:
    """The variables after the lines ran, and the calls that they made."""
    calls: list[tuple[str, tuple[Any, ...]]] = []
    names = {"np": np}
    for function in ("conv_forward", "conv_backward", "max_pool_forward", "max_pool_backward"):
        names[function] = lambda *arguments, function=function: calls.append((function, arguments))
    exec("\n".join(lines), names)
    return names, calls


@pytest.mark.parametrize("check", LAYER_CHECKS, ids=lambda check: check.name)
def test_pasted_lines_make_the_grader_s_own_call(check) -> None:  # noqa: ANN001
    for case in smaller_cases()[check.name]:
        variables, calls = executed(try_code(case.question.inputs, case.question.described()))
        for name, array in case.question.inputs.items():
            np.testing.assert_array_equal(variables[name], array)
            assert variables[name].dtype == array.dtype
        (function, arguments), asked = calls[0], check.arguments(case.question)
        assert function == check.function and len(arguments) == len(asked)
        settings = arguments[-1][-1] if check.backward else arguments[-1]
        contract = asked[-1][-1] if check.backward else asked[-1]
        assert settings.keys() == contract.keys()
        assert all(np.array_equal(settings[name], contract[name]) for name in contract)


def test_numbers_keep_all_their_digits() -> None:
    array = np.array([0.1 + 0.2, -1.5, 3.0])
    variables, _ = executed(try_code({"x": array}, {}))
    np.testing.assert_array_equal(variables["x"], array)
    assert executed(try_code({"x": np.arange(3, dtype=np.int32)}, {}))[0]["x"].dtype == np.int32


def test_large_inputs_and_unknown_settings_are_left_out() -> None:
    assert try_code({"x": np.zeros(MOST_NUMBERS + 1)}, {}) == () == try_code({}, {})
    assert try_code({"x": np.zeros(2)}, {"x": [2]}) == ("x = np.array([0, 0], float)",)
