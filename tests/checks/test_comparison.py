"""Measuring a returned value against an expected array."""

import numpy as np
import pytest

from grader.checks import comparison
from grader.model.evidence import Problem
from grader.model.observation import Unsupported


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "returned_none"),
        (Unsupported("matrix"), "not_an_array"),
        ("text", "not_an_array"),
        ({"out": 1}, "not_an_array"),
        ([[1.0], [2.0, 3.0]], "not_an_array"),
        ([[1.0, "a"]], "not_an_array"),
        ([Unsupported("Sly")], "not_an_array"),
    ],
)
def test_what_is_no_array_is_named(value: object, problem: str) -> None:
    found = comparison.as_array(value)
    assert isinstance(found, Problem) and found.id == problem


def test_nested_lists_and_numbers_count_as_float64_arrays() -> None:
    assert comparison.as_array([[1, 2.5]]).dtype == np.float64  # type: ignore[union-attr]
    assert comparison.as_array(3.0).shape == ()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("got", "problem"),
    [
        (np.zeros((2, 2), complex), "wrong_dtype"),
        (np.zeros((2, 2), bool), "wrong_dtype"),
        (np.zeros((2, 3)), "wrong_shape"),
        (np.zeros(()), "wrong_shape"),
        (np.array([[1.0, np.nan], [0, 0]]), "not_finite"),
        (np.array([[1.0, np.inf], [0, 0]]), "not_finite"),
    ],
)
def test_what_cannot_be_compared_is_named(got: np.ndarray, problem: str) -> None:
    found = comparison.array_problem("out", got, (2, 2))
    assert found is not None and found.id == problem


def test_float32_and_integers_can_be_compared() -> None:
    assert comparison.array_problem("out", np.zeros((2, 2), np.float32), (2, 2)) is None
    assert comparison.array_problem("out", np.zeros((2, 2), int), (2, 2)) is None


def test_error_is_relative_to_the_largest_expected_value() -> None:
    expected = np.array([10.0, 0.001])
    assert comparison.relative_error(expected + [0, 0.01], expected) == pytest.approx(1e-3)
    assert comparison.relative_error(np.array([0.5]), np.array([0.0])) == pytest.approx(0.5)
    assert comparison.relative_error(np.zeros((0, 3)), np.zeros((0, 3))) == 0.0


def test_one_output_may_stand_in_a_tuple_of_one() -> None:
    array = np.zeros(3)
    assert comparison.named_outputs((array,), ("dx",)) == {"dx": array}
    assert comparison.named_outputs([1.0, 2.0], ("dx",)) == {"dx": [1.0, 2.0]}


def test_list_of_one_image_is_no_tuple_of_one() -> None:
    rows = np.zeros((2, 3, 4))
    assert comparison.named_outputs([rows], ("dx",))["dx"].shape == (1, 2, 3, 4)  # type: ignore[index, union-attr]


def test_count_and_kind_of_several_outputs_are_checked() -> None:
    array = np.zeros(3)
    assert comparison.named_outputs((array, array), ("dx", "dw", "db")).id == "wrong_count"  # type: ignore[union-attr]
    assert comparison.named_outputs(array, ("dx", "dw", "db")).id == "not_a_tuple"  # type: ignore[union-attr]
    assert comparison.named_outputs(None, ("dx", "dw", "db")).id == "returned_none"  # type: ignore[union-attr]
