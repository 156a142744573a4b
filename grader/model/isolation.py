"""Isolation levels, and what a machine was found to offer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class IsolationLevel(StrEnum):
    """How strongly student code is kept apart, strongest first; `docs/security.md` says what each stops."""

    NAMESPACES = "namespaces"
    LANDLOCK = "landlock"
    LIMITS = "limits"
    NONE = "none"

    @property
    def strength(self) -> int:
        """3 for the strongest level, 0 for none."""
        return {"namespaces": 3, "landlock": 2, "limits": 1, "none": 0}[self.value]


@dataclass(frozen=True, slots=True)
class LevelFinding:
    """What trying one level in a throw-away child showed; `gaps` names what the level could not enforce here."""

    level: IsolationLevel
    works: bool
    detail: str
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IsolationReport:
    """All findings of one machine, strongest level first."""

    findings: tuple[LevelFinding, ...]

    @property
    def strongest(self) -> LevelFinding:
        return max((f for f in self.findings if f.works), key=lambda f: f.level.strength)
