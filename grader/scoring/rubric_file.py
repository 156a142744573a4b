"""Reads a rubric file. What is wrong in it is told with file, line, key, value found and values allowed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from grader.model.errors import RubricError, UsageError
from grader.model.rubric import Rubric
from grader.scoring.rubric_mistakes import mistakes

#: Pydantic puts the tag of a union into an error's place; it is no key of the file.
_UNION_TAGS = ("share_of_classes", "all_or_nothing", "thresholds", "points_by_class", "accuracy_scale", "manual")


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
    found = next(mistakes(rubric), None)
    if found is not None:
        key = ".".join(str(step) for step in found.place)
        raise RubricError.at(name, _line(tree, found.place), key, found.found, found.allowed)
    return rubric


def _found(error: Mapping[str, Any]) -> object:
    if error["type"] == "missing":
        return None
    if error["type"] == "union_tag_invalid":
        return error["ctx"]["tag"]
    if error["type"] == "value_error":
        return dict(error["input"])
    return type(error["input"]).__name__ if isinstance(error["input"], dict | list) else error["input"]


def _allowed(error: Mapping[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx") or {}
    if kind == "extra_forbidden":
        return "no such key; see docs/rubric.md for the keys"
    if kind == "missing":
        return "this key is needed"
    if kind == "union_tag_invalid":
        return str(context.get("expected_tags", error["msg"]))
    message = str(error["msg"]).removeprefix("Value error, ")
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
