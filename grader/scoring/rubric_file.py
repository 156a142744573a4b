"""Reads a rubric file. What is wrong in it is told with file, line, key, value found and values allowed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from grader.checks.table import CHECKS
from grader.messages import catalogue
from grader.model.errors import RubricError, UsageError
from grader.model.rubric import Rubric

#: Pydantic puts the tag of a union into an error's place; it is no key of the file.
_UNION_TAGS = ("share_of_classes", "all_or_nothing", "thresholds")


def load(path: Path) -> Rubric:
    """The rubric in the YAML file `path`. Raises UsageError (no such file) or RubricError (does not validate)."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f"{path}: no such rubric file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: the rubric cannot be read: {error}") from None
    return parse(text, str(path))


def fingerprint(rubric: Rubric) -> str:
    """SHA-256 (hex) of all that the rubric says, comments and layout aside."""
    return hashlib.sha256(rubric.model_dump_json(by_alias=True).encode()).hexdigest()


def parse(text: str, name: str) -> Rubric:
    """The rubric in `text`; `name` stands for the file in messages."""
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise RubricError.at(name, line, "YAML", error.problem or "?", "well-formed YAML") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise RubricError.at(name, None, "YAML", str(error).splitlines()[0], "well-formed YAML") from None
    if not isinstance(content, Mapping):
        raise RubricError.at(name, 1, "(whole file)", type(content).__name__, "a mapping with schema, parts and items")
    try:
        rubric = Rubric.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = [step for step in first["loc"] if step not in _UNION_TAGS]
        if first["type"] == "union_tag_invalid":
            place.append("rule")
        key = ".".join(str(step) for step in place if step != "[key]") or "(whole file)"
        raise RubricError.at(name, _line(tree, place), key, _found(first), _allowed(first)) from None
    _consistent(rubric, tree, name)
    _known_names(rubric, tree, name)
    return rubric


def _found(error: Mapping[str, Any]) -> object:
    if error["type"] == "missing":
        return None
    if error["type"] == "union_tag_invalid":
        return error["ctx"]["tag"]
    return type(error["input"]).__name__ if isinstance(error["input"], dict | list) else error["input"]


def _allowed(error: Mapping[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx") or {}
    if kind == "extra_forbidden":
        return "no such key; see docs/rubric.md for the keys"
    if kind == "missing":
        return "this key is needed"
    if kind == "union_tag_invalid":
        return str(context.get("expected_tags", error["msg"]))
    message = str(error["msg"])
    return message[0].lower() + message[1:]


def _line(tree: yaml.Node | None, place: Sequence[object]) -> int | None:
    """Line (from 1) of the node at `place`, or of the closest node above it that is there."""
    node = tree
    line = tree.start_mark.line + 1 if tree is not None else None
    for step in place:
        child: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if str(key.value) == str(step):
                    child, line = value, key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            child = node.value[step]
            line = child.start_mark.line + 1
        if child is None:
            return line
        node = child
    return line


def _consistent(rubric: Rubric, tree: yaml.Node | None, name: str) -> None:
    """What spans several keys: points that add up, items listed once, parts that are described."""
    total = sum(item.points for item in rubric.items)
    if abs(total - rubric.total) > 1e-9:
        allowed = f"{total:g}, the sum of the items' points"
        raise RubricError.at(name, _line(tree, ["total"]), "total", rubric.total, allowed)
    seen: set[str] = set()
    for number, item in enumerate(rubric.items):
        place = ["items", number]
        if item.id in seen:
            raise RubricError.at(name, _line(tree, [*place, "id"]), f"items.{number}.id", item.id, "each id once")
        seen.add(item.id)
        if item.part not in rubric.parts:
            parts = ", ".join(str(part) for part in sorted(rubric.parts))
            raise RubricError.at(name, _line(tree, [*place, "part"]), f"items.{number}.part", item.part, parts)
    for number, part in rubric.parts.items():
        both = [package for package in part.allowed_imports if package in part.forbidden_imports]
        if both:
            place = ["parts", number, "allowed_imports"]
            allowed = "packages that forbidden_imports does not list"
            raise RubricError.at(name, _line(tree, place), f"parts.{number}.allowed_imports", both[0], allowed)


def _known_names(rubric: Rubric, tree: yaml.Node | None, name: str) -> None:
    """What the model cannot know: the check table, its case classes, the catalogue."""
    texts = catalogue()
    for number, item in enumerate(rubric.items):
        place: list[object] = ["items", number]
        check = CHECKS.get(item.check)
        if check is None:
            line = _line(tree, [*place, "check"])
            raise RubricError.at(name, line, f"items.{number}.check", item.check, ", ".join(sorted(CHECKS)))
        for group in item.classes or ():
            if group not in check.groups:
                line = _line(tree, [*place, "classes"])
                raise RubricError.at(name, line, f"items.{number}.classes", group, ", ".join(check.groups))
        if f"{item.text}.title" not in texts:
            known = sorted(key.removesuffix(".title") for key in texts.keys() if key.startswith("item."))
            line = _line(tree, [*place, "text"])
            raise RubricError.at(name, line, f"items.{number}.text", item.text, ", ".join(known))
    for part_number, part in rubric.parts.items():
        if part.title not in texts:
            line = _line(tree, ["parts", part_number, "title"])
            known = sorted(key for key in texts.keys() if key.startswith("item.part"))
            raise RubricError.at(name, line, f"parts.{part_number}.title", part.title, ", ".join(known))
