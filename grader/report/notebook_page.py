"""An executed notebook as one page: self-contained, without scripts, requests or links to elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.report.notebook_markup import code, markdown
from grader.report.notebook_view import Cell, LeftOut, PictureOutput, cells
from grader.report.page import render_page


@dataclass(frozen=True, slots=True)
class _CellView:
    """`html` is markup made of the source, None where the source is shown as text."""

    cell: Cell
    html: str | None


def render(notebook: Mapping[str, Any], team: str, name: str, report: str) -> str:
    """The page as HTML text. `notebook` is an nbformat-4 tree of which nothing is believed; `report` an address."""
    return render_page(
        "notebook.html.j2",
        team=team,
        name=name,
        report=report,
        cells=[_CellView(cell, _html(cell)) for cell in cells(notebook)],
        is_picture=lambda output: isinstance(output, PictureOutput),
        is_left_out=lambda output: isinstance(output, LeftOut),
    )


def _html(cell: Cell) -> str | None:
    if cell.kind == "markdown":
        return markdown(cell.source)
    return code(cell.source) if cell.kind == "code" else None
