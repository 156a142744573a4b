"""A notebook as its reader has it: where in the file the lines of its code cells stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

#: What JSON is made of, as far as finding one's way in it goes.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


@dataclass(frozen=True, slots=True)
class NotebookSource:
    """`file` is the path under which the reader has it, `cells` the sources of its code cells in order.

    `lines` holds for each of them the line of the file, counted from 1, where each line of it stands; it is empty where
    the reader's file is not known.
    """

    file: str
    cells: tuple[str, ...]
    lines: tuple[tuple[int, ...], ...] = field(default=())

    def definition(self, function: str) -> tuple[int, int] | None:
        """Code cell and line of it, both counted from 1, of the last top-level definition of `function`."""
        head = re.compile(rf"^(?:async\s+)?def\s+{re.escape(function)}\b", re.MULTILINE)
        found = None
        for number, source in enumerate(self.cells, 1):
            for match in head.finditer(source):
                found = (number, source.count("\n", 0, match.start()) + 1)
        return found

    def has(self, cell: int, line: int) -> bool:
        """Whether there is such a line; both count from 1."""
        return 1 <= cell <= len(self.cells) and 1 <= line <= self.cells[cell - 1].count("\n") + 1

    def file_line(self, cell: int, line: int) -> int:
        """The line of the file; 1 where it is not known."""
        lines = self.lines[cell - 1] if cell <= len(self.lines) else ()
        return lines[min(line, len(lines)) - 1] if lines else 1


def lines_of_cells(text: str) -> tuple[tuple[int, ...], ...]:
    """For each code cell of the notebook `text` (valid JSON) the lines of the file that its lines stand in.

    A cell whose source is one string has its line for all of them.
    """
    cells: dict[int, dict[str, list[tuple[str, int]]]] = {}
    for path, value, line in _strings(text):
        match path:
            case ("cells", int(cell), "cell_type" | "source" as name, *_):
                cells.setdefault(cell, {}).setdefault(str(name), []).append((value, line))
    return tuple(
        tuple(line for _, line in found.get("source", ()))
        for _, found in sorted(cells.items())
        if [value for value, _ in found.get("cell_type", ())] == ['"code"']
    )


def _strings(text: str) -> Iterator[tuple[Sequence[str | int], str, int]]:
    """Every string that is a value: keys and indices that lead to it, itself as it is written, and its line."""
    path: list[str | int] = []
    key, line, seen = "", 1, 0
    awaits_key = False
    for token in _TOKEN.finditer(text):
        line, seen = line + text.count("\n", seen, token.start()), token.start()
        written = token.group()
        if written in "{[":
            path.append("" if written == "{" else 0)
            awaits_key = written == "{"
        elif written in "}]":
            path.pop()
        elif written == ",":
            if isinstance(path[-1], int):
                path[-1] += 1
            awaits_key = isinstance(path[-1], str)
        elif written == ":":
            path[-1], awaits_key = key, False
        elif written.startswith('"'):
            if awaits_key:
                key = written[1:-1]
            else:
                yield path, written, line
