"""The geometry of learning curves: a quantity over the epochs of one training run, for a page to draw."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from grader.model.observation import EpochSeen, TrainingRun
from grader.report.axis_ticks import decade_ticks, even_ticks, whole_ticks
from grader.report.number_table import number_text
from grader.report.wording import write

#: The plot's area, in SVG units.
WIDTH, HEIGHT = 280, 140

#: More epochs than this are thinned out: a line of this many points looks the same.
MOST_EPOCHS = 120

#: Up to this many epochs each has a mark of its own.
_MARKED_EPOCHS = 30

#: Where the largest value is this many times the smallest one, powers of ten are laid out evenly: a training that runs
#: away would else hide its beginning.
_WIDE_RANGE = 200.0

#: Beyond these a number is as good as infinite, or as zero.
_HUGE, _TINY = 1e100, 1e-12

LOSS, ACCURACY = "loss", "accuracy"
_VALIDATION = "val_"
_NAMES = ("training", "validation")


@dataclass(frozen=True, slots=True)
class Curve:
    """`name` is ``training`` or ``validation``; `path` an SVG path with a gap wherever a value is no finite number."""

    name: str
    path: str
    marks: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """One quantity's curves; ticks pair a label with its place. `alternative` says in words what there is to be seen.

    `odd` says from which epoch on there are values that cannot be drawn, empty where all can.
    """

    quantity: str
    curves: tuple[Curve, ...]
    x_ticks: tuple[tuple[str, float], ...]
    y_ticks: tuple[tuple[str, float], ...]
    logarithmic: bool
    alternative: str
    odd: str

    @property
    def width(self) -> int:
        return WIDTH

    @property
    def height(self) -> int:
        return HEIGHT


def thinned(epochs: Sequence[EpochSeen]) -> tuple[EpochSeen, ...]:
    """At most `MOST_EPOCHS` of `epochs`, evenly, first and last among them."""
    if len(epochs) <= MOST_EPOCHS:
        return tuple(epochs)
    places = {round(n * (len(epochs) - 1) / (MOST_EPOCHS - 1)) for n in range(MOST_EPOCHS)}
    return tuple(epochs[place] for place in sorted(places))


def logged(epoch: EpochSeen, quantity: str, validation: bool = False) -> float | None:
    """What the epoch logged as loss or accuracy; None where it logged none.

    Keras names an accuracy after the metric's class or as the student likes: the plain name is preferred.
    """
    prefix = _VALIDATION if validation else ""
    if quantity == LOSS:
        return epoch.values.get(f"{prefix}loss")
    names = [name for name in epoch.values if name.startswith(_VALIDATION) == validation and "acc" in name.lower()]
    plain = [f"{prefix}accuracy", f"{prefix}acc"]
    return next((epoch.values[name] for name in [*plain, *names] if name in epoch.values), None)


def chart(run: TrainingRun, quantity: str) -> Chart | None:
    """The curves of `quantity` (`LOSS` or `ACCURACY`); None with fewer than two finite values of it."""
    epochs = thinned(run.epochs)
    found = {name: [logged(epoch, quantity, name == "validation") for epoch in epochs] for name in _NAMES}
    finite = [value for values in found.values() for value in values if value is not None and _can_be_drawn(value)]
    if len(finite) < 2:
        return None
    largest, smallest = max(finite), min(finite)
    logarithmic = quantity == LOSS and smallest > _TINY and largest / smallest > _WIDE_RANGE
    if logarithmic:
        y_values = decade_ticks(smallest, largest)
    else:
        y_values = even_ticks(smallest, 1.0 if quantity == ACCURACY and largest <= 1 else largest)
    numbers = [epoch.number for epoch in epochs]
    scale = _Scale(min(numbers), max(numbers), y_values[0], y_values[-1], logarithmic)
    curves = tuple(
        _curve(name, numbers, values, scale, marked=len(epochs) <= _MARKED_EPOCHS)
        for name, values in found.items()
        if any(value is not None and _can_be_drawn(value) for value in values)
    )
    return Chart(
        quantity=quantity,
        curves=curves,
        x_ticks=tuple((str(n), scale.x(n)) for n in whole_ticks(min(numbers), max(numbers))),
        y_ticks=tuple((number_text(value), scale.y(value)) for value in y_values),
        logarithmic=logarithmic,
        alternative=" ".join(_sentence(name, numbers, values) for name, values in found.items() if _any(values)),
        odd=_odd_sentence(numbers, list(found.values())),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    first: int
    last: int
    bottom: float
    top: float
    logarithmic: bool

    def x(self, epoch: int) -> float:
        return round(WIDTH * (epoch - self.first) / max(self.last - self.first, 1), 1)

    def y(self, value: float) -> float:
        if self.logarithmic:
            share = math.log(value / self.bottom) / math.log(self.top / self.bottom)
        else:
            share = (value - self.bottom) / (self.top - self.bottom)
        return round(HEIGHT * (1 - share), 1)


def _can_be_drawn(value: float) -> bool:
    return abs(value) < _HUGE  # not for NaN either


def _any(values: Sequence[float | None]) -> bool:
    return any(value is not None for value in values)


def _curve(name: str, numbers: Sequence[int], values: Sequence[float | None], scale: _Scale, *, marked: bool) -> Curve:
    path, marks, pen = [], [], "M"
    for number, value in zip(numbers, values, strict=True):
        if value is None or not _can_be_drawn(value):
            pen = "M"
            continue
        place = scale.x(number), scale.y(value)
        path.append(f"{pen}{place[0]:g} {place[1]:g}")
        marks.append(place)
        pen = "L"
    return Curve(name, "".join(path), tuple(marks) if marked else ())


def _sentence(name: str, numbers: Sequence[int], values: Sequence[float | None]) -> str:
    told = [(number, value) for number, value in zip(numbers, values, strict=True) if value is not None]
    (first, start), (last, end) = told[0], told[-1]
    return write(
        f"training_report.curve.{name}_sentence",
        first=first, start=number_text(start), last=last, end=number_text(end),
    )  # fmt: skip


def _odd_sentence(numbers: Sequence[int], curves: Sequence[Sequence[float | None]]) -> str:
    odd = [
        number
        for values in curves
        for number, value in zip(numbers, values, strict=True)
        if value is not None and not _can_be_drawn(value)
    ]
    return write("training_report.curve.odd_sentence", epoch=min(odd)) if odd else ""
