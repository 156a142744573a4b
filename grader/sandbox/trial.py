"""Tries one isolation level for real, in forked children, and says in plain words what came of it."""

from __future__ import annotations

import errno
import json
import os
import select
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from typing import NoReturn

from grader.model.isolation import IsolationLevel, LevelFinding
from grader.model.limits import ExecutionLimits
from grader.sandbox import processes
from grader.sandbox.guarantees import ATTACKS
from grader.sandbox.levels import sandbox_for
from grader.sandbox.policy import CellPolicy, Sandbox
from grader.sandbox.syscalls import SystemCallRefused
from grader.sandbox.wall_paths import default_wall

_PATIENCE_S = 20.0
_SECRET = "a file that the child must not read"
_WALLED = (IsolationLevel.NAMESPACES, IsolationLevel.LANDLOCK)
_WORKS = {
    IsolationLevel.NAMESPACES: "own files, processes, network and names; system calls filtered; limits on resources",
    IsolationLevel.LANDLOCK: "files, network and processes refused by the kernel; limits on resources",
    IsolationLevel.LIMITS: "limits on resources only",
    IsolationLevel.NONE: "a process of its own, nothing more",
}
_NOT_ISOLATED = "not isolated: student code can do whatever the user can who runs the grader"
#: Settings that switch user namespaces off: file → (value, what to say).
_SWITCHES = {
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": (
        "1",
        "AppArmor restricts user namespaces here, as Ubuntu does since 23.10",
    ),
    "/proc/sys/kernel/unprivileged_userns_clone": ("0", "user namespaces are reserved for root here"),
    "/proc/sys/user/max_user_namespaces": ("0", "user namespaces are switched off here"),
}


def attempt(level: IsolationLevel) -> LevelFinding:
    """What trying `level` shows. Forks, so call it in a process with one thread. Raises nothing of its own accord."""
    if level is not IsolationLevel.NONE and not hasattr(os, "fork"):
        return LevelFinding(level, works=False, detail=f"{sys.platform} cannot fork processes")
    if level in _WALLED and sys.platform != "linux":
        return LevelFinding(level, works=False, detail=f"needs Linux, and this is {sys.platform}")
    if not hasattr(os, "fork"):
        return LevelFinding(level, works=True, detail=_WORKS[level], gaps=(_NOT_ISOLATED,))
    try:
        answer = _answer_of_a_child(level)
    except OSError as error:
        answer = {"error": f"the trial could not be set up: {error}"}
    if "error" in answer:
        return LevelFinding(level, works=False, detail=answer["error"])
    if level in _WALLED:
        gaps = tuple(f"does not stop: {ATTACKS[attack]} ({why})" for attack, why in answer["gaps"].items())
    else:
        gaps = (_NOT_ISOLATED,)
    return LevelFinding(level, works=True, detail=_WORKS[level], gaps=gaps)


def main() -> None:
    """Print the findings of all levels, strongest first, as one JSON list."""
    levels = sorted(IsolationLevel, key=lambda level: -level.strength)
    json.dump([asdict(attempt(level)) for level in levels], sys.stdout)


def _answer_of_a_child(level: IsolationLevel) -> dict:
    folder = os.path.realpath(tempfile.mkdtemp(prefix="isolation-trial-"))
    try:
        scratch, secret = os.path.join(folder, "scratch"), os.path.join(folder, "secret")
        os.makedirs(os.path.join(scratch, "work"))
        with open(secret, "w", encoding="utf-8") as file:
            file.write(_SECRET)
        # For root's child of another user, who has to pass on the way to its work folder.
        os.chmod(folder, 0o711)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            return _ask_child(lambda report: _wall(level, scratch, secret, port, report))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ask_child(run: Callable[[Callable[[dict], None]], NoReturn]) -> dict:
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        _report_failures(run, lambda answer: os.write(write_end, json.dumps(answer).encode()))
    os.close(write_end)
    try:
        ready, _, _ = select.select([read_end], [], [], _PATIENCE_S)
        answer = os.read(read_end, 65_536) if ready else b""
    finally:
        os.close(read_end)
        processes.kill_tree(child)
        os.waitpid(child, 0)
    if answer:
        return json.loads(answer)
    return {"error": "the trial's child died without a word" if ready else f"the trial took over {_PATIENCE_S:.0f} s"}


def _wall(level: IsolationLevel, scratch: str, secret: str, port: int, report: Callable[[dict], None]) -> NoReturn:
    work = os.path.join(scratch, "work")
    sandbox = sandbox_for(level)
    sandbox.enter_wall(default_wall(scratch=scratch))
    child = os.fork()
    if child == 0:
        _report_failures(lambda tell: _cell(sandbox, work, secret, port, tell), report)
    os.waitpid(child, 0)
    os._exit(0)


def _cell(sandbox: Sandbox, work: str, secret: str, port: int, report: Callable[[dict], None]) -> NoReturn:
    sandbox.enter_cell(CellPolicy(work=work, limits=ExecutionLimits(), slot=0))
    child = os.fork()
    if child == 0:
        _report_failures(lambda tell: _inner(sandbox, secret, port, tell), report)
    os.waitpid(child, 0)
    os._exit(0)


def _inner(sandbox: Sandbox, secret: str, port: int, report: Callable[[dict], None]) -> NoReturn:
    sandbox.enter_fork()
    with open("written", "w", encoding="utf-8") as file:
        file.write("by the child")
    if sandbox.level in _WALLED:
        for breach, tried in (("read a file outside", lambda: open(secret, "rb")), ("connect", lambda: _connect(port))):
            try:
                tried().close()
            except OSError:
                continue
            report({"error": f"every step was accepted, and yet the child could {breach}"})
            os._exit(1)
    report({"gaps": sandbox.gaps()})
    os._exit(0)


def _connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=2.0)


def _report_failures(run: Callable[[Callable[[dict], None]], NoReturn], report: Callable[[dict], None]) -> NoReturn:
    try:
        run(report)
    except SystemCallRefused as error:
        report({"error": f"{error}{_advice(error)}"})
    except Exception as error:
        report({"error": f"{error}" or type(error).__name__})
    finally:
        os._exit(1)


def _advice(error: SystemCallRefused) -> str:
    if error.code in (errno.ENOSYS, errno.EOPNOTSUPP):
        return "; this kernel lacks it, has it switched off, or a container refuses it"
    if error.code not in (errno.EPERM, errno.EACCES, errno.ENOSPC):
        return ""
    for path, (value, text) in _SWITCHES.items():
        try:
            with open(path, encoding="ascii") as file:
                if file.read().strip() == value:
                    return f"; {text}"
        except OSError:
            continue
    return "; containers often refuse it"
