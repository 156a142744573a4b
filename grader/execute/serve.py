"""The loop in the process that runs a student's code: takes requests off its socket and answers each with a frame.

Three kinds of request: ``call`` runs one probe, ``notebook`` runs cells and answers once for each, ``replay`` runs a
notebook's definitions and answers before each. Calls that follow meet the notebook's names. The loop ends, and the
process with it, when the grader closes the socket.
"""

from __future__ import annotations

import errno
import os
import random
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from types import ModuleType
from typing import Any

import numpy as np

from grader.dialects.tf1.graph_seeds import reseed_graphs
from grader.dialects.tf1.in_use import is_in_use
from grader.execute import wire
from grader.execute.capture import DescriptorPipe, HeadAndTail, TextSink
from grader.execute.exit_codes import CHANNEL_LOST
from grader.execute.replay import replay
from grader.execute.session_recorder import SessionRecorder
from grader.execute.tracebacks import student_error
from grader.execute.training_recorder import TrainingRecorder
from grader.execute.values import Decoder, Encoder, ValueBounds
from grader.model.observation import StudentError
from grader.model.status import CallOutcome
from grader.probes import probe_named
from grader.probes.frameworks import ForbiddenFrameworkError, forget_uses, used_frameworks
from grader.probes.lookup import FunctionMissing, ModuleNotImported
from grader.probes.namespace import namespace

# Captured: a student's module may put something else under these names.
_exit, _getpid, _clock = os._exit, os.getpid, time.perf_counter
_seed_random, _seed_numpy = random.seed, np.random.seed

#: Probes of networks that are there already. Resetting TensorFlow's generators also makes it forget every function and kernel
#: made ready so far, which takes longer than most of these calls; what a network draws follows from the calls before.
_KEPT_READY = frozenset({"names", "graph", "logits", "assign", "run_model", "visualisation"})

#: Runs a notebook: the request's body, and a function that sends one answer.
NotebookRunner = Callable[[Mapping[str, Any], Callable[[Any], None]], None]


def serve(connection: socket.socket, seed: int, bounds: ValueBounds, run_notebook: NotebookRunner | None) -> None:
    """Answer requests until the socket is closed; never returns. The current directory is the work folder."""
    work = os.getcwd()
    sys.path.insert(0, work)
    process = _getpid()
    descriptors = DescriptorPipe()
    _hide_own_modules()
    reseed(seed)
    code = 0

    sending = Lock()

    def answer(body: Any) -> None:
        if _getpid() != process:
            _exit(0)
        with sending:
            wire.send(connection, body)

    def tell(body: Any) -> None:
        if _getpid() == process:
            with sending:
                wire.send(connection, body)

    try:
        while (request := wire.receive(connection)) is not None:
            if request.body["op"] == "call":
                reseed(seed, frameworks=request.body["probe"] not in _KEPT_READY)
                try:
                    body, blobs = _call(request, bounds, work, descriptors)
                except MemoryError:  # what was left did not suffice to send the result
                    body, blobs = _answer(request.body["number"], CallOutcome.MEMORY), []
                if _getpid() != process:  # the student forked and came back twice: only the first one answers
                    _exit(0)
                wire.send(connection, body, blobs)
            elif request.body["op"] == "replay":
                with _captured(HeadAndTail()):
                    replay(request.body, work, answer)
                descriptors.drain()
            elif run_notebook is not None:
                recorder = (SessionRecorder if is_in_use() else TrainingRecorder)(tell, namespace)
                recorder.install()

                def settle_and_answer(body: Any, recorder: TrainingRecorder | SessionRecorder = recorder) -> None:
                    recorder.settle()
                    answer(body)

                order = {**request.body, "work": work, "seed": seed, "drain": descriptors.drain}
                run_notebook(order, settle_and_answer)
                recorder.stop()
    except BaseException:  # the student closed or spoiled the socket, or raised in between by a signal handler
        code = CHANNEL_LOST
    _exit(code)


