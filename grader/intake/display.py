"""Names that came from a student, made safe to print on one line."""

from __future__ import annotations

from collections.abc import Iterable

#: Long enough for any honest path; a crafted one must not fill the report.
SHOWN_CHARACTERS = 120
SHOWN_NAMES = 10


def displayable(name: str, limit: int = SHOWN_CHARACTERS) -> str:
    """`name` with control, bidirectional and undecodable characters escaped, cut in the middle to `limit` characters."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name)
    if len(shown) <= limit:
        return shown
    head = (limit - 1) // 2
    return f"{shown[:head]}…{shown[-(limit - 1 - head) :]}"


def displayable_list(names: Iterable[str], limit: int = SHOWN_NAMES) -> str:
    """The first `limit` names, comma-separated, and how many more there are."""
    all_names = list(names)
    shown = ", ".join(displayable(name) for name in all_names[:limit])
    more = len(all_names) - limit
    return f"{shown} and {more} more" if more > 0 else shown
