"""What differs between two rubrics, and which of the differences moved an item's points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.model.evidence import Evidence
from grader.model.rubric import AccuracyScale, Credit, Item, PointsByClass, Rubric, ShareOfClasses, Thresholds
from grader.scoring.score import score

#: Settings that decide about points. `tolerance` and `slips` also stand for the whole rubric.
SETTINGS = ("points", "credit", "tolerance", "slips", "classes", "check")


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One setting of one item that differs, both values written as in a rubric file."""

    item: str
    setting: str
    before: str
    after: str


def setting_changes(old: Rubric, new: Rubric) -> tuple[SettingChange, ...]:
    """All that differs for items that both rubrics have, in their order; values as they hold for the item."""
    before = {item.id: item for item in old.items}
    return tuple(
        SettingChange(item.id, setting, *values)
        for item in new.items
        if item.id in before
        for setting in SETTINGS
        if (values := (_written(old, before[item.id], setting), _written(new, item, setting)))[0] != values[1]
    )


def causes(evidence: Evidence, old: Rubric, new: Rubric) -> Mapping[str, tuple[SettingChange, ...]]:
    """By item: the changes that move its points when they are made alone; all of its own where none does.

    A change at one item can move another one's points: a backward pass is judged by its forward pass's reading.
    """
    changes = setting_changes(old, new)
    settings = tuple(dict.fromkeys(change.setting for change in changes))
    if len(settings) < 2:
        return {item.id: _told(changes, settings, item.id) for item in new.items}
    plain = _points(evidence, old)
    alone = {setting: _points(evidence, _with_setting(old, new, setting)) for setting in settings}
    found = {}
    for item in new.items:
        moving = tuple(name for name in settings if alone[name].get(item.id) != plain.get(item.id))
        found[item.id] = _told(changes, moving or settings, item.id)
    return found


def _told(changes: Sequence[SettingChange], settings: Sequence[str], item: str) -> tuple[SettingChange, ...]:
    wanted = [change for change in changes if change.setting in settings]
    own = tuple(change for change in wanted if change.item == item)
    return own or tuple(wanted)


def _points(evidence: Evidence, rubric: Rubric) -> dict[str, float]:
    return {item.id: item.points for item in score(evidence, rubric).items}


def _with_setting(old: Rubric, new: Rubric, setting: str) -> Rubric:
    """`old` with this one setting of every item, and of the whole rubric, as in `new`."""
    after = {item.id: item for item in new.items}
    items = tuple(
        item.model_copy(update={setting: getattr(after[item.id], setting)}) if item.id in after else item
        for item in old.items
    )
    whole = {setting: getattr(new, setting)} if setting in ("tolerance", "slips") else {}
    return old.model_copy(update={"items": items, **whole})


def _written(rubric: Rubric, item: Item, setting: str) -> str:
    match setting:
        case "credit":
            return _credit(item.credit)
        case "tolerance":
            tolerance = rubric.tolerance_of(item)
            return f"float64 {tolerance.float64:g}, float32 {tolerance.float32:g}"
        case "slips":
            slips = rubric.slips_of(item)
            return ", ".join(f"{name} {cost:g}" for name, cost in slips.model_dump().items())
        case "classes":
            return "all" if item.classes is None else ", ".join(item.classes)
        case "points":
            return f"{item.points:g}"
    return item.check


def _credit(credit: Credit) -> str:
    match credit:
        case ShareOfClasses():
            return f"{credit.rule}, floor {credit.floor:g}"
        case Thresholds():
            return f"{credit.rule}, " + ", ".join(f"{step.points:g} from {step.share:g}" for step in credit.steps)
        case PointsByClass():
            return f"{credit.rule}, " + ", ".join(f"{name} {worth:g}" for name, worth in credit.points.items())
        case AccuracyScale():
            ramps = {"cifar10": credit.cifar10, "stand_in": credit.stand_in}
            told = ", ".join(f"{kind} {ramp.none_at:g} to {ramp.full_at:g}" for kind, ramp in ramps.items())
            return f"{credit.rule}, {told}, borderline {credit.borderline}"
    return credit.rule
