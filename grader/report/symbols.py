"""A symbol and a tone for every status. The word always stands beside them: neither shape nor colour says it alone."""

from __future__ import annotations

from dataclasses import dataclass

from grader.model.status import ItemStatus, SubmissionStatus


@dataclass(frozen=True, slots=True)
class Symbol:
    """`glyph` for pages and Unicode terminals, `ascii` (same width everywhere) for the rest; `tone` picks the colour."""

    glyph: str
    ascii: str
    tone: str


SYMBOLS: dict[ItemStatus | SubmissionStatus, Symbol] = {
    ItemStatus.PASSED: Symbol("✓", "+", "good"),
    ItemStatus.PARTIAL: Symbol("◐", "~", "part"),
    ItemStatus.FAILED: Symbol("✗", "x", "bad"),
    ItemStatus.ERROR: Symbol("!", "!", "bad"),
    ItemStatus.TIMEOUT: Symbol("∞", "t", "bad"),
    ItemStatus.MEMORY: Symbol("▲", "m", "bad"),
    ItemStatus.MISSING: Symbol("∅", "0", "bad"),
    ItemStatus.FORBIDDEN: Symbol("⊘", "f", "bad"),
    ItemStatus.MANUAL: Symbol("…", ".", "open"),
    ItemStatus.SKIPPED: Symbol("–", "-", "open"),
    SubmissionStatus.GRADED: Symbol("✓", "+", "good"),
    SubmissionStatus.REJECTED: Symbol("⊘", "x", "bad"),
    SubmissionStatus.GRADER_ERROR: Symbol("⚠", "!", "fault"),
}
