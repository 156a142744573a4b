"""The validation accuracy that a notebook's outputs state. Told beside the measured one; never believed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from grader.checks.training.notebook_code import joined

_NUMBER = r"(?P<number>\d+(?:\.\d*)?|\.\d+)\s*(?P<percent>%?)"
#: ``val_accuracy: 0.71``, ``Validation: loss 0.9, accuracy 71 %``
_AFTER = re.compile(rf"(?<![a-z])val(?:id|_|\b)(?:(?!val).)*?acc\w*[^\d\n%]{{0,25}}?{_NUMBER}", re.IGNORECASE)
#: ``accuracy on the validation set: 0.71``
_BEFORE = re.compile(rf"acc\w*[^\d\n]{{0,40}}?\bval(?:id\w*)?\b[^\d\n%]{{0,25}}?{_NUMBER}", re.IGNORECASE)
#: ``(Loss, Accuracy) on Validation Dataset (0.9776, 0.74)``: the second of two numbers.
_PAIR = re.compile(rf"loss\W+acc\w*\b[^\d\n(]*?\bval[^\d\n(]*\(\s*[-+\d.e]+\s*,\s*{_NUMBER}\s*\)", re.IGNORECASE)
_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LONGEST_LINE = 500
_BUILDER = "my_model"


def claimed_accuracy(notebook: Mapping[str, Any] | None) -> float | None:
    """The last validation accuracy (0 to 1) in the outputs of the cells from the first that mentions `my_model` on."""
    found = None
    mentioned = False
    cells = (notebook or {}).get("cells")
    for cell in cells if isinstance(cells, list) else ():
        if not isinstance(cell, Mapping) or cell.get("cell_type") != "code":
            continue
        mentioned = mentioned or _BUILDER in joined(cell.get("source", ""))
        if mentioned:
            for line in _lines(cell.get("outputs")):
                claim = in_line(line)
                found = claim if claim is not None else found
    return found


def in_line(line: str) -> float | None:
    """The validation accuracy that one line of text states, None where it states none."""
    matches = [*_PAIR.finditer(line)] or [*_AFTER.finditer(line)] or [*_BEFORE.finditer(line)]
    if not matches:
        return None
    number = float(matches[-1]["number"])
    if matches[-1]["percent"] or 1.0 < number <= 100.0:
        number /= 100.0
    return number if 0.0 <= number <= 1.0 else None


def _lines(outputs: object) -> list[str]:
    text = []
    for output in outputs if isinstance(outputs, list) else ():
        if isinstance(output, Mapping) and output.get("output_type") == "stream":
            text.append(joined(output.get("text", "")))
        elif isinstance(output, Mapping) and output.get("output_type") == "execute_result":
            data = output.get("data")
            text.append(joined(data.get("text/plain", "")) if isinstance(data, Mapping) else "")
    lines = re.split(r"[\r\n]+", _ESCAPES.sub("", "\n".join(text)))
    return [line[:_LONGEST_LINE] for line in lines]
