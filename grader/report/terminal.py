"""The self-check in a terminal: what fails, why and what to try; then, next to the prompt, all items at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

import grader
from grader.model.isolation import IsolationLevel
from grader.model.message import Message
from grader.model.scorecard import IMPORT_CHECK, CheckResult, ItemResult, Scorecard
from grader.model.status import ItemStatus, Severity, SubmissionStatus
from grader.report.accuracy_view import claims_line
from grader.report.audience import flags_for_student
from grader.report.clean_text import clean_line
from grader.report.failing_case import Arrays, failing_case, no_arrays
from grader.report.image_words import data_sentence
from grader.report.left_out import chosen
from grader.report.network_words import unusual_network_sentence
from grader.report.terminal_case import TABLE_SIZE, print_case
from grader.report.terminal_lines import Lines, left, right, widest
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


def print_scorecard(
    scorecard: Scorecard,
    console: Console,
    verbosity: int = NORMAL,
    *,
    public_only: bool = True,
    notebooks_run: bool = True,
    arrays: Arrays = no_arrays,
) -> None:
    """Print the verdict for the team to read, at most 80 columns wide.

    `verbosity` below 0 gives one line an item, above 0 every check. `public_only` says that hidden cases were not
    asked, so that this is not the grade, `notebooks_run` that notebooks were run. Hidden cases and flags of severity
    `STAFF` are never printed. In anything but a terminal there are no colours.
    """
    _Printer(Lines(console), verbosity, public_only, notebooks_run, arrays).scorecard(scorecard)


def _alike(items: Sequence[ItemResult]) -> list[list[ItemResult]]:
    """The items in order; those in a row that were skipped for one and the same reason are together."""

    def reason(item: ItemResult) -> object:
        return feedback(item) if item.status is ItemStatus.SKIPPED and not item.checks else item.id

    return [list(group) for _, group in groupby(items, reason)]


class _Printer:
    def __init__(self, lines: Lines, verbosity: int, public_only: bool, notebooks_run: bool, arrays: Arrays):
        self._lines = lines
        self._verbosity = verbosity
        self._public_only = public_only
        self._notebooks_run = notebooks_run
        self._arrays = arrays
        self._module_told = False

    def scorecard(self, card: Scorecard) -> None:
        if self._verbosity >= NORMAL:
            title = write("terminal.title", team=clean_line(card.team), source=clean_line(card.source))
            self._lines.line(title, style="bold")
            self._lines.line()
        if card.status is not SubmissionStatus.GRADED:
            reason = card.reason or write("report.no_reason")
            lead = Text.assemble(self._lines.mark(card.status), " ")
            self._lines.line(write(f"terminal.{card.status.value}", reason=reason), lead=lead)
            return
        if self._verbosity >= NORMAL:
            for items in _alike(chosen(card.items).items):
                item = items[0]
                told = len(item.feedback) > 1 or item.accuracy is not None or self._verbosity >= VERBOSE
                if item.status is not ItemStatus.PASSED or told:
                    self._details(item, [other.title for other in items[1:]])
        self._overview(card)
        if self._verbosity >= NORMAL:
            self._lines.line()
            self._flags(card)
        self._total(card)

    def _overview(self, card: Scorecard) -> None:
        """A row an item; columns as wide as what stands in them, the title in what is left."""
        # Whoever asks for a line an item, such as a script, gets them all.
        items = card.items if self._verbosity <= QUIET else chosen(card.items).items
        words = [status_word(item.status) for item in items]
        points = [item_points_text(item) for item in items]
        columns = widest(words), widest(points)
        for item, word, earned in zip(items, words, points, strict=True):
            row = f" {left(word, columns[0])}  {right(earned, columns[1])}  "
            title = item.id if self._verbosity <= QUIET else write(item.title)
            self._lines.row(Text.assemble(self._lines.mark(item.status), row), title)

    def _details(self, item: ItemResult, others: Sequence[Message]) -> None:
        """`others` are the titles of items of which the same is to be told."""
        title = write(item.title)
        if self._verbosity >= VERBOSE and not others:
            title += f" ({item.id})"
        title = "; ".join([title, *map(write, others)])
        lead = Text.assemble(self._lines.mark(item.status), " ")
        self._lines.line(f"{title}: {status_word(item.status)}", lead=lead, style="bold")
        if any(check.id == IMPORT_CHECK for check in item.checks):
            # One broken module fails every item for one reason, which is told once.
            if self._module_told:
                self._lines.line(write("terminal.same_reason"), indent=2)
                self._lines.line()
                return
            self._module_told = True
        for sentence in feedback(item):
            self._lines.line(sentence, indent=2)
        claims = claims_line(item.accuracy) if item.accuracy is not None else ""
        if claims:
            self._lines.line(claims, indent=2)
        # What the checks of an accuracy say, the sentences above say better.
        if item.accuracy is None or self._verbosity >= VERBOSE:
            self._checks(item)
        self._lines.line()

    def _checks(self, item: ItemResult) -> None:
        """Without -v the first check that does not pass, and every other that has a hint of its own; the rest by name."""
        verbose = self._verbosity >= VERBOSE
        hints = first_hints(item)
        shown: set[str] = set()
        others = []
        for check in item.checks:
            hint = hints.get(check.id, "")
            if verbose or hint or (not shown and check.status is not ItemStatus.PASSED):
                self._check(item, check, hint, shown, with_case=verbose or bool(hint) or not shown)
            elif check.status is not ItemStatus.PASSED:
                others.append(check_title(check))
        if others:
            self._lines.line(write("terminal.others", checks="; ".join(others)), indent=2)

    def _check(self, item: ItemResult, check: CheckResult, hint: str, shown: set[str], with_case: bool) -> None:
        """Print one check and, if `with_case`, its smallest failing case, unless it was `shown` for another check."""
        lead = Text.assemble(self._lines.mark(check.status), " ")
        message = write(check.message)
        # An accuracy is no error: the check's own sentence tells it.
        if check.status is ItemStatus.PASSED and check.measured is not None and item.accuracy is None:
            measured, limit = error_text(check.measured), error_text(check.limit)
            message += f" ({write('terminal.measured', measured=measured, limit=limit)})"
        self._lines.line(f"{check_title(check)}: {message}", lead=lead, indent=2)
        if hint:
            self._lines.line(write("terminal.hint", text=hint), indent=4)
        case = failing_case(item.id, check, self._arrays, TABLE_SIZE) if with_case else None
        if case is None or check.failing is None:
            return
        if check.failing.id in shown:
            self._lines.line(write("terminal.same_case"), indent=4)
            return
        shown.add(check.failing.id)
        print_case(self._lines, case, with_output=self._verbosity >= VERBOSE)

    def _flags(self, card: Scorecard) -> None:
        shown = flags_for_student(card.flags)
        for flag in shown:
            key = "terminal.flag_warning" if flag.severity is Severity.WARNING else "terminal.flag"
            self._lines.line(write(key, text=flag_text(flag)))
        if shown:
            self._lines.line()

    def _total(self, card: Scorecard) -> None:
        line = self._lines.line
        key = "terminal.score_public" if self._public_only else "terminal.score"
        seen = chosen(card.items)
        total = write(key, score=points_text(card.score), max_score=points_text(seen.max_points or card.max_score))
        if any(item.status is ItemStatus.SKIPPED for item in seen.items):
            total += f" ({write('terminal.provisional')})"
        line(total, style="bold")
        for sentence in seen.left_out:
            line(sentence)
        if card.pending_points:
            line(write("terminal.pending", points=points_text(card.pending_points)))
        if self._public_only:
            line(write("terminal.not_the_grade"))
        if self._verbosity <= QUIET:
            return
        # Where nothing was trained and no accuracy measured, it does not matter on which images.
        if card.data is not None and (self._notebooks_run or any(item.accuracy is not None for item in card.items)):
            line(data_sentence(card.data))
        if network := unusual_network_sentence(card):
            line(network)
        if not self._notebooks_run:
            line(write("terminal.notebooks_not_run"))
        if card.isolation is not None and card.isolation.level is IsolationLevel.NONE:
            line(write("terminal.no_isolation"))
        line(write("terminal.version", version=grader.__version__))
        elided = any(check.status is ItemStatus.PASSED for item in card.items for check in item.checks)
        if self._verbosity == NORMAL and elided:
            line(write("terminal.more"), style="dim")
