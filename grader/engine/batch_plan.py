"""Which hand-ins of an inbox are to be graded, and which stored results still hold."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.engine import appendix, job_record
from grader.engine.job import Job
from grader.engine.out_folder import OutFolder
from grader.engine.sources import fingerprint_of
from grader.intake.candidate import Candidate
from grader.messages import catalogue
from grader.model.errors import UsageError


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do. `unchanged` teams have a result that holds; `rubric_changed` ones have a result by another rubric.

    `to_observe` counts the jobs that will surely run code: the others have a result which only the rubric, or pages that
    are lacking, ask to be made again.
    """

    jobs: tuple[Job, ...]
    unchanged: tuple[str, ...] = ()
    rubric_changed: frozenset[str] = frozenset()
    to_observe: int = 0


def make_plan(
    candidates: Iterable[Candidate],
    out: OutFolder,
    shared: Mapping[str, str],
    rubric_sha256: str,
    *,
    anew: bool,
    with_appendix: bool = False,
) -> Plan:
    """Compares each hand-in, the run's `shared` inputs and its rubric with what is stored; `anew` uses nothing stored.

    A team that lacks pages of its notebooks, where they are wanted, is a job too, though one that runs no code.
    """
    jobs: list[Job] = []
    unchanged: list[str] = []
    rubric_changed: set[str] = set()
    to_observe = 0
    for candidate in candidates:
        folder = out.team(candidate.team)
        inputs = {**shared, **fingerprint_of(candidate)}
        record = None if anew else job_record.read(folder.job)
        if record is not None and folder.result.is_file() and folder.report.is_file():
            lacking = with_appendix and appendix.is_lacking(folder)
            if record.holds_for(inputs, rubric_sha256) and not lacking:
                unchanged.append(candidate.team)
                continue
            if {record.observed_rubric, record.scored_rubric} != {rubric_sha256}:
                rubric_changed.add(candidate.team)
        jobs.append(Job(candidate, folder, inputs, reuse=not anew))
        to_observe += record is None or dict(record.inputs) != inputs
    return Plan(tuple(jobs), tuple(unchanged), frozenset(rubric_changed), to_observe)


def only(candidates: Sequence[Candidate], teams: Sequence[str]) -> list[Candidate]:
    """The candidates of `teams` (all of them where none is named). Raises UsageError for a team that is not there."""
    present = {candidate.team for candidate in candidates}
    for team in teams:
        if team not in present:
            close = difflib.get_close_matches(team, sorted(present), n=3, cutoff=0.5)
            key = "engine.unknown_team_but" if close else "engine.unknown_team"
            raise UsageError(catalogue().text(key, team=team, close=", ".join(close), count=len(present)))
    return [candidate for candidate in candidates if not teams or candidate.team in teams]
