"""What can be wrong in a rubric although every single key is well-formed: sums, names, rules that fit no check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.checks.layer_check import LayerCheck
from grader.checks.table import CHECKS, VISUALISATION_CHECKS_BY_NAME
from grader.messages import catalogue
from grader.model.rubric import Item, Part, PointsByClass, Rubric

#: Checks that are not about case classes: each has a credit rule of its own, which fits no other.
_RULE_OF_CHECK = {"better.accuracy": "accuracy_scale", "better.writeup": "manual"}
_RULES_OF_CLASSES = ("share_of_classes", "all_or_nothing", "thresholds", "points_by_class")


@dataclass(frozen=True, slots=True)
class Mistake:
    """`place` leads to a key of the file: names of keys, positions in lists."""

    place: tuple[str | int, ...]
    found: object
    allowed: str


def mistakes(rubric: Rubric) -> Iterator[Mistake]:
    """All mistakes, those that spoil most first."""
    total = sum(item.points for item in rubric.items)
    if abs(total - rubric.total) > 1e-9:
        yield Mistake(("total",), rubric.total, f"{total:g}, the sum of the items' points")
    for number, part in rubric.parts.items():
        yield from _of_part(number, part)
    seen: set[str] = set()
    for position, item in enumerate(rubric.items):
        if item.id in seen:
            yield Mistake(("items", position, "id"), item.id, "each id once")
        seen.add(item.id)
        if item.part not in rubric.parts:
            parts = ", ".join(str(part) for part in sorted(rubric.parts))
            yield Mistake(("items", position, "part"), item.part, parts)
        else:
            yield from _of_item(("items", position), item, rubric)


def _of_part(number: int, part: Part) -> Iterator[Mistake]:
    place = ("parts", number)
    both = [package for package in part.allowed_imports if package in part.forbidden_imports]
    if both:
        yield Mistake((*place, "allowed_imports"), both[0], "packages that forbidden_imports does not list")
    if part.framework == "numpy" and part.module is None:
        yield Mistake((*place, "module"), None, "the module that holds the functions, with framework numpy")
    if part.title not in catalogue():
        yield Mistake((*place, "title"), part.title, _known("item.part"))


def _of_item(place: tuple[str | int, ...], item: Item, rubric: Rubric) -> Iterator[Mistake]:
    part = rubric.parts[item.part]
    in_numpy = part.framework == "numpy"
    check = CHECKS.get(item.check)
    if check is None or isinstance(check, LayerCheck) is not in_numpy:
        names = ", ".join(sorted(name for name, entry in CHECKS.items() if isinstance(entry, LayerCheck) is in_numpy))
        yield Mistake((*place, "check"), item.check, f"with framework {part.framework}: {names}")
        return
    others = [other.check for other in rubric.items if other.part == item.part and _kind(other) is not _kind(item)]
    own_rule = _RULE_OF_CHECK.get(item.check)
    if item.credit.rule not in ((own_rule,) if own_rule else _RULES_OF_CLASSES):
        allowed = own_rule or ", ".join(_RULES_OF_CLASSES)
        yield Mistake((*place, "credit", "rule"), item.credit.rule, f"with check {item.check}: {allowed}")
    if check.name in VISUALISATION_CHECKS_BY_NAME and others:
        yield Mistake((*place, "check"), item.check, f"another part: part {item.part} has {', '.join(others)}")
    for group in item.classes or ():
        if group not in check.groups:
            allowed = ", ".join(check.groups) or "leave it out: this check has no case classes"
            yield Mistake((*place, "classes"), group, allowed)
    if isinstance(item.credit, PointsByClass):
        yield from _of_points(place, item, item.credit, item.classes or check.groups)
    if f"{item.text}.title" not in catalogue():
        yield Mistake((*place, "text"), item.text, _known("item.", ".title"))


def _kind(item: Item) -> type | None:
    """Checks of one part are of one kind: they need the same images and limits."""
    check = CHECKS.get(item.check)
    return type(check) if check is not None else None


def _of_points(
    place: tuple[str | int, ...], item: Item, credit: PointsByClass, groups: Sequence[str]
) -> Iterator[Mistake]:
    at = (*place, "credit", "points")
    for group in credit.points:
        if group not in groups:
            yield Mistake((*at, group), group, ", ".join(groups))
    for group in groups:
        if group not in credit.points:
            yield Mistake(at, ", ".join(credit.points), f"points for each of {', '.join(groups)}")
    total = sum(credit.points.values())
    if abs(total - item.points) > 1e-9:
        yield Mistake(at, f"{total:g} in all", f"{item.points:g}, the item's points")


def _known(prefix: str, suffix: str = "") -> str:
    """Keys of the catalogue, without `suffix`, that could have been meant."""
    return ", ".join(
        sorted(
            key.removesuffix(suffix) for key in catalogue().keys() if key.startswith(prefix) and key.endswith(suffix)
        )
    )
