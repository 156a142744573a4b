"""What a batch shows while it runs: a bar with the time left on a terminal, else a line a hand-in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from grader.cli.console import say
from grader.engine.batch_plan import Plan
from grader.engine.forecast import Forecast
from grader.engine.job import JobOutcome
from grader.engine.job_failure import JobFailure
from grader.intake.candidate import Inbox
from grader.messages import catalogue
from grader.model.status import SubmissionStatus
from grader.report.wording import points_text

#: Below this many seconds nobody wants to know what is left.
_TELL_LEFT_S = 60.0


class PlainListener:
    """A line for everything that ends; with `verbosity` below 0 only for what was not graded."""

    def __init__(self, console: Console, verbosity: int):
        self._console = console
        self._verbosity = verbosity
        self._text = catalogue().text
        self._started = time.monotonic()

    def planned(self, inbox: Inbox, plan: Plan, expected: Forecast) -> None:
        for note in inbox.notes:
            self._line(note)
        for entry in inbox.ignored:
            self._line(self._text("cli.batch.ignored", name=entry.name, reason=entry.reason))
        self._line(self._text("cli.batch.planned", jobs=len(plan.jobs), unchanged=len(plan.unchanged)))
        if expected.hand_ins:
            self._line(forecast_text(expected))
            if not expected.pays:
                self._line(self._text("cli.batch.no_accuracy"))
        self._started = time.monotonic()

    def ended(self, outcome: JobOutcome, done: int, total: int) -> None:
        count = f"[{done:>{len(str(total))}}/{total}]"
        line = f"{count} {self._outcome(outcome)}{self._left(done, total)}"
        self._line(line, wrong=outcome.status is not SubmissionStatus.GRADED)

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

    def _left(self, done: int, total: int) -> str:
        """How long the rest will take if it goes on as it went so far, where that is worth telling."""
        left_s = (time.monotonic() - self._started) / done * (total - done)
        return self._text("cli.batch.about_left", left=duration_text(left_s)) if left_s >= _TELL_LEFT_S else ""

    def _line(self, text: str, wrong: bool = False) -> None:
        if wrong or self._verbosity >= 0:
            say(self._console, text)


class BarListener(PlainListener):
    """A bar; lines only for what a person should see, or for everything with `verbosity` above 0."""

    def __init__(self, console: Console, verbosity: int, bar: Progress):
        super().__init__(console, verbosity)
        self._bar = bar
        self._task = bar.add_task("", total=None, visible=False)

    def planned(self, inbox: Inbox, plan: Plan, expected: Forecast) -> None:
        super().planned(inbox, plan, expected)
        if plan.jobs:
            self._bar.update(self._task, total=len(plan.jobs), visible=True)

    def ended(self, outcome: JobOutcome, done: int, total: int) -> None:
        if self._verbosity > 0 or outcome.status is not SubmissionStatus.GRADED:
            super().ended(outcome, done, total)
        self._bar.update(self._task, completed=done, description=outcome.team)


def forecast_text(expected: Forecast) -> str:
    """How long the batch will take, in one line."""
    text = catalogue().text
    values = {
        "usual": duration_text(expected.usual_s),
        "longest": duration_text(expected.longest_s),
        "workers": expected.workers,
        "all_usual": duration_text(expected.all_usual_s),
        "all_longest": duration_text(expected.all_longest_s),
    }
    line = text("cli.batch.forecast_one" if expected.hand_ins == 1 else "cli.batch.forecast", **values)
    if expected.profile is None or expected.data is None:
        return line
    return text("cli.batch.forecast_with", profile=expected.profile, data=expected.data, forecast=line)


def duration_text(seconds: float) -> str:
    """A rough duration: seconds up to a minute and a half, minutes up to an hour and a half, then hours."""
    text = catalogue().text
    if seconds < 90:
        return text("cli.seconds", count=max(1, round(seconds)))
    if seconds < 90 * 60:
        return text("cli.minutes", count=round(seconds / 60))
    return text("cli.hours", count=f"{seconds / 3600:.1f}".removesuffix(".0"))


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
