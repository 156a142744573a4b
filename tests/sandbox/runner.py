"""Runs attacks (or chores) in sandboxes of one level and prints what came of each, as JSON. Standard library only.

Usage: runner.py LEVEL FOLDER NAME…, with the grader's package beside this file, started with MARKER in its environment.
Three processes: this one stays outside and looks; a second enters the wall; each cell is forked from that one.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import attacks_on_limits
import attacks_on_others
import chores
from attempt import Succeeded
from outside import Outside

from grader.model.isolation import IsolationLevel
from grader.model.limits import MEBIBYTE, ExecutionLimits
from grader.sandbox import CellPolicy, default_wall, kill_tree, sandbox_for, trial

LIMITS = ExecutionLimits(
    cpu_s=20,
    memory_bytes=256 * MEBIBYTE,
    processes=16,
    disk_bytes=12 * MEBIBYTE,
    file_bytes=4 * MEBIBYTE,
    open_files=64,
)
BEYOND = {
    "many_processes": 120,
    "much_memory": 1024 * MEBIBYTE,
    "much_disk": 24 * MEBIBYTE,
    "many_files": 300,
    "file_bytes": LIMITS.file_bytes,
}
PATIENCE_S = 20.0
ACTS = (attacks_on_others, attacks_on_limits, chores)
WALLED = (IsolationLevel.NAMESPACES, IsolationLevel.LANDLOCK)


def main(level: IsolationLevel, folder: Path, names: list[str]) -> None:
    finding = trial.attempt(level)
    print(json.dumps({"works": finding.works, "detail": finding.detail}))
    if not finding.works:
        return
    outside = Outside(folder, os.environ["MARKER"])
    scratch = folder / "scratch"
    (scratch / "another-child").mkdir(parents=True)
    (scratch / "another-child" / "notebook.txt").write_text("somebody else's work")
    conversation, inner = socket.socketpair()
    wall = os.fork()
    if wall == 0:
        conversation.close()
        try:
            behind_wall(level, outside, scratch, inner.makefile("rw"))
        except Exception as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
        os._exit(1)
    inner.close()
    stream = conversation.makefile("rw")
    try:
        gaps = json.loads(stream.readline())
        print(json.dumps({"gaps": gaps}))
        for name in names:
            stream.write(f"{name}\n")
            stream.flush()
            outcome, detail = json.loads(stream.readline())
            damage = outside.damage()
            if damage and outcome == "stopped":
                outcome, detail = "succeeded", damage
            print(json.dumps({"name": name, "outcome": outcome, "detail": detail}), flush=True)
    finally:
        stream.close()
        conversation.close()
        kill_tree(wall)
        os.waitpid(wall, 0)
        outside.close()


def behind_wall(level: IsolationLevel, outside: Outside, scratch: Path, stream) -> None:
    scene = SimpleNamespace(
        **outside.scene(), **BEYOND, repository=str(Path(__file__).parent), runner=os.getpid(), scratch=str(scratch)
    )
    signals: list[int] = []
    signal.signal(signal.SIGWINCH, lambda number, frame: signals.append(number))
    sandbox = sandbox_for(level)
    wall = default_wall(
        extra_readable=[scene.readable], extra_hidden=[scene.hidden, scene.hidden_file], scratch=scene.scratch
    )
    sandbox.enter_wall(wall)
    stream.write(json.dumps(sandbox.gaps()) + "\n")
    stream.flush()
    for slot, line in enumerate(stream):
        name = line.strip()
        if name.startswith("wall:"):
            answer = judged(lambda name=name: getattr(chores, name.removeprefix("wall:"))(scene))
        else:
            answer = in_cell(sandbox, level, scene, name, slot % 20)
        if signals and answer[0] == "stopped":
            answer = ("succeeded", "a signal reached the process behind the wall")
        signals.clear()
        stream.write(json.dumps(answer) + "\n")
        stream.flush()


def in_cell(sandbox, level: IsolationLevel, scene: SimpleNamespace, name: str, slot: int) -> tuple[str, str]:
    work = "/work" if level is IsolationLevel.NAMESPACES else f"{scene.scratch}/{name}"
    if level is not IsolationLevel.NAMESPACES:
        os.mkdir(work, 0o700)
    answer_read, answer_write = os.pipe()
    life_read, scene.life = os.pipe()
    scene.release, release_write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(release_write)
        try:
            sandbox.enter_cell(CellPolicy(work=work, limits=LIMITS, slot=slot))
            scene.supervisor = os.getppid()
            inner = os.fork()
            if inner == 0:
                os.setsid()
                sandbox.enter_fork()
                act = next(getattr(module, name) for module in ACTS if hasattr(module, name))
                os.write(answer_write, json.dumps(judged(lambda: act(scene))).encode())
                os._exit(0)
            _, status = os.waitpid(inner, 0)
            if status:
                os.write(answer_write, json.dumps(("died", str(os.waitstatus_to_exitcode(status)))).encode())
        except BaseException as error:
            os.write(answer_write, json.dumps(("broken", f"not entered: {type(error).__name__}: {error}")).encode())
        os._exit(0)
    for descriptor in (answer_write, scene.life, scene.release):
        os.close(descriptor)
    try:
        ready, _, _ = select.select([answer_read], [], [], PATIENCE_S)
        text = os.read(answer_read, 65_536).decode() if ready else ""
        if not ready:
            kill_tree(child)
        _, status = os.waitpid(child, 0)
        answer = json.loads(text) if text else ("died", str(os.waitstatus_to_exitcode(status)))
        if not closes(life_read, patience_s=2.0 if level in WALLED else 0.2):
            answer = ("succeeded", "a process is left behind")
        return tuple(answer)
    finally:
        for descriptor in (answer_read, life_read, release_write):
            os.close(descriptor)


def judged(act) -> tuple[str, str]:
    try:
        act()
    except Succeeded as success:
        return "succeeded", str(success)[:300]
    except (OSError, MemoryError) as refusal:
        return "stopped", f"{type(refusal).__name__}: {refusal}"[:300]
    except BaseException as error:
        return "broken", f"{type(error).__name__}: {error}"[:300]
    return "stopped", "nothing came of it"


def closes(descriptor: int, patience_s: float) -> bool:
    """Whether the last writer of a pipe lets go of it soon."""
    ready, _, _ = select.select([descriptor], [], [], patience_s)
    return bool(ready)


if __name__ == "__main__":
    main(IsolationLevel(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
