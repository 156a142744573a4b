"""The files about the whole class, made anew from the results that are stored."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.engine import atomic_file, job_record
from grader.engine.out_folder import OutFolder
from grader.engine.scoring_again import score_team, scorecard
from grader.model.rubric import Rubric
from grader.model.scorecard import RESULT_SCHEMA, Scorecard
from grader.report import class_page, gradebook_csv, result_json
from grader.scoring.rubric_file import fingerprint


def write(out: OutFolder, teams: Iterable[str], rubric: Rubric, ignored: Sequence[str] = ()) -> list[Scorecard]:
    """Writes index.html and gradebook.csv of those of `teams` that have a finished result, and returns their verdicts.

    `ignored` names what lay in the inbox and is no hand-in. A result that another rubric scored is scored again first: all rows of a page follow one rubric. Raises OSError.
    """
    cards = []
    for team in sorted(set(teams)):
        folder = out.team(team)
        record = job_record.read(folder.job)
        if record is None:
            continue
        if record.scored_rubric != fingerprint(rubric):
            score_team(folder, rubric)
        card = scorecard(folder, record, rubric)
        if card.status is not record.status:
            # Evidence that cannot be read any more: the next run must not take the team for done.
            folder.job.unlink(missing_ok=True)
        cards.append(card)
    atomic_file.write(out.class_page, class_page.render(cards, ignored=ignored))
    atomic_file.write(out.gradebook, gradebook_csv.render(cards, rubric))
    return cards


def as_json(cards: Sequence[Scorecard]) -> str:
    """All results in one JSON text: ``{"schema": 1, "results": [<as result.json>, ...]}``."""
    results = [result_json.result(card) for card in cards]
    return json.dumps({"schema": RESULT_SCHEMA, "results": results}, ensure_ascii=False, indent=1) + "\n"


def class_page_text(path: Path) -> str:
    """The class page of the OUT at `path`; its links lead to reports below OUT."""
    return OutFolder(path).class_page.read_text(encoding="utf-8")
