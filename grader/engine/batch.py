"""A whole inbox: plan, grade over worker processes, write the pages about the class. Resumes by itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from grader.engine import (
    batch_plan,
    failed_job,
    fingerprints,
    forecast,
    job_pool,
    out_lock,
    overview,
    run_facts,
    worker,
)
from grader.engine.batch_plan import Plan
from grader.engine.forecast import Forecast
from grader.engine.job import JobOutcome
from grader.engine.job_failure import JobFailure
from grader.engine.job_pool import Workers
from grader.engine.out_folder import OutFolder
from grader.engine.run_log import RunLog
from grader.engine.settings import RunSettings
from grader.engine.sources import open_inbox
from grader.intake.candidate import Inbox
from grader.model.scorecard import Scorecard
from grader.model.status import SubmissionStatus
from grader.scoring.rubric_file import fingerprint


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """What `batch` was asked for. `force` grades again what has not changed; `resume` off ignores all that OUT holds.

    `bom` puts a byte order mark before the gradebook.
    """

    inboxes: tuple[Path, ...]
    out: Path
    settings: RunSettings
    jobs: int
    only: tuple[str, ...] = ()
    force: bool = False
    resume: bool = True
    bom: bool = False


class Listener(Protocol):
    """Told what happens while it happens; see `BatchSummary` for the end."""

    def planned(self, inbox: Inbox, plan: Plan, expected: Forecast) -> None: ...

    def ended(self, outcome: JobOutcome, done: int, total: int) -> None: ...

    def retrying(self, team: str, failure: JobFailure) -> None: ...


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """How a batch ended.

    `cards` are the verdicts on the class page. `graded` jobs were done now, `left` ones not because the batch was
    stopped; `scored_again` and `observed_again` count those of the former that another rubric had graded before.
    `stale` are teams with a stored result that are not in this inbox, so on no page.
    """

    cards: tuple[Scorecard, ...]
    graded: int
    unchanged: int
    scored_again: int
    observed_again: int
    left: int
    grader_errors: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()


def grade_inbox(request: BatchRequest, listener: Listener, stop: Callable[[], bool] = lambda: False) -> BatchSummary:
    """Grades what is new or changed. Ends early, in good order, once `stop()` says so.

    Raises UsageError before anything runs if the inbox, OUT or a team's name does not hold.
    """
    started = datetime.now(UTC)
    inbox = open_inbox(request.inboxes, request.out)
    chosen = batch_plan.only(inbox.candidates, request.only)
    out = OutFolder(request.out.resolve())
    out.prepare()
    with out_lock.held(out.lock) as scratch:
        hidden = (*request.settings.hidden, out.path, *(path.resolve() for path in request.inboxes))
        settings = replace(request.settings, scratch=scratch, hidden=hidden)
        log = RunLog(out.log)
        anew = request.force or not request.resume
        rubric = fingerprint(settings.rubric)
        plan = batch_plan.make_plan(
            chosen, out, fingerprints.of_run(settings), rubric, anew=anew, with_appendix=settings.appendix
        )
        # Fewer hand-ins than workers leave each of them more cores.
        settings = replace(settings, jobs=max(1, min(request.jobs, len(plan.jobs))))
        expected = forecast.of_batch(settings, plan.to_observe)
        log.write("batch_started", **_told(settings), rubric=rubric)
        log.write(
            "planned",
            to_grade=len(plan.jobs),
            unchanged=len(plan.unchanged),
            ignored=len(inbox.ignored),
            expected_seconds=round(expected.all_usual_s),
            longest_seconds=round(expected.all_longest_s),
        )
        listener.planned(inbox, plan, expected)
        outcomes = _run(plan, settings, log, listener, stop)
        left = len(plan.jobs) - len(outcomes)
        shown = (candidate.team for candidate in (inbox.candidates if request.resume else chosen))
        facts = run_facts.of_batch(started, settings, inbox.ignored, request.bom)
        cards = overview.write(out, shown, settings.rubric, facts)
        summary = _summary(cards, plan, outcomes, out, left)
        log.write("batch_interrupted" if left else "batch_finished", graded=len(outcomes), left=left)
        return summary


def _told(settings: RunSettings) -> dict[str, object]:
    """What the log says of how the batch grades."""
    return {
        "isolation": settings.isolation.level,
        "runner": settings.runner,
        "parts": settings.parts,
        "profile": settings.profile.value,
        "data": settings.data.name if settings.data is not None else None,
        "jobs": settings.jobs,
    }


def _run(
    plan: Plan, settings: RunSettings, log: RunLog, listener: Listener, stop: Callable[[], bool]
) -> list[JobOutcome]:
    """Does the plan's jobs; the outcomes in the order in which they ended."""
    outcomes: list[JobOutcome] = []
    if not plan.jobs:
        return outcomes
    pool = Workers(
        count=settings.jobs,
        timeout_s=job_timeout_s(settings),
        work=worker.run,
        start=worker.start,
        start_arguments=(settings, os.getpid()),
    )
    for ended in job_pool.run(plan.jobs, pool, stop):
        team = ended.job.candidate.team
        if isinstance(ended.result, JobFailure):
            log.write("grader_fault", team=team, reason=ended.result.reason, details=ended.result.details)
            if not ended.final:
                listener.retrying(team, ended.result)
                continue
            outcome = failed_job.store(ended.job, ended.result, settings.rubric)
        else:
            outcome = ended.result
        log.write("graded", team=team, status=outcome.status, work=outcome.work, seconds=round(outcome.seconds, 3))
        outcomes.append(outcome)
        listener.ended(outcome, len(outcomes), len(plan.jobs))
    return outcomes


def job_timeout_s(settings: RunSettings) -> float:
    """Seconds after which a job counts as hung: twice what the rubric's limits on its parts can add up to."""
    return 2 * forecast.longest_s(settings) + _START_S


#: Time for a worker and its executor to start, on a loaded machine.
_START_S = 120.0


def _summary(
    cards: Sequence[Scorecard], plan: Plan, outcomes: Sequence[JobOutcome], out: OutFolder, left: int
) -> BatchSummary:
    by_rubric = [outcome.work for outcome in outcomes if outcome.team in plan.rubric_changed]
    shown = {card.team for card in cards}
    waiting = {job.candidate.team for job in plan.jobs}
    # Of the outcomes too: on a full disk a fault leaves no file, so no card.
    faults = {each.team for each in (*cards, *outcomes) if each.status is SubmissionStatus.GRADER_ERROR}
    return BatchSummary(
        cards=tuple(cards),
        graded=len(outcomes),
        unchanged=len(plan.unchanged),
        scored_again=by_rubric.count("scored"),
        observed_again=by_rubric.count("observed"),
        left=left,
        grader_errors=tuple(sorted(faults)),
        stale=tuple(team for team in out.stored_teams() if team not in shown | waiting),
    )
