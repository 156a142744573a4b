"""Ctrl-C and SIGTERM as a wish that the work ends in good order."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType

from grader.cli import exit_codes


class StopOnSignal:
    """While entered, the first SIGINT or SIGTERM is noted; a second one raises KeyboardInterrupt at once."""

    def __init__(self) -> None:
        self._signal: int | None = None
        self._before: dict[int, object] = {}

    def __enter__(self) -> StopOnSignal:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def received(self) -> bool:
        return self._signal is not None

    @property
    def exit_code(self) -> int:
        return exit_codes.TERMINATED if self._signal == signal.SIGTERM else exit_codes.INTERRUPTED

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._signal is not None:
            raise KeyboardInterrupt
        self._signal = number
