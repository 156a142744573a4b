"""What a batch shows while it runs: a bar with the time left on a terminal, else a line a hand-in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from grader.cli.console import say
from grader.engine.batch_plan import Plan
from grader.engine.job import JobOutcome
from grader.engine.job_failure import JobFailure
from grader.intake.candidate import Inbox
from grader.messages import catalogue
from grader.model.status import SubmissionStatus
from grader.report.wording import points_text


class PlainListener:
    """A line for everything that ends; with `verbosity` below 0 only for what was not graded."""

    def __init__(self, console: Console, verbosity: int):
        self._console = console
        self._verbosity = verbosity
        self._text = catalogue().text

    def planned(self, inbox: Inbox, plan: Plan) -> None:
        for note in inbox.notes:
            self._line(note)
        for entry in inbox.ignored:
            self._line(self._text("cli.batch.ignored", name=entry.name, reason=entry.reason))
        self._line(self._text("cli.batch.planned", jobs=len(plan.jobs), unchanged=len(plan.unchanged)))

    def ended(self, outcome: JobOutcome, done: int, total: int) -> None:
        count = f"[{done:>{len(str(total))}}/{total}]"
        self._line(f"{count} {self._outcome(outcome)}", wrong=outcome.status is not SubmissionStatus.GRADED)

    def retrying(self, team: str, failure: JobFailure) -> None:
        self._line(self._text("cli.batch.retrying", team=team, reason=failure.reason))

    def _outcome(self, outcome: JobOutcome) -> str:
        if outcome.status is not SubmissionStatus.GRADED:
            return self._text(f"cli.batch.{outcome.status.value}", team=outcome.team, reason=outcome.reason)
        return self._text(
            f"cli.batch.{outcome.work}",
            team=outcome.team,
            score=points_text(outcome.score),
            max_score=points_text(outcome.max_score),
            seconds=f"{outcome.seconds:.1f}",
        )

    def _line(self, text: str, wrong: bool = False) -> None:
        if wrong or self._verbosity >= 0:
            say(self._console, text)


class BarListener(PlainListener):
    """A bar; lines only for what a person should see, or for everything with `verbosity` above 0."""

    def __init__(self, console: Console, verbosity: int, bar: Progress):
        super().__init__(console, verbosity)
        self._bar = bar
        self._task = bar.add_task("", total=None, visible=False)

    def planned(self, inbox: Inbox, plan: Plan) -> None:
        super().planned(inbox, plan)
        if plan.jobs:
            self._bar.update(self._task, total=len(plan.jobs), visible=True)

    def ended(self, outcome: JobOutcome, done: int, total: int) -> None:
        if self._verbosity > 0 or outcome.status is not SubmissionStatus.GRADED:
            super().ended(outcome, done, total)
        self._bar.update(self._task, completed=done, description=outcome.team)


@contextmanager
def progress_listener(console: Console, verbosity: int) -> Iterator[PlainListener]:
    """The listener that fits `console` and `verbosity`."""
    if not console.is_terminal or verbosity < 0:
        yield PlainListener(console, verbosity)
        return
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn(catalogue().text("cli.batch.time_left")),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        yield BarListener(console, verbosity, bar)
