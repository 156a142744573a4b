"""Tells of training in graphs and sessions of TensorFlow 1 while it runs. Runs in the child.

Wraps what sessions run and changes nothing that they compute. Whatever fails in here is swallowed. A run is an update
where what it fetches depends on a step of an optimiser. There is a stretch for each cell and for each split whose images are
trained on, so that a loop that takes turns is not told of batch by batch.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.execute.known_images import KnownImages
from grader.execute.training_data_seen import DataSeen
from grader.execute.training_frames import PERIOD_S, TrainingFrames, Wrappings, clock, silent
from grader.probes.tensorflow1.graph_updates import GraphUpdates

_SESSIONS = "tensorflow.python.client.session"


class SessionRecorder:
    """`tell` sends one frame's body; `names` are the notebook's globals. Used as `TrainingRecorder` is."""

    def __init__(self, tell: Callable[[dict[str, Any]], None], names: Callable[[], Mapping[str, Any]]):
        self._frames = TrainingFrames(tell)
        self._names = names
        self._wrappings = Wrappings()
        self._updates = GraphUpdates()
        self._images = KnownImages()
        self._stretches: dict[str, _Stretch] = {}
        self._told_at = 0.0

    @silent
    def install(self) -> None:
        """Wrap what sessions run, where they are imported already."""
        if _SESSIONS in sys.modules and not self._wrappings:
            self._wrappings.wrap(sys.modules[_SESSIONS].BaseSession, "run", self._around_run)

    @silent
    def settle(self) -> None:
        """Tell what the cell that ends now has done, and begin anew."""
        with self._frames.lock:
            try:
                self._tell_all()
            finally:
                self._stretches.clear()
                self._images.forget()
        # Where nothing was imported beforehand, the cell may have done so.
        self.install()

    @silent
    def stop(self) -> None:
        """Take all wrapping off and say no more."""
        self._frames.stop()
        self._wrappings.take_off()

    def _around_run(self, original: Callable[..., Any], session: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        returned = original(session, *args, **kwargs)
        self._see(session, *args, **kwargs)
        return returned

    @silent
    def _see(self, session: Any, fetches: Any, feed_dict: Any = None, *_: Any, **__: Any) -> None:
        if not self._updates.made(session.graph, fetches, feed_dict):
            return
        on, batch_size = "other", None
        try:
            on, batch_size = self._fed(feed_dict)
        except Exception:  # counted without it
            pass
        with self._frames.lock:
            stretch = self._stretches.get(on)
            if stretch is None:
                stretch = self._stretches[on] = _Stretch(self._frames.next_run())
                self._frames.tell_run(stretch.run, "steps", DataSeen(on, None, batch_size), None)
            stretch.steps += 1
            # The last batch of an epoch may be a smaller one.
            stretch.batch_size = max(stretch.batch_size or 0, batch_size or 0) or None
            if stretch.steps == 1 or clock() - self._told_at >= PERIOD_S:
                self._tell_all()

    def _fed(self, feed: Mapping[Any, Any] | None) -> tuple[str, int | None]:
        """Whose images are fed, and how many: the largest array is taken for them."""
        images, most = None, 0
        for value in (feed or {}).values():
            size = _size(value)
            if size > most:
                images, most = value, size
        return ("other", None) if images is None else (self._images.whose(images, self._names()), len(images))

    def _tell_all(self) -> None:
        """Tell how far each stretch has come that has come further. The lock is held."""
        self._told_at = clock()
        for on, stretch in self._stretches.items():
            if stretch.steps > stretch.told:
                stretch.told = stretch.steps
                self._frames.tell_steps(stretch.run, stretch.steps, on, stretch.batch_size)


class _Stretch:
    """Updates of one cell with images of one split."""

    def __init__(self, run: int):
        self.run = run
        self.steps = 0
        self.told = 0
        self.batch_size: int | None = None


def _size(value: Any) -> int:
    """How many numbers an array of images has, or a list of them; 0 for anything else."""
    if isinstance(value, np.ndarray):
        return value.size if value.ndim > 1 else 0
    if isinstance(value, list | tuple) and value and isinstance(value[0], np.ndarray):
        return len(value) * value[0].size
    return 0
