"""The grader's end of a socket to a child: never blocks past a deadline, and lets a watchdog look in meanwhile."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any

from grader.execute import wire
from grader.model.limits import MEBIBYTE

#: When the watchdog looks for the first time, and the longest time between looks: each reads all of /proc.
TICK_S = 0.05
_LONGEST_TICK_S = 0.25
_TICK_GROWTH = 1.3
_READ_BYTES = MEBIBYTE

#: Looks at the child from outside; raises to end the waiting.
Watchdog = Callable[[], None]

_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


class WaitTimeout(Exception):
    """Nothing came, or nothing was taken, before the deadline."""


class Channel:
    """One socket and the frames on it."""

    def __init__(self, connection: socket.socket, bounds: wire.FrameBounds):
        connection.setblocking(False)
        self.socket = connection
        self.reader = wire.FrameReader(bounds)

    def send(self, body: Any, blobs: Sequence[bytes] = (), *, deadline: float) -> None:
        """Send one frame. Raises WaitTimeout, or OSError where the other side is gone."""
        data = memoryview(wire.pack(body, blobs))
        while data:
            try:
                data = data[self.socket.send(data) :]
            except BlockingIOError:
                _select([self.socket], selectors.EVENT_WRITE, deadline)

    def take(self) -> bool:
        """Read what has arrived; False when the other side has closed."""
        try:
            data = self.socket.recv(_READ_BYTES)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.reader.feed(data)
        return bool(data)

    def close(self) -> None:
        self.socket.close()


def wait_for(
    channels: Sequence[Channel], *, deadline: float, watchdog: Watchdog | None = None
) -> tuple[Channel, wire.Frame | None]:
    """The first frame on one of `channels` (earlier ones first), or None for a channel that has been closed.

    `deadline` is a time of the monotonic clock. Raises WaitTimeout, MalformedFrame, and what `watchdog` raises.
    """
    tick_s = TICK_S
    next_look = time.monotonic() + tick_s
    while True:
        for channel in channels:
            if frame := channel.reader.next():
                return channel, frame
        now = time.monotonic()
        if watchdog is not None and now >= next_look:
            watchdog()
            tick_s = min(tick_s * _TICK_GROWTH, _LONGEST_TICK_S)
            next_look = time.monotonic() + tick_s
        ready = _select([channel.socket for channel in channels], selectors.EVENT_READ, deadline, tick_s)
        for channel in channels:
            if channel.socket in ready and not channel.take():
                return channel, None


def _select(
    sockets: Sequence[socket.socket], event: int, deadline: float, tick_s: float = TICK_S
) -> set[socket.socket]:
    """The ready ones within a tick. Raises WaitTimeout once the deadline has passed."""
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise WaitTimeout
    with _Selector() as selector:
        for connection in sockets:
            selector.register(connection, event)
        return {key.fileobj for key, _ in selector.select(min(remaining, tick_s))}  # type: ignore[misc]
