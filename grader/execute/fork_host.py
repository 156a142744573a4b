"""The grader's handle to a sandboxed child."""

from __future__ import annotations

import os
import select
import shutil
import socket
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from grader.execute import wire
from grader.execute.channel import Channel, WaitTimeout, wait_for
from grader.execute.fork_session import ForkSession
from grader.execute.session import OutOfMemory
from grader.execute.slots import Slot
from grader.model.errors import InfrastructureError
from grader.model.limits import MEBIBYTE, ExecutionLimits
from grader.sandbox.processes import TreeMemory, kill_tree

_CREDENTIALS = struct.Struct("3i")
# Generous: these are waits for the grader's own machinery, on machines under load.
_START_S = 30.0
_GONE_S = 5.0
# How long a child whose channel is closed may take to end by itself, which costs less than looking for its processes.
_LEAVE_S = 0.5
# Each process's own limit counts from what it inherited, and a MemoryError within it is told better than a kill.
_INHERITED_BYTES = 256 * MEBIBYTE
_BETWEEN_LOOKS_S = 0.25


class ForkHost:
    """A sandboxed child that forks a process for every session.

    `ends_as_one`: everything that it started is certain to be gone once it has ended.
    """

    def __init__(
        self,
        connection: socket.socket,
        work: Path,
        limits: ExecutionLimits,
        files: Mapping[str, bytes],
        slot: Slot,
        zygote_alive: Callable[[], bool],
        *,
        ends_as_one: bool,
    ):
        self.channel = Channel(connection, wire.OWN_FRAMES)
        self.limits = limits
        self.zygote_alive = zygote_alive
        self._work = work
        self._slot = slot
        self._ends_as_one = ends_as_one
        self._items = count(1)
        self._spoilt = False
        self._process, self._handle = 0, -1
        self._next_look = time.monotonic() + _BETWEEN_LOOKS_S
        try:
            self._process = _greeting(connection)
            self._handle = os.pidfd_open(self._process)
            self._memory = TreeMemory(self._process)
            self._expect("ready", "the sandbox could not be entered", _START_S)
            self.order({"op": "files", "paths": list(files)}, list(files.values()))
            self._expect("written", "the work folder could not be written", _START_S)
        except BaseException as error:
            self.discard()
            if isinstance(error, OSError):
                raise InfrastructureError(f"the child is gone: {error}") from error
            raise

    def open_session(self, seed: int, *, notebook: bool = False) -> ForkSession:
        ours, theirs = socket.socketpair()
        item = next(self._items)
        try:
            with theirs:
                self.channel.socket.setblocking(True)
                order = wire.pack({"op": "item", "item": item, "seed": seed})
                socket.send_fds(self.channel.socket, [order], [theirs.fileno()])
                self.channel.socket.setblocking(False)
        except OSError as error:
            ours.close()
            raise InfrastructureError(f"the child is gone: {error}") from error
        return ForkSession(self, item, ours)

    def order(self, body: Mapping[str, Any], blobs: Sequence[bytes] = ()) -> None:
        """Tell the host something. Raises OSError or WaitTimeout."""
        self.channel.send(dict(body), blobs, deadline=time.monotonic() + _START_S)

    def check_memory(self) -> float:
        """Raises OutOfMemory where the child's tree holds more than allowed. Looks no more often than it must: returns
        in how many seconds it will look again."""
        now = time.monotonic()
        if now >= self._next_look:
            allowed = self.limits.memory_bytes + _INHERITED_BYTES
            if self._memory.resident_bytes(exact_above=allowed) > allowed:
                raise OutOfMemory
            self._next_look = now + _BETWEEN_LOOKS_S
        return self._next_look - now

    def spoil(self) -> None:
        self._spoilt = True

    def pristine(self) -> bool:
        return not self._spoilt

    def usable(self) -> bool:
        return self._handle >= 0 and not _gone(self._handle, 0.0) and self.zygote_alive()

    def discard(self) -> None:
        self.channel.close()
        if self._handle >= 0:
            # The handle says whether the number still means our process.
            if not _gone(self._handle, _LEAVE_S if self._ends_as_one else 0.0):
                kill_tree(self._process)
                _gone(self._handle, _GONE_S)
            os.close(self._handle)
            self._handle = -1
        self._slot.release()
        shutil.rmtree(self._work, ignore_errors=True)

    def _expect(self, key: str, what: str, wall_s: float) -> None:
        try:
            _, frame = wait_for([self.channel], deadline=time.monotonic() + wall_s)
        except (WaitTimeout, wire.MalformedFrame) as error:
            raise InfrastructureError(f"{what}: {type(error).__name__}") from error
        if frame is None or key not in frame.body:
            reason = "the child ended" if frame is None else frame.body.get("failed", "unexpected answer")
            raise InfrastructureError(f"{what}: {reason}")


def _greeting(connection: socket.socket) -> int:
    """The process id of the child, as this process sees it: attached by the kernel, not said by the child."""
    connection.settimeout(_START_S)
    room = socket.CMSG_SPACE(_CREDENTIALS.size)
    reader = wire.FrameReader(wire.OWN_FRAMES)
    process = 0
    try:
        while missing := reader.missing():
            data, ancillary, _, _ = connection.recvmsg(missing, room)
            if not data:
                raise InfrastructureError("the child ended before it said anything")
            reader.feed(data)
            for level, kind, content in ancillary:
                if level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
                    process, _, _ = _CREDENTIALS.unpack(content[: _CREDENTIALS.size])
    finally:
        connection.setblocking(False)
    if process <= 0 or reader.next() is None:
        raise InfrastructureError("the child's process id could not be told")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
    return process


def _gone(handle: int, wall_s: float) -> bool:
    """Whether the process behind a pidfd has ended, waiting at most `wall_s`."""
    poller = select.poll()
    poller.register(handle, select.POLLIN)
    return bool(poller.poll(wall_s * 1000))
