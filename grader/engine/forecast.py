"""How long a batch will take: what to expect, and what the rubric's limits allow at most."""

from __future__ import annotations

import math
from dataclasses import dataclass

from grader.datasets.places import STAND_IN
from grader.datasets.profile import Profile
from grader.engine.settings import RunSettings, limits_of, trains
from grader.model.limits import ExecutionLimits
from grader.model.rubric import AccuracyScale

#: Share of a notebook's time limit that a usual hand-in takes. Part 1 takes a second or two, its limit is for code that
#: loops; training takes most of its time budget, of which the limit is several times as much.
_USUAL_SHARE = {"numpy": 0.01, "tensorflow": 0.15}
#: The same of the limits on the questions to items, for a training part whose notebook is not run.
_USUAL_SHARE_OF_ITEMS = 0.015


@dataclass(frozen=True, slots=True)
class Forecast:
    """For `hand_ins` whose code has to be run, `workers` of them at a time; seconds for one of them.

    `profile` and `data`, the images' name, are None where nothing is trained. `pays`: whether accuracy on them earns points.
    """

    hand_ins: int
    workers: int
    usual_s: float
    longest_s: float
    profile: str | None = None
    data: str | None = None
    pays: bool = True

    @property
    def rounds(self) -> int:
        """How often every worker takes a hand-in."""
        return math.ceil(self.hand_ins / self.workers)

    @property
    def all_usual_s(self) -> float:
        return self.rounds * self.usual_s

    @property
    def all_longest_s(self) -> float:
        return self.rounds * self.longest_s


def of_batch(settings: RunSettings, hand_ins: int) -> Forecast:
    """What `hand_ins`, `settings.jobs` at a time, will take."""
    return Forecast(
        hand_ins=hand_ins,
        workers=max(1, min(settings.jobs, hand_ins)),
        usual_s=usual_s(settings),
        longest_s=longest_s(settings),
        profile=settings.profile.value if settings.training_parts else None,
        data=settings.data.name if settings.data is not None else None,
        pays=settings.data is None or settings.data.pays or not _measures_accuracy(settings),
    )


def _measures_accuracy(settings: RunSettings) -> bool:
    return any(isinstance(item.credit, AccuracyScale) and item.part in settings.parts for item in settings.rubric.items)


def usual_s(settings: RunSettings) -> float:
    """Seconds that a hand-in usually takes, at least one."""
    total = 0.0
    for number in settings.parts:
        part = settings.rubric.parts[number]  # type: ignore[index]
        if trains(settings.rubric, number) and settings.profile is Profile.CHECKPOINT:
            total += _USUAL_SHARE_OF_ITEMS * _items_s(settings, number)
        elif part.run_notebook:
            total += _USUAL_SHARE[part.framework] * _limits_for_data(settings, number).notebook_wall_s
    return max(1.0, total)


def _limits_for_data(settings: RunSettings, part: int) -> ExecutionLimits:
    """The limits that suit the images: of the stand-in no profile has more than ``quick``."""
    if settings.data is not None and settings.data.name == STAND_IN:
        return settings.rubric.parts[part].limits_for(Profile.QUICK.value)  # type: ignore[index]
    return limits_of(settings, part)


def longest_s(settings: RunSettings) -> float:
    """Seconds that the rubric's limits allow a hand-in: its notebooks, and the questions to each item."""
    return sum(limits_of(settings, part).notebook_wall_s + _items_s(settings, part) for part in settings.parts)


def _items_s(settings: RunSettings, part: int) -> float:
    return limits_of(settings, part).item_wall_s * sum(item.part == part for item in settings.rubric.items)
