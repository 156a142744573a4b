"""What a hand-in says in its own words: the markdown that was not handed out. A person grades it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from grader.checks.training.notebook_code import sources
from grader.model.evidence import WriteupEvidence

#: Longest text kept of a cell, and most cells: a report must stay readable.
LONGEST_CELL = 20_000
MOST_CELLS = 60

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TODO = re.compile(r"[*_]*TODO\([\w.]+\)[^\n]*")
_ASKED = "TODO(p2.better.writeup)"


def observe_writeup(notebook: Mapping[str, Any] | None, template: bytes | None) -> WriteupEvidence:
    """The markdown cells of `notebook` whose text is not in the handed-out `template`, in their order.

    HTML comments, what is left of a TODO, and white space do not count.
    """
    if notebook is None:
        return WriteupEvidence("empty")
    given = {_text(source) for source in sources(_parsed(template), "markdown")}
    cells = sources(notebook, "markdown")
    written = [source for source in cells if (text := _text(source)) and text not in given]
    if written:
        return WriteupEvidence("written", tuple(source[:LONGEST_CELL] for source in written[:MOST_CELLS]))
    return WriteupEvidence("untouched" if any(_ASKED in source for source in cells) else "empty")


def _text(source: str) -> str:
    """The words of a cell, one blank between them."""
    return " ".join(_TODO.sub(" ", _COMMENT.sub(" ", source)).split())


def _parsed(template: bytes | None) -> Mapping[str, Any]:
    parsed = json.loads(template) if template is not None else {}
    return parsed if isinstance(parsed, Mapping) else {}
