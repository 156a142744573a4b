"""What a notebook expects of the pretrained network: the size of its images, and how many classes it knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

_USUAL_SIZE, _USUAL_CLASSES = 224, 1000
_SMALL_SIZE, _SMALL_CLASSES = 32, 10
#: Larger images would take more memory than a notebook has: it keeps a hundred of them.
_LARGEST_SIZE = 320
_MOST_CLASSES = 10_000
_PRINTED_SHAPE = re.compile(r"\(\s*(?:\d+|None|\?),\s*(\d+),\s*(\d+),\s*3\)")
_PRINTED_SCORES = re.compile(r"\(\s*(?:\d+|None|\?),\s*(\d{2,5})\)")
#: Calls whose number is a count of classes, by the last part of their name.
_COUNTING_CALLS = frozenset({"one_hot", "eye", "to_categorical", "one_hot_encoding", "randint"})
_COUNTING_KEYWORDS = frozenset({"depth", "num_classes", "n_classes", "classes"})
_TARGETS = frozenset({"target_y", "target", "target_class", "target_label"})


@dataclass(frozen=True, slots=True)
class ExpectedNetwork:
    """Images ``(N, height, width, 3)`` in, scores ``(N, classes)`` out."""

    height: int = _USUAL_SIZE
    width: int = _USUAL_SIZE
    classes: int = _USUAL_CLASSES


def expected_network(code: ast.Module, printed: str) -> ExpectedNetwork:
    """From a notebook's code and from what its stored outputs print; where neither says anything, the usual sizes.

    Outputs are believed first: they show what the notebook ran with. A class count that a target does not fit is none.
    """
    height, width = _size(code, printed)
    default = _SMALL_CLASSES if height == width == _SMALL_SIZE else _USUAL_CLASSES
    target = max(_targets(code), default=-1)
    counts = [count for count in _counts(code, printed) if target < count <= _MOST_CLASSES]
    classes = counts[0] if counts else max(default, target + 1 if target < _MOST_CLASSES else 0)
    return ExpectedNetwork(height, width, classes)


def _size(code: ast.Module, printed: str) -> tuple[int, int]:
    found = [(int(height), int(width)) for height, width in _PRINTED_SHAPE.findall(printed)]
    found += list(_shapes(code))
    usable = [size for size in found if all(_SMALL_SIZE <= extent <= _LARGEST_SIZE for extent in size)]
    return usable[0] if usable else (_USUAL_SIZE, _USUAL_SIZE)


def _shapes(code: ast.Module) -> Iterator[tuple[int, int]]:
    """Heights and widths of tuples and lists in the code that end in ``H, W, 3``."""
    for node in ast.walk(code):
        if isinstance(node, ast.Tuple | ast.List) and len(node.elts) >= 3:
            match [_number(element) for element in node.elts[-3:]]:
                case [int(height), int(width), 3]:
                    yield height, width


def _counts(code: ast.Module, printed: str) -> Iterator[int]:
    for node in ast.walk(code):
        if not isinstance(node, ast.Call):
            continue
        for keyword in node.keywords:
            if keyword.arg in _COUNTING_KEYWORDS and (count := _number(keyword.value)) is not None:
                yield count
        if _last_name(node.func) in _COUNTING_CALLS:
            numbers = [number for argument in node.args if (number := _number(argument)) is not None]
            yield from (number for number in numbers if number >= _SMALL_CLASSES)
    yield from (int(count) for count in _PRINTED_SCORES.findall(printed))


def _targets(code: ast.Module) -> Iterator[int]:
    for node in ast.walk(code):
        if isinstance(node, ast.Assign) and (number := _number(node.value)) is not None:
            if any(isinstance(target, ast.Name) and target.id in _TARGETS for target in node.targets):
                yield number


def _number(node: ast.expr) -> int | None:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    return None


def _last_name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
