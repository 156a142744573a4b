"""Every breach and every recognised mistake of Part 3 has its text, and every text is given somewhere."""

import re
from pathlib import Path

from grader.messages import catalogue
from grader.messages.catalogue import own_texts
from grader.scoring.message_keys import hint_message

ROOM = Path(__file__).parents[3] / "grader" / "checks" / "visualisation"
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in sorted(ROOM.glob("*.py")))


def test_every_problem_has_a_text() -> None:
    ids = set(re.findall(r'(?:Problem|breach)\(\s*"(\w+)"', SOURCES))
    assert ids and all(f"problem3.{name}" in catalogue() or f"problem.{name}" in catalogue() for name in ids)


def test_every_hint_is_given_somewhere() -> None:
    hints = {key.removeprefix("hint3.") for key in own_texts("en") if key.startswith("hint3.")}
    assert hints and all(f'"{hint}"' in SOURCES for hint in hints)
    assert all(hint_message(hint).key == f"hint3.{hint}" for hint in hints)
