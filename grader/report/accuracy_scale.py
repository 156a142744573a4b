"""The geometry of a scale from 0 to 1 with a measured accuracy, its interval, and where points begin and end."""

from __future__ import annotations

from dataclasses import dataclass

from grader.model.evidence import Measured
from grader.model.rubric import Ramp
from grader.report.wording import write
from grader.scoring.accuracy_item import percent
from grader.scoring.wilson import wilson_interval

#: Width of the scale, in SVG units.
WIDTH = 320

#: Half the room that a label needs; nearer to an edge it would leave the picture.
_LABEL = 34


@dataclass(frozen=True, slots=True)
class ScalePicture:
    """Places are SVG units from the left; `none_at` and `full_at` bound the ramp of points, None without one."""

    measured: float
    low: float
    high: float
    label_at: float
    label: str
    none_at: float | None
    full_at: float | None
    full_label: str
    alternative: str

    @property
    def width(self) -> int:
        return WIDTH


def usable(measured: Measured | None) -> Measured | None:
    """None also where no image was measured on."""
    return measured if measured is not None and measured.images > 0 else None


def share_right(measured: Measured) -> float:
    return measured.correct / measured.images


def measured_texts(measured: Measured) -> dict[str, str]:
    """The `accuracy` and its 95 % interval from `low` to `high`, as percentages."""
    low, high = wilson_interval(measured.correct, measured.images)
    return {"accuracy": percent(share_right(measured)), "low": percent(low), "high": percent(high)}


def scale_picture(measured: Measured, ramp: Ramp | None) -> ScalePicture:
    accuracy = share_right(measured)
    low, high = wilson_interval(measured.correct, measured.images)
    values = measured_texts(measured)
    alternative = write("training_report.scale.alternative", **values)
    if ramp is not None:
        alternative += " " + ramp_sentence(ramp)
    at = WIDTH * accuracy
    return ScalePicture(
        measured=round(at, 1),
        low=round(WIDTH * low, 1),
        high=round(WIDTH * high, 1),
        label_at=round(min(max(at, _LABEL), WIDTH - _LABEL), 1),
        label=values["accuracy"],
        none_at=None if ramp is None else round(WIDTH * ramp.none_at, 1),
        full_at=None if ramp is None else round(WIDTH * ramp.full_at, 1),
        full_label="" if ramp is None else write("training_report.scale.full", full=_whole(ramp.full_at)),
        alternative=alternative,
    )


def ramp_sentence(ramp: Ramp) -> str:
    """From which accuracies on there are points, and all of them."""
    return write("training_report.scale.ramp", none=_whole(ramp.none_at), full=_whole(ramp.full_at))


def _whole(share: float) -> str:
    """A rubric's accuracy as a percentage, with decimals only where it has some."""
    return f"{100 * share:g} %"
