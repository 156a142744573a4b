"""Fields are positive inside, and no two shapes are the same."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from grader.datasets.shapes import SHAPES

AXIS = np.linspace(-1.2, 1.2, 97, dtype=np.float32)
U, V = np.meshgrid(AXIS, AXIS)


@pytest.mark.parametrize("name", SHAPES)
def test_shape_lies_inside_the_unit_square_about_its_centre(name: str) -> None:
    inside = SHAPES[name](U, V) > 0
    assert 0.08 < inside.mean() < 0.5
    assert not inside[(np.abs(U) > 1.1) | (np.abs(V) > 1.1)].any()
    assert SHAPES[name](U, V).dtype == np.float32


@pytest.mark.parametrize("name", SHAPES)
def test_field_changes_no_faster_than_a_distance(name: str) -> None:
    """Else outlines would be drawn jagged. The star's sides are the steepest, and its middle, which has no outline."""
    field, step = SHAPES[name](U, V), AXIS[1] - AXIS[0]
    off_centre = (np.hypot(U, V) > 0.35)[1:]
    assert np.abs(np.diff(field, axis=0))[off_centre].max() < 4 * step


def test_no_two_shapes_cover_nearly_the_same() -> None:
    for one, other in itertools.combinations(SHAPES.values(), 2):
        a, b = one(U, V) > 0, other(U, V) > 0
        assert (a & b).sum() / (a | b).sum() < 0.85
