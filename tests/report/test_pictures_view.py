"""The pictures of Part 3: what they show, what is said of them, and arrays that a student's process made up."""

from __future__ import annotations

import base64
from collections.abc import Callable

import numpy as np
import pytest

from grader.report.adversarial_view import adversarial_view
from grader.report.picture import Picture, PictureView
from grader.report.picture_arrays import Stored, class_name
from grader.report.representative_view import representative_view
from grader.report.saliency_view import saliency_view
from tests.report.conftest import HOSTILE
from tests.report.picture_samples import (
    adversarial_samples,
    named,
    representative_samples,
    saliency_samples,
)
from tests.report.test_sample_images import pixels_of

View = Callable[[Stored], PictureView | None]
MADE = {
    saliency_view: saliency_samples,
    representative_view: representative_samples,
    adversarial_view: adversarial_samples,
}


def pixels(picture: Picture) -> np.ndarray:
    return pixels_of(base64.b64decode(picture.png))


def seen(view: PictureView | None) -> PictureView:
    assert view is not None
    return view


def words(view: PictureView) -> str:
    return " ".join(
        text for row in view.rows for picture in row.pictures for text in (*picture.told, picture.alternative)
    )


def test_a_saliency_map_stands_beside_the_image_the_graders_and_the_error():
    stored = saliency_samples()
    row = seen(saliency_view(named(stored))).rows[2]
    image, yours, graders, error = row.pictures
    assert np.array_equal(pixels(image), stored["pixels"][2])
    assert pixels(graders)[np.unravel_index(stored["expected"][2].argmax(), (32, 32))].tolist() == [255] * 3
    below = stored["maps"][2] < -0.1
    assert (pixels(yours)[below][:, 2] > pixels(yours)[below][:, 0]).all()
    off = np.abs(stored["maps"][2] - stored["expected"][2])
    brightness = pixels(error).sum(axis=2, dtype=int)
    assert brightness.flat[off.argmax()] == brightness.max() and brightness.flat[off.argmin()] == brightness.min()


def test_the_alternative_texts_tell_class_range_and_the_largest_error_with_its_place():
    stored = saliency_samples()
    stored["maps"] = stored["expected"].copy()
    stored["maps"][0, 5, 9] += 2.0
    row = seen(saliency_view(named(stored))).rows[0]
    assert row.title == "Image 1: class ring; the network says ring"
    _, yours, graders, error = (picture.alternative for picture in row.pictures)
    assert "for class ring" in yours and "furthest from 0 at row 5, column 9" in yours
    assert f"to {stored['expected'][0].max():.4g}" in graders
    share = 100 * 2 / stored["expected"][0].max()
    assert f"At most 2 ({share:.0f} % of the largest value of the grader's map), at row 5, column 9" in error


@pytest.mark.parametrize(("share", "told"), [(0.0314, "3.1"), (0.1, "10"), (1.1, "110"), (12.34, "1,234")])
def test_shares_are_told_as_a_person_would_write_them(share: float, told: str):
    stored = saliency_samples()
    stored["maps"] = stored["expected"].astype(np.float64)
    stored["maps"][0, 5, 9] += share * stored["expected"][0].max()
    error = seen(saliency_view(named(stored))).rows[0].pictures[3]
    assert f"({told} % of the largest value of the grader's map)" in error.told[0]


def test_an_error_of_rounding_stays_dark():
    stored = saliency_samples()
    error = seen(saliency_view(named(stored))).rows[0].pictures[3]
    assert pixels(error).max() < 30 and "(under 0.01 % of" in error.told[0]
    stored["maps"] = stored["expected"]
    assert seen(saliency_view(named(stored))).rows[0].pictures[3].told == ("Nowhere.",)


def test_numbers_that_are_none_are_counted():
    stored = saliency_samples()
    stored["maps"][1, :2] = np.nan
    yours, _, error = seen(saliency_view(named(stored))).rows[1].pictures[1:]
    for picture in (yours, error):
        assert "64 of 1,024 numbers are NaN or infinite (magenta)." in picture.told
        assert (pixels(picture)[:2] == [255, 0, 200]).all()


def test_nothing_is_said_of_numbers_where_there_are_none():
    stored = saliency_samples()
    stored["maps"][0] = np.nan
    _, yours, _, error = seen(saliency_view(named(stored))).rows[0].pictures
    assert yours.told == error.told == ("1,024 of 1,024 numbers are NaN or infinite (magenta).",)
    made = adversarial_samples()
    made["difference"][0] = np.inf
    assert len(seen(adversarial_view(named(made))).rows[0].pictures[2].told) == 1


@pytest.mark.parametrize(("shape", "told"), [((5, 16, 32), "(16, 32)"), ((5, 32, 32, 3), "(32, 32, 3)"), ((5,), "()")])
def test_a_map_of_another_shape_is_told_and_not_drawn(shape: tuple[int, ...], told: str):
    stored = {**saliency_samples(), "maps": np.zeros(shape, np.float32)}
    row = seen(saliency_view(named(stored))).rows[0]
    assert row.pictures[1].png == "" and row.pictures[1].told == (f"No picture: the shape is {told} and not (32, 32).",)
    assert row.pictures[2].png and not row.pictures[3].png


