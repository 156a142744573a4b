"""A notebook's text for the person who grades it."""

from __future__ import annotations

from dataclasses import dataclass

from grader.model.scorecard import ItemResult
from grader.report.clean_text import clean

#: Below an item's own heading.
_HEADING_SHIFT = 3


@dataclass(frozen=True, slots=True)
class WriteupCell:
    """`html` is markup made of the text, None where the text is shown as it was typed."""

    text: str
    html: str | None


@dataclass(frozen=True, slots=True)
class WriteupView:
    """`written` is false where the cells are those of the template; `characters` counts those of all cells."""

    cells: tuple[WriteupCell, ...]
    written: bool
    characters: int


def writeup_view(item: ItemResult) -> WriteupView | None:
    """None for an item without a write-up."""
    if item.writeup is None:
        return None
    from grader.report.notebook_markup import markdown  # loads a renderer that nothing else on the page needs

    texts = [clean(cell) for cell in item.writeup.cells if cell.strip()]
    return WriteupView(
        cells=tuple(WriteupCell(text, markdown(text, _HEADING_SHIFT)) for text in texts),
        written=item.writeup.state == "written",
        characters=sum(map(len, texts)),
    )
