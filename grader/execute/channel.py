"""The grader's end of a socket to a child: never blocks past a deadline, and lets a watchdog look in meanwhile."""

from __future__ import annotations

import math
import selectors
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any

from grader.execute import wire
from grader.model.limits import MEBIBYTE

_READ_BYTES = MEBIBYTE

#: Looks at the child from outside when it is time to, and returns in how many seconds it is again; raises to end the waiting.
Watchdog = Callable[[], float]

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
    while True:
        for channel in channels:
            if frame := channel.reader.next():
                return channel, frame
        next_look_s = math.inf if watchdog is None else watchdog()
        ready = _select([channel.socket for channel in channels], selectors.EVENT_READ, deadline, next_look_s)
        for channel in channels:
            if channel.socket in ready and not channel.take():
                return channel, None


def _select(
    sockets: Sequence[socket.socket], event: int, deadline: float, at_most_s: float = math.inf
) -> set[socket.socket]:
    """The ready ones, none after `at_most_s`. Raises WaitTimeout once the deadline has passed."""
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise WaitTimeout
    with _Selector() as selector:
        for connection in sockets:
            selector.register(connection, event)
        return {key.fileobj for key, _ in selector.select(min(remaining, at_most_s))}  # type: ignore[misc]
