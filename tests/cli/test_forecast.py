"""How a batch says how long it will take, and how long it still takes."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from grader.cli import progress
from grader.cli.progress import PlainListener, duration_text, forecast_text
from grader.engine.batch_plan import Plan
from grader.engine.forecast import Forecast
from grader.engine.job import JobOutcome
from grader.intake.candidate import Inbox
from grader.model.status import SubmissionStatus

DONE = JobOutcome("team_1", SubmissionStatus.GRADED, "observed", 30.0, 30.0, 12.0)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (89, "89 s"), (120, "2 min"), (89 * 60, "89 min"), (5400, "1.5 h"), (7200, "2 h")],
)
def test_durations_are_rough(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_batch_says_how_long_it_takes_and_on_what() -> None:
    told = forecast_text(Forecast(12, 2, 120, 360, "quick", "stand-in"))
    assert told == (
        "profile quick on stand-in: about 2 min each, at most 6 min; 2 at a time: about 12 min, at most 36 min"
    )


def test_single_hand_in_without_training_has_the_short_form() -> None:
    assert forecast_text(Forecast(1, 1, 2, 360)) == "about 2 s, at most 6 min"


def listened(monkeypatch: pytest.MonkeyPatch, expected: Forecast, elapsed_s: float) -> str:
    """What is printed of a plan, and of the first of three hand-ins that ends `elapsed_s` seconds later."""
    clock = iter((0.0, 0.0, elapsed_s))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    out = io.StringIO()
    listener = PlainListener(Console(file=out, width=200), verbosity=0)
    listener.planned(Inbox((), (), ()), Plan(()), expected)
    listener.ended(DONE, 1, 3)
    return out.getvalue()


def test_long_rest_is_told_with_every_hand_in_that_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = listened(monkeypatch, Forecast(3, 1, 120, 360), elapsed_s=120)
    assert "about 2 min each" in printed
    assert printed.splitlines()[-1] == "[1/3] team_1: 30 of 30 points (12.0 s); about 4 min left"


@pytest.mark.parametrize("pays", [True, False])
def test_accuracy_that_will_be_skipped_is_told_beforehand(monkeypatch: pytest.MonkeyPatch, pays: bool) -> None:
    printed = listened(monkeypatch, Forecast(3, 1, 120, 360, "quick", "stand-in", pays), elapsed_s=1)
    assert ("accuracy is skipped" in printed) is not pays


def test_short_rest_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "left" not in listened(monkeypatch, Forecast(3, 1, 2, 360), elapsed_s=2)


def test_batch_that_runs_no_code_says_nothing_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "at most" not in listened(monkeypatch, Forecast(0, 1, 120, 360), elapsed_s=1)
