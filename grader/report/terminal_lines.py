"""Lines on a terminal: wrapped or cut at its width in columns, coloured on a terminal, plain elsewhere, ASCII where it must be.

Widths are counted in columns and not in characters: a Korean syllable takes two.
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from grader.model.status import ItemStatus, SubmissionStatus
from grader.report.symbols import SYMBOLS

#: Lines longer than this are hard to read, however wide the terminal is.
WIDEST = 80

#: Least columns for text beside an indent, on the narrowest terminal.
_NARROWEST = 20

#: Told apart with every kind of colour blindness; sign and word say the same. Terminals choose the shades themselves.
_STYLES = {"good": "cyan", "part": "yellow", "bad": "bold red", "open": "blue", "fault": "bold magenta"}


class Lines:
    """Prints on `console`. All text comes as plain text: no markup in it is obeyed."""

    def __init__(self, console: Console):
        self._console = console
        self.width = min(console.width, WIDEST)
        self._glyphs = _can_encode("".join(symbol.glyph for symbol in SYMBOLS.values()), console.encoding)

    def mark(self, status: ItemStatus | SubmissionStatus) -> tuple[str, str]:
        """The status's sign and its style."""
        symbol = SYMBOLS[status]
        return (symbol.glyph if self._glyphs else symbol.ascii, _STYLES[symbol.tone])

    def line(self, text: str = "", *, lead: Text | None = None, indent: int = 0, style: str = "") -> None:
        """One paragraph, wrapped; further lines hang below its text."""
        body = Text(self._encodable(text), style=style)
        whole = Text.assemble(lead, body) if lead is not None else body
        hang = min(lead.cell_len, 4) if lead is not None else 0
        lines = whole.wrap(self._console, max(self.width - indent - hang, _NARROWEST))
        for number, line in enumerate(lines):
            line.rstrip()
            line.pad_left(indent + (hang if number else 0))
            self._console.print(line, soft_wrap=True)
        if not lines:
            self._console.print()

    def row(self, lead: Text, text: str) -> None:
        """A row of a table: `lead` holds all columns but the last, whose `text` is wrapped in what is left."""
        room = max(self.width - lead.cell_len, _NARROWEST // 2)
        for number, line in enumerate(Text(self._encodable(text)).wrap(self._console, room) or [Text()]):
            line.rstrip()
            before = Text(" " * lead.cell_len) if number else lead
            self._console.print(Text.assemble(before, line), soft_wrap=True)

    def code(self, text: str, indent: int) -> None:
        """A line of a table, a traceback or output: never wrapped, cut at the width."""
        line = Text(" " * indent + self._encodable(text))
        line.truncate(self.width, overflow="ellipsis" if self._glyphs else "crop")
        self._console.print(line, soft_wrap=True)

    def _encodable(self, text: str) -> str:
        """What the terminal's encoding cannot show becomes a question mark instead of an exception."""
        if self._glyphs:
            return text
        encoding = self._console.encoding or "ascii"
        return text.encode(encoding, "replace").decode(encoding, "replace")


def left(text: str, columns: int) -> str:
    """`text` filled up with spaces on its right."""
    return text + " " * (columns - cell_len(text))


def right(text: str, columns: int) -> str:
    """`text` filled up with spaces on its left."""
    return " " * (columns - cell_len(text)) + text


def widest(texts: list[str]) -> int:
    """Columns of the widest of `texts`; 0 where there are none."""
    return max(map(cell_len, texts), default=0)


def _can_encode(text: str, encoding: str | None) -> bool:
    try:
        text.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
