"""Function bodies and cells as text, and how one is made of another by a small change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: Names of functions → their bodies, not indented.
Bodies = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Filling:
    """What a team made of the notebook of a part: functions, `cells` by their ids, and what cells `printed`, by ids too."""

    bodies: Bodies
    cells: Mapping[str, str]
    printed: Mapping[str, str]


def changed(body: str, *changes: tuple[str, str]) -> str:
    """`body` with each `(old, new)` replaced. Raises ValueError unless every `old` stands in it exactly once."""
    for old, new in changes:
        if body.count(old) != 1:
            raise ValueError(f"{old!r} stands {body.count(old)} times in the body, expected once")
        body = body.replace(old, new)
    return body
