"""One item's probe requests: asks, waits, and names how each call ended. Runs in the grader."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from typing import Protocol

from grader.execute.channel import WaitTimeout
from grader.execute.exit_codes import CHANNEL_LOST, KERNEL_DIED
from grader.execute.replies import call_observation
from grader.execute.session import Host, OutOfMemory, Session, SessionEnded
from grader.execute.values import Encoder, ValueBounds
from grader.execute.wire import MalformedFrame
from grader.model.errors import InfrastructureError
from grader.model.limits import ExecutionLimits
from grader.model.observation import CallObservation, ProbeRequest
from grader.model.status import CallOutcome

# What a request may hold: ours, so only a guard against mistakes.
_REQUEST_BOUNDS = ValueBounds(array_bytes=1 << 32)
_CPU_SIGNALS = frozenset(-getattr(signal, name) for name in ("SIGXCPU",) if hasattr(signal, name))
_KILLED = -getattr(signal, "SIGKILL", 9)
#: So many calls of an item are asked again because their process was killed. Code that kills itself is asked once more
#: and then believed.
_MOST_REPEATS = 3


class SessionSource(Protocol):
    """Where calls get the process that they are made in."""

    def session(self) -> Session:
        """The process to ask; a fresh one where the last one is gone. Raises NoSession or InfrastructureError."""

    def kill(self) -> None:
        """End the process, which did not answer as it should."""

    def ended(self, code: int | None) -> None:
        """The process has ended by itself; `code` as in `SessionEnded`."""


class NoSession(Exception):
    """No process can be had in which a call would mean anything; the text says why."""


class HostSource(Protocol):
    """Where the item gets its processes from."""

    def probe_host(self) -> Host:
        """A living host."""

    def discard_probe_host(self) -> None:
        """Kill the host; the next `probe_host` is a fresh one."""


def probe_item(
    source: HostSource, requests: Sequence[ProbeRequest], limits: ExecutionLimits, seed: int
) -> list[CallObservation]:
    """One observation a request, in order. After a call that ended its process the rest goes on in a fresh one.

    Raises InfrastructureError where the grader's own machinery failed.
    """
    item = _ItemSession(source, seed)
    try:
        return ask_all(item, requests, limits)
    finally:
        item.end()


def ask_all(source: SessionSource, requests: Sequence[ProbeRequest], limits: ExecutionLimits) -> list[CallObservation]:
    """One observation a request, in order, all within the time of an item. Raises InfrastructureError."""
    calls = _Calls(source, limits)
    return [calls.ask(number, request) for number, request in enumerate(requests)]


class _Calls:
    """The calls of one item, which share its time."""

    def __init__(self, source: SessionSource, limits: ExecutionLimits):
        self._source = source
        self._limits = limits
        self._deadline = time.monotonic() + limits.item_wall_s
        self._repeats_left = _MOST_REPEATS
        self._code: int | None = 0

    def ask(self, number: int, request: ProbeRequest) -> CallObservation:
        """The call's observation; of a repeated one where the process may have been killed from outside."""
        observation = self._once(number, request)
        if self._repeats_left == 0 or not self._may_be_no_fault_of_the_call(observation):
            return observation
        self._repeats_left -= 1
        self._deadline += observation.seconds
        again = self._once(number, request)
        if self._may_be_no_fault_of_the_call(again):
            self._repeats_left = 0
            if self._code is None:  # it went with its runner, which says less than what ended it before
                return observation
        return again

    def _may_be_no_fault_of_the_call(self, observation: CallObservation) -> bool:
        return observation.outcome is CallOutcome.DIED and may_be_killed_from_outside(self._code)

    def _once(self, number: int, request: ProbeRequest) -> CallObservation:
        start = time.monotonic()
        if start >= self._deadline:
            return CallObservation(CallOutcome.NOT_RUN)
        encoder = Encoder(_REQUEST_BOUNDS)
        arguments = encoder.encode(dict(request.arguments))["d"]
        # Mirrors the decoder on the other side, which is given a dict as a whole.
        body = {"op": "call", "number": number, "probe": request.probe, "arguments": {"d": arguments}}
        try:
            session = self._source.session()
            # A process's start is not the student's time.
            self._deadline += time.monotonic() - start
        except NoSession as reason:
            return CallObservation(CallOutcome.NOT_RUN, detail=str(reason))
        call_deadline = time.monotonic() + self._limits.call_wall_s
        deadline = min(call_deadline, self._deadline)
        start = time.monotonic()
        try:
            session.send(body, encoder.blobs, deadline)
            frame = session.receive(deadline)
            return call_observation(frame, number, self._limits, time.monotonic() - start)
        except WaitTimeout:
            self._source.kill()
            if number > 0 and call_deadline > self._deadline:
                return CallObservation(CallOutcome.NOT_RUN, detail="cut short: the item's time was used up")
            return CallObservation(CallOutcome.TIMED_OUT, seconds=time.monotonic() - start)
        except OutOfMemory:
            self._source.kill()
            return CallObservation(CallOutcome.MEMORY, seconds=time.monotonic() - start)
        except MalformedFrame as error:
            self._source.kill()
            return CallObservation(CallOutcome.MALFORMED, seconds=time.monotonic() - start, detail=str(error))
        except SessionEnded as ended:
            self._source.ended(ended.code)
            self._code = ended.code
            outcome, detail = how_it_ended(ended.code)
            return CallObservation(outcome, seconds=time.monotonic() - start, detail=detail)


class _ItemSession:
    """A process that has run nothing but this item's calls."""

    def __init__(self, source: HostSource, seed: int):
        self._source = source
        self._seed = seed
        self._session: Session | None = None

    def end(self) -> None:
        if self._session is not None:
            try:
                self._session.close()
            except SessionEnded:  # the host could not clean up after it
                self._source.discard_probe_host()
            self._session = None

    def session(self) -> Session:
        if self._session is None:
            try:
                self._session = self._source.probe_host().open_session(self._seed)
            except InfrastructureError:
                # The host may have been killed by what an earlier call left behind: one fresh one is due.
                self._source.discard_probe_host()
                self._session = self._source.probe_host().open_session(self._seed)
        return self._session

    def kill(self) -> None:
        self._source.discard_probe_host()
        self._session = None

    def ended(self, code: int | None) -> None:
        self._session = None
        if code is None:
            self._source.discard_probe_host()


def how_it_ended(code: int | None) -> tuple[CallOutcome, str]:
    """The outcome of a call whose process is gone, from its exit code (negative: a signal; None: unknown)."""
    if code is None:
        return CallOutcome.DIED, "killed together with its runner"
    if code in _CPU_SIGNALS:
        return CallOutcome.TIMED_OUT, "used up its processor time"
    if code < 0:
        return CallOutcome.DIED, _signal_name(-code)
    if code == KERNEL_DIED:
        return CallOutcome.DIED, "the kernel died"
    if code == CHANNEL_LOST:
        return CallOutcome.MALFORMED, "closed or spoiled the socket of its answer"
    return CallOutcome.EXITED, f"exit code {code}"


def may_be_killed_from_outside(code: int | None) -> bool:
    """Whether somebody else may have ended the process, from its exit code as in `how_it_ended`.

    A kernel that is short of memory kills whom it likes, and so does whoever tidies up the machine. What a process did
    to itself in the same way cannot be told from that by looking once.
    """
    return code is None or code in (_KILLED, KERNEL_DIED)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
