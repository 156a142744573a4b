"""A code cell as plain Python: without magics, shell lines and questions, line numbers kept. Needs no IPython.

A cell that is Python already is taken as it is, since ``%`` may begin a line of an expression. Elsewhere lines that no
Python parser takes, and that look like IPython's own, become ``pass`` one by one.
"""

from __future__ import annotations

import ast
import re

#: Cell magics whose cell is Python that runs among the notebook's names. The others hold text, or code for elsewhere.
_TRANSPARENT_CELL_MAGICS = frozenset(("time", "capture", "prun"))
_CELL_MAGIC = re.compile(r"\s*%%(?P<name>\w+)[^\n]*")
_LINE_MAGIC = re.compile(r"(?P<indent>\s*)(?:[%!?,;/]|[\w.]+(?:\s*,\s*[\w.]+)*\s*=\s*[%!]|[^#'\"]*\?\s*$)")
#: Magics whose rest of the line is Python that runs among the notebook's names.
_TIMED = re.compile(r"(?P<indent>\s*)%(?:time|prun)\s+(?P<statement>(?!-).+)")


def parse_cell(source: str) -> ast.Module:
    """The cell's syntax tree. Raises SyntaxError where it has none, also for what a parser refuses otherwise."""
    lines = source.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if magic := _CELL_MAGIC.fullmatch(lines[first]):
        if magic["name"] not in _TRANSPARENT_CELL_MAGICS:
            return ast.Module([], [])
        lines[first] = ""
    for _ in range(len(lines) + 1):
        try:
            return ast.parse("\n".join(lines))
        except SyntaxError as error:
            if not _replace_magic(lines, error.lineno):
                raise
        except (ValueError, RecursionError, MemoryError) as error:  # null bytes, or too deeply nested
            raise SyntaxError(f"{type(error).__name__}: {error}") from error
    raise SyntaxError("no Python")


def _replace_magic(lines: list[str], line: int | None) -> bool:
    """Put ``pass`` (or the statement that it times) for the magic at `line`, or else for the first one there is."""
    at_error = [] if line is None or not 0 < line <= len(lines) else [line - 1]
    for number in (*at_error, *range(len(lines))):
        magic = _LINE_MAGIC.match(lines[number])
        if magic is None:
            continue
        timed = _TIMED.fullmatch(lines[number])
        continued = lines[number].rstrip().endswith("\\")
        lines[number] = timed["indent"] + timed["statement"] if timed else magic["indent"] + "pass"
        while continued and number + 1 < len(lines):
            number += 1
            continued = lines[number].rstrip().endswith("\\")
            lines[number] = ""
        return True
    return False