def reseed(seed: int, frameworks: bool = True) -> None:
    """Give all global generators a state that no earlier call can have touched; with `frameworks` TensorFlow's too, where
    it is imported. `seed` < 2**32.
    """
    keras = sys.modules.get("keras") if frameworks else None
    # Not a stand-in, of which any use is remembered.
    if isinstance(getattr(keras, "__file__", None), str):
        try:
            keras.utils.set_random_seed(seed)  # type: ignore[union-attr]
        except Exception:  # half imported, or changed by the student
            pass
    if frameworks:
        reseed_graphs(seed)
    _seed_random(seed)
    _seed_numpy(seed)


_hidden: list[ModuleType | None] = []


@lru_cache
def own_modules() -> tuple[str, ...]:
    """Names under which the grader's own modules are imported.

    Asked for before the fork already: looking through all modules there writes to every page that holds a name.
    """
    return tuple(name for name in sys.modules if name == "grader" or name.startswith("grader."))


def _hide_own_modules() -> None:
    # A student's own grader.py must import as theirs; ours has been imported as far as it is needed. Ours are not let
    # go of: taking them apart would cost more than they hold.
    _hidden.extend(sys.modules.pop(name, None) for name in own_modules())


@contextmanager
def _captured(printed: HeadAndTail) -> Iterator[None]:
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = TextSink("stdout", printed.add), TextSink("stderr", printed.add)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams


def _call(
    request: wire.Frame, bounds: ValueBounds, work: str, descriptors: DescriptorPipe
) -> tuple[dict[str, Any], list[bytes]]:
    arguments = Decoder(request.blobs, ValueBounds(array_bytes=sys.maxsize)).decode(request.body["arguments"])
    probe = probe_named(request.body["probe"])
    printed = HeadAndTail()
    outcome, value, error, detail = CallOutcome.RETURNED, None, None, ""
    with _captured(printed):
        forget_uses()
        start = _clock()
        try:
            value = probe(arguments)
        except BaseException as raised:
            outcome, error, detail = _outcome_of(raised, work)
        seconds = _clock() - start
    if used := used_frameworks():
        outcome, value, detail = CallOutcome.FORBIDDEN, None, used[0]
    printed.add("stdout", descriptors.drain())
    encoder = Encoder(bounds)
    encoded = encoder.encode(value)
    # Arguments have bounds of their own, so that a large result does not hide an in-place change.
    after = Encoder(bounds, encoder.blobs)
    encoded_arguments = {name: after.encode(argument) for name, argument in arguments.items()}
    body = _answer(request.body["number"], outcome) | {
        "value": encoded,
        "arguments": encoded_arguments,
        "seconds": seconds,
        "error": None if error is None else [error.type, error.message, list(error.frames)],
        "output": printed.text(),
        "detail": detail,
    }
    return body, encoder.blobs


def _answer(number: int, outcome: CallOutcome) -> dict[str, Any]:
    return {
        "reply": number,
        "outcome": str(outcome),
        "value": None,
        "arguments": {},
        "seconds": 0.0,
        "error": None,
        "output": "",
        "detail": "",
    }


def _type_of(raised: BaseException) -> str:
    kind = type(raised)
    return f"{kind.__module__}.{kind.__qualname__}"


def _outcome_of(raised: BaseException, work: str) -> tuple[CallOutcome, StudentError | None, str]:
    if isinstance(raised, ModuleNotImported):
        return CallOutcome.MISSING, student_error(raised.cause, work), "import"
    if isinstance(raised, FunctionMissing):
        return CallOutcome.MISSING, None, raised.function
    error = student_error(raised, work)
    if isinstance(raised, ForbiddenFrameworkError):
        return CallOutcome.FORBIDDEN, error, error.message
    if (
        isinstance(raised, MemoryError)
        or (isinstance(raised, OSError) and raised.errno == errno.ENOMEM)
        or _type_of(raised) == "tensorflow.python.framework.errors_impl.ResourceExhaustedError"
    ):
        return CallOutcome.MEMORY, error, ""
    if isinstance(raised, SystemExit):
        return CallOutcome.EXITED, error, "sys.exit"
    return CallOutcome.RAISED, error, ""
