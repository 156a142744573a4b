"""Which text a problem or a recognised mistake has: those of Parts 2 and 3 stand in topics of their own, and no id is in two."""

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
    own = (f"{topic}{part}.{name}" for part in (2, 3))
    return next((key for key in own if key in catalogue()), f"{topic}.{name}")
