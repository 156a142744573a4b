"""One candidate a team: the newest hand-in counts, and different teams never share a name."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence

from grader.intake.candidate import Candidate
from grader.intake.display import displayable, displayable_list
from grader.intake.identity import FoundHandIn
from grader.intake.team_name import safe_team_name
from grader.model.status import Severity
from grader.model.submission import Flag

_SUFFIX_DIGITS = 4


def candidates_of(found: Sequence[FoundHandIn]) -> tuple[Candidate, ...]:
    """One candidate for each team among `found`, sorted by team; older hand-ins and equal names are told in flags."""
    by_team: dict[tuple[str, ...], list[FoundHandIn]] = {}
    for hand_in in found:
        by_team.setdefault(hand_in.identity, []).append(hand_in)
    newest_first = [sorted(hand_ins, key=_age, reverse=True) for hand_ins in by_team.values()]
    named = _named(sorted((hand_ins[0] for hand_ins in newest_first), key=_collision_order))
    candidates = []
    for newest, *older in newest_first:
        team, flags = named[newest.identity]
        if older:
            names = displayable_list(hand_in.source for hand_in in older)
            flags = (*flags, Flag("superseded", Severity.INFO, {"older": names, "count": len(older)}))
        candidates.append(Candidate(team, newest.source, newest.path, newest.member, newest.uploaded, flags))
    return tuple(sorted(candidates, key=lambda candidate: candidate.team))


def _age(hand_in: FoundHandIn) -> tuple[object, ...]:
    return hand_in.uploaded, hand_in.copy, hand_in.source


def _collision_order(hand_in: FoundHandIn) -> tuple[object, ...]:
    """Who keeps the plain name: the one that is really called so and nothing else, then by spelling."""
    return safe_team_name(hand_in.team) != hand_in.team, len(hand_in.identity), hand_in.identity


def _named(hand_ins: Sequence[FoundHandIn]) -> dict[tuple[str, ...], tuple[str, tuple[Flag, ...]]]:
    """A unique safe name for each identity, also where a file system ignores letter case."""
    groups: dict[str, list[FoundHandIn]] = {}
    for hand_in in hand_ins:
        groups.setdefault(_folded(safe_team_name(hand_in.team)), []).append(hand_in)
    taken = set(groups)
    named: dict[tuple[str, ...], tuple[str, tuple[Flag, ...]]] = {}
    for group in groups.values():
        for place, hand_in in enumerate(group):
            team = safe_team_name(hand_in.team)
            if place > 0:
                team = _with_suffix(team, hand_in, taken)
                taken.add(_folded(team))
            flags: tuple[Flag, ...] = ()
            if len(group) > 1:
                others = displayable_list(other.source for other in group if other is not hand_in)
                values = {"name": displayable(hand_in.team), "others": others}
                flags = (Flag("team_name_collision", Severity.WARNING, values),)
            named[hand_in.identity] = (team, flags)
    return named


def _with_suffix(team: str, hand_in: FoundHandIn, taken: set[str]) -> str:
    """`team` with digits that depend on nothing but this team, so that they stay when others hand in."""
    digits = hashlib.sha256("\0".join(hand_in.identity).encode("utf-8", "surrogatepass")).hexdigest()
    length = _SUFFIX_DIGITS
    while _folded(f"{team}~{digits[:length]}") in taken:
        length += 1
    return f"{team}~{digits[:length]}"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
