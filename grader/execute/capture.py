"""Bounded capture of what student code prints, in the child."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import Any

_HEAD_CHARACTERS = 4096
_TAIL_CHARACTERS = 4096
# The kernel keeps this much of what is written to descriptors 1 and 2; more is refused, so a flood costs nothing.
_READ_BYTES = 65_536


class TextSink(io.TextIOBase):
    """A text stream that hands what is written to a function and keeps nothing itself."""

    encoding = "utf-8"

    def __init__(self, name: str, take: Callable[[str, str], None]):
        self.name = name
        self._take = take

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._take(self.name, text)
        return len(text)

    def writable(self) -> bool:
        return True

    @property
    def buffer(self) -> _Bytes:
        """The same stream for bytes, as a terminal's has it: code that wraps it anew to print UTF-8 needs it."""
        return _Bytes(self)

    def detach(self) -> _Bytes:
        return self.buffer

    def reconfigure(self, **settings: object) -> None:
        """Accepted and without effect: all text is taken as it is."""

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        """The descriptor below, for subprocesses that are given this stream."""
        return 1 if self.name == "stdout" else 2


class _Bytes(io.RawIOBase):
    """Takes UTF-8 for a `TextSink`. Closing it closes nothing else."""

    def __init__(self, text: TextSink):
        self._text = text

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        taken = bytes(data)
        self._text.write(taken.decode("utf-8", "replace"))
        return len(taken)


class HeadAndTail:
    """Keeps the first and the last few thousand characters of a text of any length."""

    def __init__(self) -> None:
        self._head = ""
        self._tail = ""
        self._dropped = 0

    def add(self, _stream: str, text: str) -> None:
        room = _HEAD_CHARACTERS - len(self._head)
        self._head += text[:room]
        rest = self._tail + text[room:]
        self._dropped += max(0, len(rest) - _TAIL_CHARACTERS)
        self._tail = rest[-_TAIL_CHARACTERS:]

    def text(self) -> str:
        if not self._dropped:
            return self._head + self._tail
        return f"{self._head}\n[truncated: {self._dropped} characters left out]\n{self._tail}"


class DescriptorPipe:
    """Leads descriptors 1 and 2 into a pipe that never blocks: subprocesses and C code may write, within its size."""

    def __init__(self) -> None:
        self._read, write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(write, False)
        os.dup2(write, 1)
        os.dup2(write, 2)
        os.close(write)

    def drain(self) -> str:
        """What has been written since the last call."""
        for stream in (sys.__stdout__, sys.__stderr__):
            try:
                stream.flush()  # type: ignore[union-attr]
            except Exception:  # closed or replaced by the student, or more than the pipe holds
                pass
        try:
            return os.read(self._read, _READ_BYTES).decode("utf-8", "replace")
        except OSError:
            return ""
