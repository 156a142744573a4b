"""Saliency maps that came back, beside the grader's own, and where they are off."""

from __future__ import annotations

import numpy as np

from grader.report.number_table import number_text
from grader.report.picture import Picture, PictureRow, PictureView, averaged, extreme, no_picture, picture
from grader.report.picture_arrays import Stored, class_name, images, numbers, shape_text, whole_number
from grader.report.picture_colours import in_grey, of_errors
from grader.report.wording import write

MAPS = "samples/maps"

#: The scale of errors ends at the largest error, but not below this share of the largest value: what is off by
#: rounding would else look as bright as what is wrong.
_FAINTEST = 0.01

#: Shares below this are told as that.
_NOTHING = 1e-4


def saliency_view(stored: Stored) -> PictureView | None:
    """None where there are no images to show maps of.

    ``samples/pixels`` (k, H, W, 3) uint8; ``samples/maps``, ``samples/expected`` (k, H, W) floats; ``samples/labels``,
    ``samples/predictions`` (k,) integers.
    """
    pixels = images(stored, "samples/pixels")
    if pixels is None or MAPS not in stored:
        return None
    rows = tuple(_row(stored, pixels[n], n) for n in range(len(pixels)))
    return PictureView((write("picture3.saliency.told"),), rows)


def _row(stored: Stored, pixels: np.ndarray, n: int) -> PictureRow:
    words = {
        "number": n + 1,
        "true": class_name(stored, whole_number(stored, "samples/labels", n)),
        "predicted": class_name(stored, whole_number(stored, "samples/predictions", n)),
    }
    got, expected = numbers(stored, MAPS, n), numbers(stored, "samples/expected", n)
    return PictureRow(
        title=write("picture3.saliency.title", **words),
        pictures=(
            picture(averaged(pixels), write("picture3.image"), (), write("picture3.saliency.image", **words)),
            _map("yours", got, pixels, words),
            _map("graders", expected, pixels, words),
            _error(got, expected, pixels, words),
        ),
    )


def _map(whose: str, values: np.ndarray | None, pixels: np.ndarray, words: dict[str, object]) -> Picture:
    caption = write(f"picture3.saliency.{whose}")
    if values is None or values.shape != pixels.shape[:2]:
        return no_picture(caption, _unfit(values, pixels))
    finite = np.where(np.isfinite(values), values, 0.0)
    lowest, highest = float(finite.min()), float(finite.max())
    told = []
    if np.isfinite(values).any():
        row, column = _place(finite)
        figures = {"lowest": number_text(lowest), "highest": number_text(highest), "row": row, "column": column}
        told.append(write("picture3.saliency.range", **figures))
    if lowest < 0:
        told.append(write("picture3.saliency.negative", share=_percent(float((finite < 0).mean()))))
    told += _odd(values)
    seen = write("picture3.saliency.map", caption=caption, **words)
    colours = in_grey(extreme(values), max(highest, -lowest))
    return picture(colours, caption, tuple(told), " ".join([seen, *told]))


def _error(
    got: np.ndarray | None, expected: np.ndarray | None, pixels: np.ndarray, words: dict[str, object]
) -> Picture:
    caption = write("picture3.saliency.error")
    if got is None or expected is None or not got.shape == expected.shape == pixels.shape[:2]:
        return no_picture(caption, write("picture3.not_compared"))
    with np.errstate(all="ignore"):
        errors = np.abs(got - expected)
    finite = np.where(np.isfinite(errors), errors, 0.0)
    row, column = _place(finite)
    largest, most = float(finite.max()), float(np.max(np.abs(expected), initial=0.0, where=np.isfinite(expected)))
    share = largest / most if most > 0 else float(largest > 0)
    figures = {"largest": number_text(largest), "share": _percent(share), "row": row, "column": column}
    told = _odd(errors)
    if largest or not told:
        key = "picture3.saliency.error_at" if largest else "picture3.saliency.no_error"
        told.insert(0, write(key, **figures))
    seen = write("picture3.saliency.error_seen", **words)
    colours = of_errors(extreme(errors), max(largest, _FAINTEST * most))
    return picture(colours, caption, tuple(told), " ".join([seen, *told]))


def _unfit(values: np.ndarray | None, pixels: np.ndarray) -> str:
    if values is None:
        return write("picture3.nothing_back")
    return write("picture3.other_shape", found=shape_text(values.shape), wanted=shape_text(pixels.shape[:2]))


def _odd(values: np.ndarray) -> list[str]:
    count = int((~np.isfinite(values)).sum())
    return [write("picture3.odd", count=f"{count:,}", total=f"{values.size:,}")] if count else []


def _place(values: np.ndarray) -> tuple[int, int]:
    """Row and column of the first number that is furthest from 0."""
    row, column = np.unravel_index(int(np.abs(values).argmax()), values.shape)
    return int(row), int(column)


def _percent(share: float) -> str:
    """Two digits below 10 %, whole percents above: nobody can tell thousandths or millions of times the value apart."""
    if share < _NOTHING:
        return write("picture3.under", percent=f"{100 * _NOTHING:g}")
    return f"{100 * share:.2g}" if share < 0.0995 else f"{min(100 * share, 1e12):,.0f}"
