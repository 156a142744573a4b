"""A class representative image at four stages of its way, beside those of the grader's own run."""

from __future__ import annotations

import math

import numpy as np

from grader.report.number_table import number_text
from grader.report.picture import Picture, PictureRow, PictureView, averaged, no_picture, picture
from grader.report.picture_arrays import Stored, class_name, images, number, whole_number
from grader.report.wording import write

STAGES = "samples/stages"


def representative_view(stored: Stored) -> PictureView | None:
    """None where neither run has a picture.

    ``samples/stages``, ``samples/expected`` (stages, H, W, 3) uint8; ``samples/steps`` (stages,) integers;
    ``samples/scores``, ``samples/expected_scores`` (stages,) floats: the target's score; ``samples/target`` an integer.
    """
    if STAGES not in stored:
        return None
    runs = (("yours", STAGES, "samples/scores"), ("graders", "samples/expected", "samples/expected_scores"))
    target = class_name(stored, whole_number(stored, "samples/target"))
    rows = tuple(_row(stored, *run, target) for run in runs)
    if not any(picture.png for row in rows for picture in row.pictures):
        return None
    return PictureView((write("picture3.representative.told", target=target),), rows)


def _row(stored: Stored, whose: str, name: str, scores: str, target: str) -> PictureRow:
    title = write(f"picture3.representative.{whose}", target=target)
    found = images(stored, name)
    if found is None:
        return PictureRow(title, (no_picture("", write("picture3.nothing_back")),))
    return PictureRow(title, tuple(_stage(stored, title, scores, n, averaged(found[n])) for n in range(len(found))))


def _stage(stored: Stored, title: str, scores: str, n: int, pixels: np.ndarray) -> Picture:
    step, score = whole_number(stored, "samples/steps", n), number(stored, scores, n)
    caption = write("picture3.representative.step", step="–" if step is None else step)
    told = "" if score is None else _score(score)
    seen = write("picture3.representative.seen", title=title, caption=caption)
    return picture(pixels, caption, (told,) if told else (), f"{seen} {told}".strip())


def _score(score: float) -> str:
    if not math.isfinite(score):
        return write("picture3.representative.no_score")
    return write("picture3.representative.score", score=number_text(score))
