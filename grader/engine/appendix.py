"""The executed notebooks of a team as pages beside its report: made on demand from stored evidence."""

from __future__ import annotations

import json
import shutil
from urllib.parse import quote

from grader.engine import atomic_file
from grader.engine.out_folder import TeamFolder


def write(folder: TeamFolder, team: str) -> None:
    """Makes the pages anew. Raises OSError; a notebook that cannot be shown has a page that says so."""
    from grader.report import notebook_page  # loads a renderer that nothing else needs

    remove(folder)
    notebooks = sorted(folder.executed_notebooks.glob("*.ipynb"))
    if notebooks:
        folder.appendix.mkdir(parents=True)
    for file in notebooks:
        try:
            tree = json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            tree = {}
        page = notebook_page.render(tree, team, file.stem, f"../{folder.report.name}")
        atomic_file.write(folder.appendix / f"{file.stem}.html", page)


def remove(folder: TeamFolder) -> None:
    """Deletes the pages: what they were made from has changed."""
    shutil.rmtree(folder.appendix, ignore_errors=True)


def is_lacking(folder: TeamFolder) -> bool:
    """Whether there are executed notebooks without a page."""
    return not {file.stem for file in folder.executed_notebooks.glob("*.ipynb")} <= _stems(folder)


def links(folder: TeamFolder) -> list[tuple[str, str]]:
    """Names of the notebooks that have a page, and its address from the report."""
    return [(stem, f"{folder.appendix.name}/{quote(stem)}.html") for stem in sorted(_stems(folder))]


def _stems(folder: TeamFolder) -> set[str]:
    return {page.stem for page in folder.appendix.glob("*.html")}
