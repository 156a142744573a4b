"""Which language is written now.

A context variable and not an argument of every function that writes a sentence, nor a global: each thread, and each
block that `speaking` opens, has its own, and leaving the block restores what was there before. A worker process starts
in English; the run's settings say in which language it writes, for each submission anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

#: English is complete; of the others, what is missing is written in English.
ENGLISH = "en"
LANGUAGES = (ENGLISH, "ko")

_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


def spoken() -> str:
    """The language of texts that are written here and now."""
    return _spoken.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within the block texts are written in `language`. Raises ValueError for one that there is no catalogue for."""
    if language not in LANGUAGES:
        raise ValueError(f"no catalogue for language {language!r}; there are {', '.join(LANGUAGES)}")
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)
