from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.report.number_table import compare, number_text


def test_the_first_difference_is_named_with_both_numbers():
    expected = np.zeros((2, 9, 9, 3))
    expected[...] = 1.0
    got = expected.copy()
    got[1, 7, 2, 0] = 3.5
    got[1, 8, 2, 1] = 4.5
    seen = compare(expected, got, limit=1e-6)
    assert (seen.position, seen.expected_number, seen.got_number) == ("[1, 7, 2, 0]", "1", "3.5")
    assert (seen.differing, seen.total) == (2, 2 * 9 * 9 * 3)


def test_the_tables_hold_the_difference_and_mark_it():
    expected = np.arange(100.0).reshape(1, 10, 10, 1)
    got = expected.copy()
    got[0, 9, 9, 0] = -1.0
    seen = compare(expected, got, limit=1e-6)
    assert seen.got.window == "[0, 4:10, 4:10, 0]"
    assert not seen.got.whole
    marked = [cell.text for row in seen.got.rows for cell in row if cell.differs]
    assert marked == ["-1"]
    assert [cell.text for row in seen.expected.rows for cell in row if cell.differs] == ["99"]


def test_differences_within_the_limit_are_none():
    expected = np.array([1000.0, 1.0])
    assert compare(expected, expected + 0.0009, limit=1e-6).differing == 0
    assert compare(expected, expected + 0.0011, limit=1e-6).differing == 2


def test_without_a_limit_every_difference_counts():
    assert compare(np.array([1.0]), np.array([1.0 + 1e-12]), limit=None).differing == 1


def test_shapes_that_differ_are_told_and_both_arrays_shown():
    seen = compare(np.ones((1, 2, 2, 1)), np.ones((3,)), limit=1e-6)
    assert not seen.same_shape
    assert (seen.expected_shape, seen.got_shape) == ((1, 2, 2, 1), (3,))
    assert seen.position == ""
    assert len(seen.expected.rows) == 2 and len(seen.got.rows[0]) == 3


def test_not_a_number_and_infinity_differ_from_numbers_and_are_shown():
    seen = compare(np.array([1.0, 2.0, 3.0]), np.array([np.nan, np.inf, 3.0]), limit=1e-6)
    assert seen.differing == 2
    assert [cell.text for cell in seen.got.rows[0]] == ["nan", "inf", "3"]


@pytest.mark.parametrize(
    "got", [np.array([True, False]), np.array([1 + 2j, 3]), np.array(["a", "b"]), np.array([1, 2], dtype=np.uint8)]
)
def test_odd_dtypes_are_shown_too(got: np.ndarray):
    assert compare(np.array([1.0, 2.0]), got, limit=1e-6).total == 2


def test_numbers_are_short_and_zero_has_no_sign():
    assert number_text(1 / 3) == "0.3333"
    assert number_text(-0.0) == "0"
    assert number_text(np.float32(1e-9)) == "1e-09"
    assert number_text(np.int64(123456789)) == "123456789"


shapes = st.lists(st.integers(0, 9), min_size=0, max_size=5).map(tuple)


@settings(max_examples=120, deadline=None)
@given(shapes, shapes, st.booleans(), st.integers(0, 2**31))
def test_tables_are_bounded_whatever_the_shapes(first: tuple[int, ...], second: tuple[int, ...], same: bool, seed: int):
    random = np.random.default_rng(seed)
    expected = random.standard_normal(first)
    got = random.standard_normal(first if same else second)
    seen = compare(expected, got, limit=0.5, size=6)
    for table in (seen.expected, seen.got):
        assert len(table.rows) <= 6
        assert all(len(row) <= 6 for row in table.rows)
    if seen.differing:
        assert any(cell.differs for row in seen.got.rows for cell in row)
