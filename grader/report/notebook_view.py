"""An executed notebook as plain things to show: texts, checked pictures, and notes on what was left out.

Whatever a cell said, only text and PNG pictures come out of here; HTML, SVG, scripts and widgets do not.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from grader.report.clean_text import ELLIPSIS, clean, clean_line
from grader.report.png_image import rebuilt

#: Longest text shown of one output, and of one cell, in characters.
OUTPUT_CHARACTERS = 20_000
SOURCE_CHARACTERS = 50_000

#: All pictures of a notebook together may have this many bytes; a usual notebook's have a tenth of it.
PICTURE_BYTES = 4_000_000

CellKind = Literal["code", "markdown", "raw"]


@dataclass(frozen=True, slots=True)
class TextOutput:
    """`kind` is ``stdout``, ``stderr``, ``result``, ``error``, or ``markup``: HTML and the like, shown as its source."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class PictureOutput:
    """A PNG as base64, with its size in pixels and what the cell said of it in words."""

    png: str
    width: int
    height: int
    said: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that is not shown: ``picture`` (unreadable, too large, no PNG) or ``other``."""

    kind: str


Output = TextOutput | PictureOutput | LeftOut


@dataclass(frozen=True, slots=True)
class Cell:
    """`number` counts code cells from 1 and is 0 for others."""

    kind: CellKind
    source: str
    number: int = 0
    outputs: tuple[Output, ...] = ()


def cells(notebook: Mapping[str, Any]) -> list[Cell]:
    """The cells of an nbformat-4 notebook that have anything to show; whatever has another form is left out."""
    pictures = _Pictures()
    shown: list[Cell] = []
    number = 0
    for cell in _mappings(notebook.get("cells")):
        kind: CellKind = "code" if cell.get("cell_type") == "code" else "raw"
        kind = "markdown" if cell.get("cell_type") == "markdown" else kind
        number += kind == "code"
        source = clean(_text(cell.get("source")), SOURCE_CHARACTERS)
        found = cell.get("outputs") if kind == "code" else _attached(cell.get("attachments"))
        outputs = tuple(output for each in _mappings(found) for output in _outputs(each, pictures))
        if source.strip() or outputs:
            shown.append(Cell(kind, source, number if kind == "code" else 0, outputs))
    return shown


class _Pictures:
    """Lets pictures through until their bytes are used up."""

    def __init__(self) -> None:
        self._left = PICTURE_BYTES

    def checked(self, data: object, said: str) -> PictureOutput | LeftOut:
        try:
            picture = rebuilt(base64.b64decode("".join(_text(data).split()), validate=True))
        except (binascii.Error, ValueError):
            picture = None
        if picture is None or len(picture[0]) > self._left:
            return LeftOut("picture")
        content, width, height = picture
        self._left -= len(content)
        return PictureOutput(base64.b64encode(content).decode(), width, height, said)


def _outputs(output: Mapping[str, Any], pictures: _Pictures) -> Iterable[Output]:
    match output.get("output_type"):
        case "stream":
            yield from _text_output("stderr" if output.get("name") == "stderr" else "stdout", output.get("text"))
        case "error":
            lines = output.get("traceback")
            traceback = "\n".join(map(_text, lines)) if isinstance(lines, list) else ""
            said = f"{_text(output.get('ename'))}: {_text(output.get('evalue'))}"
            yield from _text_output("error", traceback if traceback.strip() else said)
        case "execute_result" | "display_data":
            data = output.get("data")
            if isinstance(data, Mapping):
                yield from _data(data, pictures)


def _data(data: Mapping[str, Any], pictures: _Pictures) -> Iterable[Output]:
    """A picture if there is one, else the text, else the source of the markup."""
    said = _text(data.get("text/plain"))
    if "image/png" in data:
        yield pictures.checked(data["image/png"], clean_line(said, 200))
        return
    markup = next((kind for kind in ("text/html", "text/markdown", "text/latex") if kind in data), None)
    if said.strip():
        yield from _text_output("result", said)
    if markup is not None:
        yield from _text_output("markup", data[markup])
    elif not said.strip() or "image/svg+xml" in data:
        yield LeftOut("picture" if any(str(kind).startswith("image/") for kind in data) else "other")


def _text_output(kind: str, text: object) -> Iterable[TextOutput]:
    shown = clean(_text(text)).rstrip()
    if len(shown) > OUTPUT_CHARACTERS:
        shown = f"{shown[:OUTPUT_CHARACTERS]}\n{ELLIPSIS}"
    if shown.strip():
        yield TextOutput(kind, shown)


def _attached(attachments: object) -> list[dict[str, Any]]:
    """Pictures in a markdown cell, as if they were displayed below it."""
    if not isinstance(attachments, Mapping):
        return []
    return [
        {"output_type": "display_data", "data": {**bundle, "text/plain": name}}
        for name, bundle in attachments.items()
        if isinstance(bundle, Mapping)
    ]


def _mappings(found: object) -> list[Mapping[str, Any]]:
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _text(found: object) -> str:
    """nbformat has a text as one string or as a list of its lines."""
    if isinstance(found, list):
        return "".join(part for part in found if isinstance(part, str))
    return found if isinstance(found, str) else ""
