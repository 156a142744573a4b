"""Adversarial images beside what they were made from, and the differences beside the grader's own."""

from __future__ import annotations

import numpy as np

from grader.report.number_table import number_text
from grader.report.picture import Picture, PictureRow, PictureView, averaged, extreme, no_picture, picture
from grader.report.picture_arrays import Stored, class_name, images, numbers, shape_text, whole_number
from grader.report.picture_colours import about_grey
from grader.report.wording import write

ADVERSARIAL = "samples/adversarial"

_TIMES = 10
_COLOURS = ("red", "green", "blue")


def adversarial_view(stored: Stored) -> PictureView | None:
    """None where there are no images to start from.

    ``samples/original``, ``samples/adversarial`` (k, H, W, 3) uint8; ``samples/difference``,
    ``samples/expected_difference`` (k, H, W, 3) floats in steps of 255; ``samples/labels``, ``samples/targets``,
    ``samples/predictions`` (k,) integers, the last on the adversarial image.
    """
    original = images(stored, "samples/original")
    if original is None or ADVERSARIAL not in stored:
        return None
    made = images(stored, ADVERSARIAL)
    if made is not None and made.shape[1:] != original.shape[1:]:
        made = None
    rows = tuple(_row(stored, original[n], None if made is None or n >= len(made) else made[n], n)
                 for n in range(len(original)))  # fmt: skip
    return PictureView((write("picture3.adversarial.told"),), rows)


def _row(stored: Stored, original: np.ndarray, made: np.ndarray | None, n: int) -> PictureRow:
    target, predicted = (whole_number(stored, f"samples/{name}", n) for name in ("targets", "predictions"))
    words = {
        "number": n + 1,
        "true": class_name(stored, whole_number(stored, "samples/labels", n)),
        "target": class_name(stored, target),
        "predicted": class_name(stored, predicted),
    }
    difference = numbers(stored, "samples/difference", n)
    own = numbers(stored, "samples/expected_difference", n)
    image = write("picture3.image")
    return PictureRow(
        title=write("picture3.adversarial.title", **words),
        pictures=(
            picture(averaged(original), image, (), write("picture3.adversarial.image", **words)),
            _made(made, words),
            _difference("difference", difference, original, 1),
            _difference("tenfold", difference, original, _TIMES),
            _difference("graders", own, original, _TIMES),
        ),
        reached=None if target is None or predicted is None else target == predicted,
        compared=made is not None,
    )


def _made(made: np.ndarray | None, words: dict[str, object]) -> Picture:
    caption = write("picture3.adversarial.yours")
    if made is None:
        return no_picture(caption, write("picture3.nothing_back"))
    return picture(averaged(made), caption, (), write("picture3.adversarial.made", **words))


def _difference(which: str, values: np.ndarray | None, original: np.ndarray, times: int) -> Picture:
    caption = write(f"picture3.adversarial.{which}")
    if values is None:
        return no_picture(caption, write("picture3.nothing_back"))
    if values.shape != original.shape:
        found, wanted = shape_text(values.shape), shape_text(original.shape)
        return no_picture(caption, write("picture3.other_shape", found=found, wanted=wanted))
    figures = _figures(values)
    seen = write("picture3.adversarial.seen", caption=caption)
    # Beside the difference itself, ten times as much of it needs no second telling but to those who see neither.
    told = () if which == "tenfold" else tuple(figures)
    return picture(about_grey(extreme(values), times), caption, told, " ".join([seen, *figures]))


def _figures(values: np.ndarray) -> list[str]:
    finite = np.where(np.isfinite(values), values, 0.0)
    row, column, part = (int(i) for i in np.unravel_index(int(np.abs(finite).argmax()), finite.shape))
    largest = float(finite[row, column, part])
    colour = write(f"picture3.adversarial.{_COLOURS[part]}")
    odd = int((~np.isfinite(values)).sum())
    told = []
    if largest:
        figures = {"largest": number_text(abs(largest)), "row": row, "column": column, "colour": colour}
        told.append(write("picture3.adversarial.largest", **figures))
    if odd:
        told.append(write("picture3.odd", count=f"{odd:,}", total=f"{values.size:,}"))
    return told or [write("picture3.adversarial.same")]
