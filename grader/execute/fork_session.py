"""A process forked inside a sandboxed child, to run one item's calls or one notebook."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from grader.execute import wire
from grader.execute.channel import Channel, WaitTimeout, wait_for
from grader.execute.session import SessionEnded, answer_bounds
from grader.model.errors import InfrastructureError
from grader.model.limits import ExecutionLimits

_HOST_ANSWER_S = 5.0


class SessionHost(Protocol):
    """What a session needs of the child that it runs in."""

    channel: Channel
    limits: ExecutionLimits
    zygote_alive: Callable[[], bool]

    def check_memory(self) -> None:
        """Raises OutOfMemory."""

    def spoil(self) -> None:
        """A session has changed its work folder."""


class ForkSession:
    """A process forked by a host; it answers over a socket of its own, and the host tells when it has ended."""

    def __init__(self, host: SessionHost, item: int, connection: socket.socket):
        self._host = host
        self._item = item
        self._channel = Channel(connection, answer_bounds(host.limits))
        self._ended = False

    def send(self, body: Any, blobs: Sequence[bytes], deadline: float) -> None:
        try:
            self._channel.send(body, blobs, deadline=deadline)
        except OSError:
            raise self._end() from None

    def receive(self, deadline: float) -> wire.Frame:
        channels = [self._channel, self._host.channel]
        while True:
            channel, frame = wait_for(channels, deadline=deadline, watchdog=self._host.check_memory)
            if channel is self._channel and frame is not None:
                return frame
            if channel is self._host.channel:
                raise self._ended_as_told(frame)
            raise self._end()

    def close(self) -> None:
        self._channel.close()
        if not self._ended and self._end().code is None:
            raise SessionEnded(None)

    def _end(self) -> SessionEnded:
        """Have the host end the process; tells how it ended, or would have ended by itself."""
        deadline = time.monotonic() + _HOST_ANSWER_S
        try:
            self._host.channel.send({"op": "end", "item": self._item}, deadline=deadline)
            _, frame = wait_for([self._host.channel], deadline=deadline)
        except (OSError, WaitTimeout, wire.MalformedFrame):
            frame = None
        return self._ended_as_told(frame)

    def _ended_as_told(self, frame: wire.Frame | None) -> SessionEnded:
        self._ended = True
        self._channel.close()
        if frame is None or frame.body.get("ended") != self._item:
            if not self._host.zygote_alive():
                raise InfrastructureError("the fork server died under a running child")
            return SessionEnded(None)
        if "fault" in frame.body:
            raise InfrastructureError(frame.body["fault"])
        if frame.body["changed"]:
            self._host.spoil()
        return SessionEnded(frame.body["code"])
