"""The files about the whole class, made anew from the results that are stored."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from grader.engine import atomic_file, job_record, kept_rubrics, run_facts
from grader.engine.out_folder import OutFolder
from grader.engine.run_facts import RunFacts
from grader.engine.scoring_again import score_team, scorecard
from grader.model.rubric import Rubric
from grader.model.scorecard import RESULT_SCHEMA, Scorecard
from grader.report import class_page, gradebook_csv, result_json
from grader.scoring.rubric_file import fingerprint


def write(
    out: OutFolder,
    teams: Iterable[str],
    rubric: Rubric,
    facts: RunFacts | None = None,
    known: Mapping[str, Scorecard] | None = None,
) -> list[Scorecard]:
    """Writes index.html and gradebook.csv of those of `teams` that have a finished result, and returns their verdicts.

    `facts` tell what the batch was, and are kept; without them those of the last batch hold. A result that another
    rubric scored is scored again first: all rows of a page follow one rubric. `known` holds verdicts under it that were
    made already, by team. Raises OSError.
    """
    kept_rubrics.keep(out.rubrics, rubric)
    known = known or {}
    found = (known[team] if team in known else _card(out, team, rubric) for team in sorted(set(teams)))
    cards = [card for card in found if card is not None]
    if facts is not None:
        run_facts.save(out.run, facts)
    facts = facts or run_facts.load(out.run)
    told = run_facts.labelled(facts, rubric, cards, datetime.now(UTC))
    atomic_file.write(out.class_page, class_page.render(cards, ignored=facts.ignored if facts else (), run=told))
    mark = gradebook_csv.BYTE_ORDER_MARK if facts is not None and facts.bom else ""
    atomic_file.write(out.gradebook, mark + gradebook_csv.render(cards, rubric))
    return cards


def _card(out: OutFolder, team: str, rubric: Rubric) -> Scorecard | None:
    folder = out.team(team)
    record = job_record.read(folder.job)
    if record is None:
        return None
    if record.scored_rubric != fingerprint(rubric):
        again = score_team(folder, rubric, out.rubrics)
        return again.card if again is not None else None
    card = scorecard(folder, record, rubric)
    if card.status is not record.status:
        # Evidence that cannot be read any more: the next run must not take the team for done.
        folder.job.unlink(missing_ok=True)
    return card


def as_json(cards: Sequence[Scorecard]) -> str:
    """All results in one JSON text: ``{"schema": 1, "results": [<as result.json>, ...]}``."""
    results = [result_json.result(card) for card in cards]
    return json.dumps({"schema": RESULT_SCHEMA, "results": results}, ensure_ascii=False, indent=1) + "\n"


def class_page_text(path: Path, target: Path) -> str:
    """The class page of the OUT at `path`, as a file at `target` that links to the reports below OUT.

    The links are relative, so that both may move together; for a target that is no file (a pipe) they are absolute.
    """
    out = OutFolder(path.resolve())
    page = out.class_page.read_text(encoding="utf-8")
    if target.exists() and not target.is_file():
        return class_page.moved(page, out.path.as_uri())
    relative = os.path.relpath(out.path, target.parent.resolve())
    return page if relative == os.curdir else class_page.moved(page, quote(relative.replace(os.sep, "/")))
