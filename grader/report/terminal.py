"""The self-check in a terminal: item by item what passes, what fails, why, and what to try."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from grader.model.isolation import IsolationLevel
from grader.model.scorecard import IMPORT_CHECK, CheckResult, ItemResult, Scorecard
from grader.model.status import ItemStatus, Severity, SubmissionStatus
from grader.report.audience import flags_for_student
from grader.report.clean_text import clean_line
from grader.report.failing_case import Arrays, FailingCase, failing_case, no_arrays
from grader.report.number_table import NumberComparison, NumberTable
from grader.report.symbols import SYMBOLS
from grader.report.wording import (
    check_title,
    error_text,
    feedback,
    first_hints,
    flag_text,
    item_points_text,
    points_text,
    status_word,
    write,
)

#: What `verbosity` may be: one line an item, what does not pass, every check.
QUIET, NORMAL, VERBOSE = -1, 0, 1

#: Lines longer than this are hard to read, however wide the terminal is.
_WIDEST = 80

#: Rows, and numbers in a row, of a printed table: one table of long numbers stays below 80 columns, two of short ones.
_TABLE_SIZE = 4

#: Lines of a student's own traceback and output that are printed.
_FRAMES, _OUTPUT = 6, 5

_STYLES = {"good": "green", "part": "yellow", "bad": "red", "open": "blue", "fault": "magenta"}


def print_scorecard(
    scorecard: Scorecard,
    console: Console,
    verbosity: int = NORMAL,
    *,
    public_only: bool = True,
    arrays: Arrays = no_arrays,
) -> None:
    """Print the verdict for the team to read.

    `verbosity` below 0 gives one line an item, above 0 every check. `public_only` says that hidden cases were not
    asked, so that this is not the grade. Hidden cases and flags of severity `STAFF` are never printed. In anything but
    a terminal there are no colours.
    """
    _Printer(console, verbosity, public_only, arrays).scorecard(scorecard)


class _Printer:
    def __init__(self, console: Console, verbosity: int, public_only: bool, arrays: Arrays):
        self._console = console
        self._verbosity = verbosity
        self._public_only = public_only
        self._arrays = arrays
        self._module_told = False
        self._width = min(console.width, _WIDEST)
        self._glyphs = _can_encode("".join(symbol.glyph for symbol in SYMBOLS.values()), console.encoding)

    def scorecard(self, card: Scorecard) -> None:
        if self._verbosity >= NORMAL:
            self._line(
                write("terminal.title", team=clean_line(card.team), source=clean_line(card.source)), style="bold"
            )
            self._line()
        if card.status is not SubmissionStatus.GRADED:
            self._not_graded(card)
            return
        for item in card.items:
            self._item(item)
        if self._verbosity >= NORMAL:
            self._line()
            self._flags(card)
        self._total(card)

    def _not_graded(self, card: Scorecard) -> None:
        reason = card.reason or write("report.no_reason")
        mark = self._mark(card.status)
        self._line(write(f"terminal.{card.status.value}", reason=reason), lead=Text.assemble(mark, " "))

    def _item(self, item: ItemResult) -> None:
        lead = Text.assemble(self._mark(item.status), f" {status_word(item.status):<16} {item_points_text(item):>10}  ")
        title = item.id if self._verbosity <= QUIET else write(item.title)
        if self._verbosity >= VERBOSE:
            title += f" ({item.id})"
        self._line(title, lead=lead)
        if self._verbosity <= QUIET:
            return
        if item.status is not ItemStatus.PASSED or self._verbosity >= VERBOSE:
            sentences = feedback(item)
            if any(check.id == IMPORT_CHECK for check in item.checks):
                # One broken module fails every item for one reason, which is told once.
                if self._module_told:
                    self._line(write("terminal.same_reason"), indent=4)
                    return
                self._module_told = True
            for sentence in sentences:
                self._line(sentence, indent=4)
        self._checks(item)

    def _checks(self, item: ItemResult) -> None:
        """Without -v the first check that does not pass, and every other that has a hint of its own; the rest by name."""
        verbose = self._verbosity >= VERBOSE
        hints = first_hints(item)
        shown_case = False
        others = []
        for check in item.checks:
            hint = hints.get(check.id, "")
            if verbose or hint or (not shown_case and check.status is not ItemStatus.PASSED):
                shown_case = self._check(item, check, hint, verbose or not shown_case) or shown_case
            elif check.status is not ItemStatus.PASSED:
                others.append(check_title(check))
        if others:
            self._line(write("terminal.others", checks="; ".join(others)), indent=4)

    def _check(self, item: ItemResult, check: CheckResult, hint: str, with_case: bool) -> bool:
        """Print one check, its smallest failing case only if `with_case`; True if that was printed."""
        lead = Text.assemble(self._mark(check.status), f" {status_word(check.status)}: ")
        self._line(f"{check_title(check)}: {write(check.message)}", lead=lead, indent=4)
        if self._verbosity >= VERBOSE and check.measured is not None:
            measured, limit = error_text(check.measured), error_text(check.limit)
            self._line(write("terminal.measured", measured=measured, limit=limit), indent=6, style="dim")
        if hint:
            self._line(write("terminal.hint", text=hint), indent=6)
        if not with_case:
            return False
        case = failing_case(item.id, check, self._arrays, _TABLE_SIZE)
        if case is not None:
            self._case(case)
        return case is not None

    def _case(self, case: FailingCase) -> None:
        if case.asked:
            asked = ", ".join(f"{name} {value}" for name, value in case.asked)
            self._line(write("terminal.smallest", asked=asked), indent=6)
        if case.frames:
            self._line(write("terminal.frames"), indent=6)
            for frame in case.frames[-_FRAMES:]:
                self._code(frame)
        for name, numbers in case.comparisons:
            self._comparison(name, numbers)
        if case.output and self._verbosity >= VERBOSE:
            self._line(write("terminal.printed"), indent=6)
            for line in case.output[-_OUTPUT:]:
                self._code(line)

    def _comparison(self, name: str, numbers: NumberComparison) -> None:
        if not numbers.same_shape:
            shapes = {"expected": numbers.expected_shape, "got": numbers.got_shape}
            self._line(write("terminal.shapes", name=name, **shapes), indent=6)
            return
        if not numbers.differing:
            return
        values = {"position": numbers.position, "expected": numbers.expected_number, "got": numbers.got_number}
        self._line(write("terminal.position", name=name, **values), indent=6)
        left = _table_lines(write("terminal.expected", name=name, window=numbers.expected.window), numbers.expected)
        right = _table_lines(write("terminal.got", name=name, window=numbers.got.window), numbers.got)
        wide = max(map(len, left))
        if 8 + wide + 4 + max(map(len, right)) <= self._width:
            left = [f"{a:<{wide}}    {b}" for a, b in zip(left, right, strict=True)]
            right = []
        for line in [*left, *right]:
            self._code(line.rstrip())

    def _flags(self, card: Scorecard) -> None:
        shown = flags_for_student(card.flags)
        for flag in shown:
            key = "terminal.flag_warning" if flag.severity is Severity.WARNING else "terminal.flag"
            self._line(write(key, text=flag_text(flag)))
        if shown:
            self._line()

    def _total(self, card: Scorecard) -> None:
        key = "terminal.score_public" if self._public_only else "terminal.score"
        total = write(key, score=points_text(card.score), max_score=points_text(card.max_score))
        if card.provisional:
            total += f" ({write('terminal.provisional')})"
        self._line(total, style="bold")
        if card.pending_points:
            self._line(write("terminal.pending", points=points_text(card.pending_points)))
        if self._public_only:
            self._line(write("terminal.not_the_grade"))
        if card.isolation is not None and card.isolation.level is IsolationLevel.NONE:
            self._line(write("terminal.no_isolation"))
        elided = any(check.status is ItemStatus.PASSED for item in card.items for check in item.checks)
        if self._verbosity == NORMAL and elided:
            self._line(write("terminal.more"), style="dim")

    def _mark(self, status: ItemStatus | SubmissionStatus) -> tuple[str, str]:
        symbol = SYMBOLS[status]
        return (symbol.glyph if self._glyphs else symbol.ascii, _STYLES[symbol.tone])

    def _line(self, text: str = "", *, lead: Text | None = None, indent: int = 0, style: str = "") -> None:
        """One paragraph, wrapped; further lines hang below its text."""
        body = Text(self._encodable(text), style=style)
        whole = Text.assemble(lead, body) if lead is not None else body
        hang = min(lead.cell_len, 4) if lead is not None else 0
        lines = whole.wrap(self._console, max(self._width - indent - hang, 20))
        for number, line in enumerate(lines):
            line.rstrip()
            line.pad_left(indent + (hang if number else 0))
            self._console.print(line, soft_wrap=True)
        if not lines:
            self._console.print()

    def _code(self, text: str) -> None:
        """A line of a table, a traceback or output: never wrapped, cut at the width."""
        line = Text(" " * 8 + self._encodable(text))
        line.truncate(self._width, overflow="ellipsis" if self._glyphs else "crop")
        self._console.print(line, soft_wrap=True)

    def _encodable(self, text: str) -> str:
        """What the terminal's encoding cannot show becomes a question mark instead of an exception."""
        if self._glyphs:
            return text
        encoding = self._console.encoding or "ascii"
        return text.encode(encoding, "replace").decode(encoding, "replace")


def _table_lines(heading: str, table: NumberTable) -> list[str]:
    wide = max((len(cell.text) for row in table.rows for cell in row), default=0)
    rows = (" ".join(f"{cell.text:>{wide}}{'*' if cell.differs else ' '}" for cell in row) for row in table.rows)
    return [heading, *rows]


def _can_encode(text: str, encoding: str | None) -> bool:
    try:
        text.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
