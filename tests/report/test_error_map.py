from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.report.error_map import STEPS, ErrorMap, error_map


def picture(expected: np.ndarray, got: np.ndarray, limit: float = 1e-6, table_size: int = 6) -> ErrorMap:
    drawn = error_map(expected, got, limit, table_size)
    assert drawn is not None
    return drawn


def wrong_at(shape: tuple[int, ...], *places: tuple[int, ...], by: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    expected = np.ones(shape)
    got = expected.copy()
    for place in places:
        got[place] += by
    return expected, got


def squares(drawn: ErrorMap) -> list[int]:
    """Number of positions drawn in each step of the scale."""
    return [path.count("z") for path in drawn.steps]


def test_the_slice_is_the_one_that_holds_the_first_difference():
    drawn = picture(*wrong_at((2, 4, 5, 3), (1, 2, 3, 2)))
    assert (drawn.window, drawn.rows, drawn.columns) == ("[1, :, :, 2]", 4, 5)
    assert drawn.first_place == (2, 3)
    assert drawn.first == (3 * drawn.side, 2 * drawn.side)


def test_only_positions_beyond_the_limit_are_coloured():
    expected, got = wrong_at((4, 4), (0, 1), (3, 3))
    got[2, 2] += 1e-9
    drawn = picture(expected, got)
    assert (drawn.differing, sum(squares(drawn))) == (2, 2)
    assert (drawn.wrong_rows, drawn.wrong_columns) == ("0, 3", "1, 3")


def test_steps_are_even_shares_of_the_largest_difference():
    expected = np.zeros((2, 5)) + 10
    got = expected + np.array([[0.15, 0.35, 0.55, 0.75, 1.0], [0.0, 0.0, 0.0, 0.0, 0.0]])
    drawn = picture(expected, got)
    assert squares(drawn) == [1] * STEPS
    assert drawn.largest == "1"


def test_differences_that_are_no_finite_number_are_crossed_out():
    expected, got = wrong_at((3, 3), (2, 2))
    got[0, 0], got[1, 1] = np.nan, np.inf
    drawn = picture(expected, got)
    assert drawn.odd.count("M") == 4 and sum(squares(drawn)) == 1
    assert drawn.largest == "1"


def test_a_map_without_any_finite_difference_has_no_scale():
    expected = np.ones((3, 3))
    drawn = picture(expected, np.full((3, 3), np.nan))
    assert not drawn.any_finite and drawn.odd


def test_runs_of_rows_are_told_in_few_words():
    drawn = picture(*wrong_at((6, 6), (0, 0), (1, 0), (2, 0), (5, 0)))
    assert (drawn.wrong_rows, drawn.wrong_columns) == ("0-2, 5", "0")


def test_slices_with_differences_are_counted():
    drawn = picture(*wrong_at((2, 3, 3, 4), (0, 0, 0, 0), (0, 1, 1, 0), (1, 2, 2, 3)))
    assert (drawn.wrong_slices, drawn.slices) == (2, 8)


def test_kernels_of_size_1_are_laid_out_by_filter_and_channel():
    assert picture(*wrong_at((3, 1, 1, 2), (2, 0, 0, 1))).window == "[:, 0, 0, :]"


def test_the_window_of_the_table_is_outlined_where_it_is_not_all():
    assert picture(*wrong_at((6, 6), (0, 0))).table is None
    drawn = picture(*wrong_at((10, 6), (9, 0)))
    assert drawn.table == (0, 4 * drawn.side, 6 * drawn.side, 6 * drawn.side)


def test_a_large_slice_is_cut_around_the_first_difference():
    drawn = picture(*wrong_at((200, 300), (150, 290)))
    assert (drawn.rows, drawn.columns) == (64, 64)
    assert 0 <= drawn.first[0] < drawn.width and 0 <= drawn.first[1] < drawn.height
    assert {tick.label % 8 for tick in drawn.row_ticks} == {0}


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (np.ones((2, 3)), np.ones((3, 2))),
        (np.ones(9), np.zeros(9)),
        (np.ones((3, 3)), np.ones((3, 3))),
        (np.ones((1, 3)), np.zeros((1, 3))),
        (np.ones((0, 3)), np.ones((0, 3))),
    ],
    ids=["shapes differ", "one axis", "equal", "a handful", "empty"],
)
def test_there_is_no_picture_where_it_would_say_nothing(expected: np.ndarray, got: np.ndarray):
    assert error_map(expected, got, 1e-6) is None


@settings(max_examples=60, deadline=None)
@given(
    hnp.array_shapes(min_dims=2, max_dims=4, min_side=1, max_side=9).flatmap(
        lambda shape: st.tuples(*[hnp.arrays(np.float64, shape, elements=st.floats(width=32))] * 2)
    )
)
def test_every_differing_position_of_the_slice_is_drawn_once(pair: tuple[np.ndarray, np.ndarray]):
    drawn = error_map(*pair, limit=1e-6)
    if drawn is not None:
        assert sum(squares(drawn)) + drawn.odd.count("M") // 2 == drawn.differing
        assert re.fullmatch(r"[MhvzlL0-9 .-]*", "".join(drawn.steps) + drawn.odd)
