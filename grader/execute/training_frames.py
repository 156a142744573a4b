"""How what is told of training leaves the child: frames, so many at most, and the wrapping of what trains.

Four kinds of frame, all with ``run``, the number of a stretch of training: ``run`` (a beginning, with what it works on),
``epoch``, ``steps`` (how many updates so far, at most once a second) and ``end``.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable
from typing import Any

from grader.execute.training_data_seen import DataSeen

_MOST_FRAMES = 2000
#: With fewer frames left, epochs too are told at most once a second.
_SCARCE_FRAMES = 1000
PERIOD_S = 1.0

# Captured: a student's module may put something else under this name.
clock = time.monotonic


def silent(method: Callable[..., Any]) -> Callable[..., Any]:
    """`method`, whose failures are swallowed: the student's code must not notice them."""

    @functools.wraps(method)
    def silent_method(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except Exception:
            return None

    return silent_method


class TrainingFrames:
    """Numbers the stretches of training of one notebook's run; `send` sends one frame's body."""

    def __init__(self, send: Callable[[dict[str, Any]], None]):
        #: Held while what is to be told is looked at; threads of the student's may train.
        self.lock = threading.RLock()
        self._send = send
        self._frames = 0
        self._last_frame = 0.0
        self._runs = 0

    def next_run(self) -> int:
        """The number of the stretch that begins now."""
        self._runs += 1
        return self._runs

    def spare(self) -> bool:
        """Whether a frame may be spent on what is told oftener than once a second."""
        return self._frames <= _SCARCE_FRAMES or clock() - self._last_frame >= PERIOD_S

    def tell_run(self, run: int, kind: str, seen: DataSeen, epochs: int | None) -> None:
        """Tell the beginning of a stretch, ``fit`` or ``steps``."""
        what = {"kind": kind, "on": seen.on, "samples": seen.samples, "batch_size": seen.batch_size, "epochs": epochs}
        self.tell("run", run, what)

    def tell_steps(self, run: int, steps: int, on: str, batch_size: int | None) -> None:
        """Tell how many updates a stretch has made so far."""
        self.tell("steps", run, {"steps": steps, "on": on, "batch_size": batch_size})

    def tell(self, what: str, run: int, body: dict[str, Any]) -> None:
        """Send one frame, if any may be sent still."""
        with self.lock:
            if self._frames >= _MOST_FRAMES:
                return
            self._frames += 1
            self._last_frame = clock()
        self._send({"training": what, "run": run, **body})

    def stop(self) -> None:
        """Say no more."""
        with self.lock:
            self._frames = _MOST_FRAMES


class Wrappings:
    """Methods that are called through a function of ours until they are taken off again."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def __bool__(self) -> bool:
        return bool(self._undo)

    def wrap(self, kind: type, name: str, around: Callable[..., Any]) -> None:
        """Calls of `kind`'s method `name` go to `around`, with the method itself in front of the arguments."""
        original = getattr(kind, name)

        @functools.wraps(original)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            return around(original, *args, **kwargs)

        setattr(kind, name, wrapper)
        self._undo.append(lambda: setattr(kind, name, original))

    def take_off(self) -> None:
        """Put all methods back."""
        for undo in self._undo:
            undo()
