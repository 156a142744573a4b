"""A notebook's text for the person who grades it."""

from __future__ import annotations

from dataclasses import dataclass

from grader.model.scorecard import ItemResult
from grader.report.clean_text import clean
from grader.report.wording import feedback, write

#: Below an item's own heading.
_HEADING_SHIFT = 3


@dataclass(frozen=True, slots=True)
class WriteupCell:
    """`html` is markup made of the text, None where the text is shown as it was typed."""

    text: str
    html: str | None


@dataclass(frozen=True, slots=True)
class WriteupView:
    """`note` says where nothing was written; `characters` counts those of all cells."""

    cells: tuple[WriteupCell, ...]
    note: str
    characters: int


def writeup_view(item: ItemResult) -> WriteupView | None:
    """None for an item without a write-up."""
    if item.writeup is None:
        return None
    from grader.report.notebook_markup import markdown  # loads a renderer that nothing else on the page needs

    texts = [clean(cell) for cell in item.writeup.cells if cell.strip()]
    note = "" if item.writeup.state == "written" else write(f"training_report.writeup.{item.writeup.state}")
    return WriteupView(
        cells=tuple(WriteupCell(text, markdown(text, _HEADING_SHIFT)) for text in texts),
        note="" if note in feedback(item) else note,
        characters=sum(map(len, texts)),
    )
