"""Writes catalogue messages out, cleaned, for every report."""

from __future__ import annotations

import math

from grader.messages import catalogue
from grader.model.evidence import IsolationUsed
from grader.model.isolation import IsolationLevel
from grader.model.limits import MEBIBYTE, ExecutionLimits
from grader.model.message import Message
from grader.model.scorecard import CheckResult, ItemResult
from grader.model.status import ItemStatus, SubmissionStatus
from grader.model.submission import Flag
from grader.report.clean_text import clean

#: Statuses of items that no points stand for yet.
OPEN = frozenset({ItemStatus.MANUAL, ItemStatus.SKIPPED})

#: Topics of the catalogue that name kinds of input, Part 1's first; no name is in two of them.
_CHECK_TOPICS = ("check", "check2", "check3")

#: Longest text that a report shows of one message, characters: values in it may come from a hand-in.
MESSAGE_CHARACTERS = 2000


def write(message: Message | str, /, **values: object) -> str:
    """The text of `message`. One that the catalogue cannot fill in is shown as its key in brackets.

    A text that is missing is a fault of ours, but a page without one sentence still serves the team; none at all does not.
    """
    wanted = message if isinstance(message, Message) else Message(message, values)
    try:
        text = catalogue().text(wanted)
    except (KeyError, IndexError, ValueError, TypeError, AttributeError):
        return f"[{clean(wanted.key, MESSAGE_CHARACTERS)}]"
    return clean(text, MESSAGE_CHARACTERS)


def feedback(item: ItemResult) -> list[str]:
    """The sentences of an item's feedback."""
    return [write(message) for message in item.feedback]


def first_hints(item: ItemResult) -> dict[str, str]:
    """Hints by check, each where it comes up first: one cause often fails many checks, and is told once."""
    hints: dict[str, str] = {}
    for check in item.checks:
        if check.hint is not None and (hint := write(check.hint)) not in hints.values():
            hints[check.id] = hint
    return hints


def check_title(check: CheckResult) -> str:
    """What a check's kind of input is, in words."""
    keys = (f"{topic}.class.{check.id}" for topic in _CHECK_TOPICS)
    return next((write(key) for key in keys if key in catalogue()), clean(check.id, MESSAGE_CHARACTERS))


def flag_text(flag: Flag) -> str:
    return write(Message(f"flag.{flag.id}", flag.values))


def status_word(status: ItemStatus | SubmissionStatus) -> str:
    return write(f"status.{status.value}")


def status_meaning(status: ItemStatus | SubmissionStatus) -> str:
    return write(f"status.meaning.{status.value}")


def isolation_sentence(used: IsolationUsed | None, status: SubmissionStatus = SubmissionStatus.GRADED) -> str:
    """How the code was kept apart, and what could not be enforced."""
    if used is None:
        return write("isolation.not_run" if status is SubmissionStatus.REJECTED else "isolation.unknown")
    sentence = write(f"isolation.{used.level.value}")
    # Without isolation there is nothing that could have a gap: the sentence says it all.
    if not used.gaps or used.level is IsolationLevel.NONE:
        return sentence
    return f"{sentence} {write('isolation.gaps', gaps='; '.join(used.gaps))}"


def limits_sentence(part: int, limits: ExecutionLimits) -> str:
    """What the code of a part could use at most."""
    return write(
        "isolation.limits_of",
        part=part,
        call=points_text(limits.call_wall_s),
        item=points_text(limits.item_wall_s),
        notebook=points_text(limits.notebook_wall_s),
        memory=limits.memory_bytes // MEBIBYTE,
    )


def rounded(points: float) -> float:
    """Points to four decimals, as programs get them."""
    return round(points, 4) + 0.0


def points_text(points: float) -> str:
    """Points to two decimals without trailing zeros, as people read them."""
    return f"{points + 0.0:.2f}".rstrip("0").rstrip(".")


def item_points_text(item: ItemResult) -> str:
    """An item's points out of its maximum; a dash stands for points that are still open."""
    maximum = points_text(item.max_points)
    if item.status in OPEN:
        return write("report.open_of", max_score=maximum)
    return write("report.of", score=points_text(item.points), max_score=maximum)


def open_reason(item: ItemResult) -> str:
    """What an item that is still open waits for, and why."""
    waits = write(f"training_report.open.{item.status.value}", points=points_text(item.max_points))
    return " ".join([f"{waits}.", *feedback(item)])


def error_text(value: float | None) -> str:
    """A measured error or a limit in two significant digits; empty where there is none."""
    if value is None:
        return ""
    return f"{value:.2g}" if math.isfinite(value) else "∞"
