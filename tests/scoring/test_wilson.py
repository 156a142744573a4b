"""The 95 % interval of a measured accuracy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from grader.scoring.wilson import wilson_interval


@given(st.integers(1, 20_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_interval_is_the_one_that_scipy_gives(counts: tuple[int, int]) -> None:
    told = binomtest(*counts).proportion_ci(0.95, method="wilson")
    assert wilson_interval(*counts) == pytest.approx((told.low, told.high), abs=1e-9)


def test_an_interval_on_ten_thousand_images_is_a_point_wide_on_each_side() -> None:
    lower, upper = wilson_interval(7000, 10_000)
    assert 0.690 < lower < 0.692 and 0.708 < upper < 0.710
