"""The smallest failing case in a terminal: what to type to see it oneself, and expected beside returned numbers."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.cells import cell_len

from grader.report.failing_case import FailingCase
from grader.report.number_table import NumberComparison, NumberTable
from grader.report.terminal_lines import Lines, left, right, widest
from grader.report.wording import write

#: Rows, and numbers in a row, of a printed table: one table of long numbers stays below 80 columns, two of short ones.
TABLE_SIZE = 4

#: Lines of a student's own traceback and output that are printed.
_FRAMES, _OUTPUT = 6, 5

_INDENT, _CODE = 4, 6

#: Lines of code that are printed; more numbers are told by their shapes.
_CODE_LINES = 12

#: Columns between the two tables.
_GAP = 4


def print_case(lines: Lines, case: FailingCase, *, with_output: bool) -> None:
    """Its inputs as code where that fits the width, else as shapes; the student's own frames; numbers that differ."""
    code = _folded(case.code, lines.width - _CODE)
    if code:
        lines.line(write("terminal.smallest_code"), indent=_INDENT)
        for line in code:
            lines.code(line, _CODE)
    elif case.asked:
        key = "terminal.smallest" if case.stored else "training_report.asked_with"
        lines.line(write(key, asked=case.settings), indent=_INDENT)
    if case.frames:
        lines.line(write("terminal.frames"), indent=_INDENT)
        for frame in case.frames[-_FRAMES:]:
            lines.code(frame, _CODE)
    for name, numbers in case.comparisons:
        _comparison(lines, name, numbers)
    if case.output and with_output:
        lines.line(write("terminal.printed"), indent=_INDENT)
        for line in case.output[-_OUTPUT:]:
            lines.code(line, _CODE)


def _folded(code: Sequence[str], width: int) -> list[str]:
    """The lines with long ones continued on the next line, which Python allows inside brackets.

    Empty where there is too much of it to be read, or a part of it cannot be broken.
    """
    folded = [
        part for line in code for part in textwrap.wrap(line, width, subsequent_indent="    ", break_long_words=False)
    ]
    readable = len(folded) <= _CODE_LINES and all(cell_len(line) <= width for line in folded)
    return folded if readable else []


def _comparison(lines: Lines, name: str, numbers: NumberComparison) -> None:
    if not numbers.same_shape:
        shapes = {"expected": numbers.expected_shape, "got": numbers.got_shape}
        lines.line(write("terminal.shapes", name=name, **shapes), indent=_INDENT)
        return
    if not numbers.differing:
        return
    values = {"position": numbers.position, "expected": numbers.expected_number, "got": numbers.got_number}
    key = "terminal.position" if numbers.total > 1 else "terminal.number"
    lines.line(write(key, name=name, **values), indent=_INDENT)
    if numbers.total == 1:
        return
    expected = _table(write("terminal.expected", name=name, window=numbers.expected.window), numbers.expected)
    got = _table(write("terminal.got", name=name, window=numbers.got.window), numbers.got)
    wide = widest(expected)
    if _CODE + wide + _GAP + widest(got) <= lines.width:
        expected = [f"{left(a, wide + _GAP)}{b}" for a, b in zip(expected, got, strict=True)]
        got = []
    for line in [*expected, *got]:
        lines.code(line.rstrip(), _CODE)


def _table(heading: str, table: NumberTable) -> list[str]:
    wide = widest([cell.text for row in table.rows for cell in row])
    rows = (" ".join(f"{right(cell.text, wide)}{'*' if cell.differs else ' '}" for cell in row) for row in table.rows)
    return [heading, *rows]
