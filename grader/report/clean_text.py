"""Makes text from a hand-in fit to be shown: nothing in it may steer a terminal, or reorder or hide what is read."""

from __future__ import annotations

import re
import unicodedata

#: Escape sequences of terminals: CSI, OSC and the other strings, then any short sequence. A string that is never
#: terminated ends with its line, so that it cannot swallow the rest of a text.
_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)

#: Joiners that some scripts and emoji need. All other invisible format characters go (bidirectional overrides,
#: zero-width spaces, tags).
_KEPT_FORMAT = frozenset("\u200c\u200d")

#: Text in which nothing can be wrong: what nearly all text is.
_PLAIN = re.compile(r"[\n\t -~]*")

_LINE_ENDS = re.compile(r"\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")

ELLIPSIS = "…"


def clean(text: object, limit: int | None = None) -> str:
    """`text` without escape sequences, control, invisible and bidirectional characters; newlines and tabs stay.

    Lone surrogates become U+FFFD. With `limit` (characters) a longer text is cut and ends in an ellipsis.
    """
    shown = str(text)
    if _PLAIN.fullmatch(shown) is None:
        shown = _ESCAPE.sub("", _LINE_ENDS.sub("\n", shown))
        shown = "".join(_visible(character) for character in shown)
    if limit is not None and len(shown) > limit:
        return shown[: limit - 1] + ELLIPSIS
    return shown


def clean_line(text: object, limit: int | None = None) -> str:
    """As `clean`, on one line: every run of white space becomes one space."""
    shown = " ".join(clean(text).split())
    if limit is not None and len(shown) > limit:
        return shown[: limit - 1] + ELLIPSIS
    return shown


def clean_lines(text: object, lines: int, width: int) -> list[str]:
    """The last `lines` lines of `text`, each cut to `width` characters, tabs as four spaces. For tracebacks and output."""
    kept = clean(text).expandtabs(4).rstrip().split("\n")[-lines:]
    return [clean(line, width) for line in kept]


def _visible(character: str) -> str:
    if character in "\n\t" or character in _KEPT_FORMAT:
        return character
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    code = ord(character)
    noncharacter = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE
    return "" if category in {"Cc", "Cf"} or noncharacter else character
