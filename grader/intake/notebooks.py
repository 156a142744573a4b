"""Reads one notebook of any age into valid nbformat 4, its outputs kept, everything that steers execution left out."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import reader

from grader.intake.notebook_cells import plain_cell
from grader.messages import catalogue

#: Honest notebooks with interactive plots stay below 30; deeper nesting only serves to overflow a reader's stack.
NESTING_LEVELS = 100
NOTEBOOK_FORMAT = 4


class UnreadableNotebook(Exception):
    """A file that cannot be taken as a notebook; the text is the reason for a person."""

    @classmethod
    def because(cls, reason: str, **values: object) -> UnreadableNotebook:
        return cls(catalogue().text(f"intake.notebook_{reason}", **values))


@dataclass(frozen=True, slots=True)
class Notebook:
    """A readable notebook: `document` is plain nbformat-4 JSON, `content` the same as UTF-8 bytes."""

    document: Mapping[str, Any]
    content: bytes

    @property
    def code_sources(self) -> tuple[str, ...]:
        """Sources of the code cells, in order."""
        return tuple(cell["source"] for cell in self.document["cells"] if cell["cell_type"] == "code")

    @property
    def executed_cells(self) -> int:
        """How many code cells say that they were run."""
        return sum(cell.get("execution_count") is not None for cell in self.document["cells"])


def read_notebook(raw: bytes) -> Notebook:
    """Parse, upgrade and strip a notebook. Raises UnreadableNotebook."""
    loaded = _parse(raw)
    if not isinstance(loaded, dict) or not isinstance(loaded.get("nbformat"), int):
        raise UnreadableNotebook.because("no_notebook")
    major = loaded["nbformat"]
    if major > NOTEBOOK_FORMAT:
        raise UnreadableNotebook.because("too_new", found=major, limit=NOTEBOOK_FORMAT)
    if major < NOTEBOOK_FORMAT:
        loaded = _upgrade(loaded, major)
    cells = loaded.get("cells")
    if not isinstance(cells, list):
        raise UnreadableNotebook.because("no_notebook")
    plain = (plain_cell(cell) for cell in cells)
    kept = [cell | {"id": f"cell-{number}"} for number, cell in enumerate(plain) if cell is not None]
    document = {"cells": kept, "metadata": {}, "nbformat": NOTEBOOK_FORMAT, "nbformat_minor": 5}
    # Half a surrogate pair is legal in JSON and in no encoding; replaced here, it cannot break a report later.
    content = json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace")
    document = json.loads(content)
    try:
        nbformat.validate(nbformat.from_dict(document))
    except nbformat.ValidationError as error:
        raise UnreadableNotebook.because("invalid", detail=_one_line(error)) from error
    return Notebook(document, content)


def _parse(raw: bytes) -> Any:
    try:
        text = raw.decode(json.detect_encoding(raw)).removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise UnreadableNotebook.because("not_text") from None
    try:
        loaded = json.loads(text)
    except RecursionError:
        raise UnreadableNotebook.because("too_deep", limit=NESTING_LEVELS) from None
    except ValueError as error:
        raise UnreadableNotebook.because("not_json", detail=_one_line(error)) from error
    if _nesting_exceeds(loaded, NESTING_LEVELS):
        raise UnreadableNotebook.because("too_deep", limit=NESTING_LEVELS)
    return loaded


def _nesting_exceeds(tree: Any, levels: int) -> bool:
    """Level by level, without recursion: that is what the limit protects."""
    level = [tree]
    for _ in range(levels + 1):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def _upgrade(loaded: dict[str, Any], major: int) -> dict[str, Any]:
    logger = logging.getLogger("traitlets")
    disabled, logger.disabled = logger.disabled, True  # nbformat reports what it mends; here that is no news
    try:
        upgraded = nbformat.convert(reader.reads(json.dumps({"metadata": {}} | loaded)), NOTEBOOK_FORMAT)
        return json.loads(json.dumps(upgraded))
    except Exception as error:  # the converters assume a well-formed notebook and fail in any way on others
        raise UnreadableNotebook.because("not_upgradable", found=major, detail=_one_line(error)) from error
    finally:
        logger.disabled = disabled


def _one_line(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:200]