def test_fewer_maps_than_images_leave_the_rest_untold():
    stored = saliency_samples()
    stored["maps"] = stored["maps"][:2]
    rows = seen(saliency_view(named(stored))).rows
    assert [bool(row.pictures[1].png) for row in rows] == [True, True, False, False, False]


def test_the_four_stages_stand_with_their_scores_above_those_of_the_grader():
    stored = representative_samples()
    yours, graders = seen(representative_view(named(stored))).rows
    assert [picture.caption for picture in yours.pictures] == ["Step 0", "Step 33", "Step 67", "Step 100"]
    assert [picture.told[0] for picture in graders.pictures] == ["Score -0.8", "Score 13.2", "Score 23.1", "Score 28.4"]
    assert yours.pictures[3].alternative == "Your image of class triangle. Step 100. Score 27.91"
    assert np.array_equal(pixels(yours.pictures[1]), stored["stages"][1])


def test_a_score_that_is_no_number_is_told_as_that():
    stored = {**representative_samples(), "scores": np.array([1, np.nan, np.inf, 2], np.float32)}
    told = [picture.told for picture in seen(representative_view(named(stored))).rows[0].pictures]
    assert told[1] == told[2] == ("The score is NaN or infinite.",)


def test_differences_are_drawn_about_grey_once_and_tenfold():
    stored = adversarial_samples()
    stored["difference"][0] = 0
    stored["difference"][0, 4, 7, 2] = -6
    _, _, once, tenfold, graders = seen(adversarial_view(named(stored))).rows[0].pictures
    assert pixels(once)[4, 7].tolist() == [128, 128, 122] and pixels(tenfold)[4, 7].tolist() == [128, 128, 68]
    assert (pixels(once).reshape(-1, 3) == 128).all(axis=1).sum() == 1023
    assert once.told == ("Changed by at most 6 levels, at row 4, column 7, blue.",)
    assert tenfold.alternative.endswith(once.told[0])
    own = np.clip(np.rint(128 + 10 * stored["expected_difference"][0].astype(np.float64)), 0, 255)
    assert np.array_equal(pixels(graders), own)


def test_target_and_what_the_network_says_are_told():
    rows = seen(adversarial_view(named(adversarial_samples()))).rows
    assert [row.reached for row in rows] == [True, True, True, False]
    assert all(row.compared for row in rows)
    assert rows[0].title == "Image 1: class square, made to be taken for star; the network now says star"
    assert "a square that the network takes for star; wanted was star" in rows[0].pictures[1].alternative


def test_an_adversarial_image_of_another_shape_is_not_laid_over_the_image():
    stored = {**adversarial_samples(), "adversarial": np.zeros((4, 16, 16, 3), np.uint8)}
    row = seen(adversarial_view(named(stored))).rows[0]
    assert not row.compared and not row.pictures[1].png and row.pictures[2].png


def test_an_unchanged_image_is_told_as_that():
    stored = adversarial_samples()
    stored["difference"] = np.zeros_like(stored["difference"])
    assert seen(adversarial_view(named(stored))).rows[0].pictures[2].told == ("No pixel differs.",)


def test_a_class_without_a_name_is_told_by_its_number():
    names = {"samples/class_names": np.array(["cat", "", HOSTILE])}
    assert [class_name(names, label) for label in (0, 1, 7, -1)] == ["cat", "1", "7", "-1"]
    assert class_name(names, None) == "unknown"
    shown = class_name(names, 2)
    assert len(shown) <= 40 and shown.isprintable()
    assert class_name({}, 3) == "3"


def odd_arrays() -> list[np.ndarray]:
    return [
        np.zeros((), np.float32),
        np.zeros(0, np.float32),
        np.zeros((3, 0, 4, 3), np.uint8),
        np.zeros((2, 1, 1, 3), np.uint8),
        np.zeros((2, 5000, 1, 3), np.uint8),
        np.full((5, 32, 32), np.nan, np.float32),
        np.full((5, 32, 32), -np.inf, np.float16),
        np.full((5, 32, 32), 1.7e308),
        np.full((4, 32, 32, 3), -1.7e308),
        np.full((5, 32, 32), 2**64 - 1, np.uint64),
        np.zeros((5, 32, 32), bool),
        np.zeros((5, 32, 32), np.complex128),
        np.array(["text"] * 5),
        np.array([2**63 - 1] * 5),
        np.array([-(2**63)]),
    ]


@pytest.mark.parametrize("view", MADE, ids=lambda view: view.__name__)
@pytest.mark.filterwarnings("error")
def test_no_array_that_comes_back_can_break_the_page(view: View):
    whole = MADE[view]()
    told = words(seen(view(named(whole))))
    for name in whole:
        for odd in odd_arrays():
            found = view(named({**whole, name: odd}))
            assert found is None or words(found)
        left = {other: array for other, array in whole.items() if other != name}
        found = view(named(left))
        assert found is None or words(found) != told or name in {"class_names", "steps"}
    assert view({}) is None


@pytest.mark.parametrize("view", MADE, ids=lambda view: view.__name__)
def test_every_picture_has_words_and_every_gap_a_reason(view: View):
    for row in seen(view(named(MADE[view]()))).rows:
        assert row.title
        for picture in row.pictures:
            assert picture.alternative if picture.png else picture.told
            assert "picture3." not in f"{row.title} {picture}"
