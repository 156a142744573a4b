from __future__ import annotations

import base64

import numpy as np
import pytest

from grader.report.picture import averaged, extreme, picture
from grader.report.picture_colours import about_grey, in_grey, of_errors
from tests.report.test_sample_images import pixels_of

MAGENTA = [255, 0, 200]


def test_a_map_goes_from_black_to_white_and_is_blue_below_zero():
    colours = in_grey(np.array([[0.0, 0.5, 1.0, -1.0]]), 1.0)[0].astype(int)
    assert colours[0].tolist() == [0, 0, 0] and colours[2].tolist() == [255, 255, 255]
    assert len(set(colours[1])) == 1 and 120 < colours[1][0] < 136
    assert colours[3][2] == 255 > colours[3][0]


def test_the_scale_of_errors_gets_lighter_with_every_step():
    colours = of_errors(np.linspace(0, 2, 65).reshape(1, -1), 2.0)[0].astype(int)
    lightness = colours @ np.array([299, 587, 114])
    assert (np.diff(lightness) > 0).all()


def test_no_difference_is_grey_and_the_same_much_up_and_down_lies_on_both_sides_of_it():
    difference = np.array([[[0.0, 5.0, -5.0], [0.0, 400.0, -400.0]]])
    assert about_grey(difference, 1).tolist() == [[[128, 133, 123], [128, 255, 0]]]
    assert about_grey(difference, 10).tolist() == [[[128, 178, 78], [128, 255, 0]]]


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_what_is_no_finite_number_has_a_colour_of_its_own(odd: float):
    line = np.array([[0.5, odd]])
    assert in_grey(line, 1.0)[0, 1].tolist() == of_errors(line, 1.0)[0, 1].tolist() == MAGENTA
    assert about_grey(np.array([[[0.0, odd, 0.0]]]), 10)[0, 0].tolist() == MAGENTA


@pytest.mark.parametrize("largest", [0.0, 5e-324, 1e308])
def test_numbers_near_both_ends_of_the_range_are_drawn(largest: float):
    colours = in_grey(np.array([[largest, -largest, 0.0]]), largest)
    assert colours[0, 2].tolist() == [0, 0, 0]
    assert colours[0, 0].tolist() == ([255, 255, 255] if largest else [0, 0, 0])


def test_small_images_are_enlarged_by_whole_numbers():
    shown = picture(np.zeros((32, 24, 3), np.uint8), "", (), "")
    assert (shown.width, shown.height, shown.crisp) == (120, 160, True)
    assert pixels_of(base64.b64decode(shown.png)).shape == (32, 24, 3)


def test_large_images_become_smaller_by_whole_squares():
    pixels = np.zeros((224, 224, 3), np.uint8)
    pixels[::2, :, 0] = 100
    small = averaged(pixels)
    assert small.shape == (112, 112, 3) and (small[..., 0] == 50).all() and not small[..., 1:].any()
    shown = picture(small, "", (), "")
    assert (shown.width, shown.height, shown.crisp) == (112, 112, False)


def test_sides_that_squares_do_not_divide_keep_their_last_rows():
    pixels = np.zeros((163, 7, 3), np.uint8)
    pixels[162] = 200
    assert averaged(pixels)[-1].tolist() == [[200] * 3] * 4


def test_a_single_wrong_pixel_stays_to_be_seen_in_a_large_map():
    values = np.zeros((224, 224))
    values[100, 31], values[7, 7], values[9, 200] = 0.25, -3.0, np.nan
    small = extreme(values)
    assert small.shape == (112, 112)
    assert small[50, 15] == 0.25 and small[3, 3] == -3.0 and np.isnan(small[4, 100])


def test_small_arrays_are_left_as_they_are():
    values = np.arange(12.0).reshape(3, 4)
    assert extreme(values) is values
