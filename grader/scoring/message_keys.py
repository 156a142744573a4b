"""Which text a problem or a recognised mistake has: Part 2's stand in topics of their own, and no id is in both."""

from __future__ import annotations

from grader.messages import catalogue
from grader.model.evidence import Problem
from grader.model.message import Message


def problem_message(problem: Problem) -> Message:
    """The text of a breach of the contract."""
    return Message(_key("problem", problem.id), problem.values)


def hint_message(match: str) -> Message:
    """The text of a recognised mistake."""
    return Message(_key("hint", match))


def _key(topic: str, name: str) -> str:
    key = f"{topic}2.{name}"
    return key if key in catalogue() else f"{topic}.{name}"
