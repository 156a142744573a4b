"""One batch over hostile hand-ins at an isolation level of choice, and what it left behind on the machine."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.model.isolation import IsolationLevel
from grader.sandbox import descendants
from tests.cli.grade_command import Checkout

_PR_SET_CHILD_SUBREAPER = 36
#: A command takes the strongest level that works; here that is looked for from `level` downwards.
_PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from grader.engine import run_setup
from grader.model.isolation import IsolationLevel, IsolationReport
wanted, report = IsolationLevel(sys.argv[2]), run_setup.survey()
weaker = tuple(finding for finding in report.findings if finding.level.strength <= wanted.strength)
run_setup.survey = lambda: IsolationReport(weaker)
from grader.cli.main import main
sys.exit(main(["batch", *sys.argv[3:], "--isolation", wanted.value]))
"""
#: Told to the grader by its environment, and to nobody else.
SALT = "salt-that-nobody-may-see"
_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Ended:
    """A finished batch: OUT, what the command said, and what it left behind, in words (nothing, as it should be)."""

    out: Path
    said: subprocess.CompletedProcess[str]
    left_behind: tuple[str, ...]

    def result(self, team: str) -> dict[str, Any]:
        """`result.json`, read strictly: JSON knows neither NaN nor infinity."""
        text = (self.out / "teams" / team / "result.json").read_text(encoding="utf-8")
        return json.loads(text, parse_constant=_refuse)

    def evidence(self, team: str) -> dict[str, Any]:
        text = (self.out / "teams" / team / "evidence" / "evidence.json").read_text(encoding="utf-8")
        return json.loads(text, parse_constant=_refuse)

    def faults(self) -> list[str]:
        """Submissions that the grader itself failed on, and attempts that it repeated."""
        events = [json.loads(line) for line in (self.out / "log.jsonl").read_text(encoding="utf-8").splitlines()]
        return [f"{event['team']}: {event['reason']}" for event in events if event["event"] == "grader_fault"]


def run(
    checkout: Checkout,
    folder: Path,
    inbox: Path,
    rubric: Path,
    level: IsolationLevel,
    *options: str,
    jobs: int = 1,
    patience_s: float = 170.0,
) -> Ended:
    """Grades `inbox` into ``folder/OUT``. Temporary files go to an empty folder of their own."""
    temporary = folder / "tmp"
    temporary.mkdir()
    # Children may run as another user, who has to reach their work folders.
    temporary.chmod(0o1777)
    out = folder / "OUT"
    arguments = [inbox, "-o", out, "--rubric", rubric, "--jobs", jobs, *options]
    command = [sys.executable, "-c", _PROGRAM, checkout.path, level.value, *arguments]
    environment = checkout.environment({"TMPDIR": str(temporary), "GRADER_SALT": SALT})
    before = _machine()
    _adopt_orphans(True)
    try:
        mine = set(descendants(os.getpid()))
        said = subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            env=environment,
            text=True,
            capture_output=True,
            timeout=patience_s,
        )
        left = _processes_left(mine)
    finally:
        _adopt_orphans(False)
    left += [f"file {path.relative_to(temporary)}" for path in temporary.rglob("*")]
    left += _left_on_machine(before)
    return Ended(out, said, tuple(left))


def places(folder: Path, checkout: Checkout) -> dict[str, str]:
    """What hostile code names in capitals: where things are that it must not reach. `folder` is that of `run`."""
    return {
        "CHECKOUT": str(checkout.path),
        "OUT": str(folder / "OUT"),
        "INBOX": str(folder / "inbox"),
        "CONFIGURATION": str(checkout.configuration),
        "MARK": str(folder / "mark"),
    }


def _refuse(constant: str) -> None:
    raise ValueError(f"not strict JSON: {constant}")


def _adopt_orphans(on: bool) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(on), 0, 0, 0)


def _processes_left(mine: set[int]) -> list[str]:
    """Processes below this one that are not in `mine`, after they had time to be gone; zombies are reaped."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        found = {process: _command_line(process) for process in set(descendants(os.getpid())) - mine}
        living = {process: line for process, line in found.items() if line}
        for process in found.keys() - living.keys():
            try:
                os.waitpid(process, os.WNOHANG)
            except ChildProcessError:
                pass
        if not living or time.monotonic() > deadline:
            return [f"process {process}: {line}" for process, line in living.items()]
        time.sleep(0.02)


def _left_on_machine(before: Mapping[str, set[str]]) -> list[str]:
    """What is there now and was not `before`, and does not go either: others use this machine too."""
    deadline = time.monotonic() + _PATIENCE_S
    left = {kind: entries - before[kind] for kind, entries in _machine().items()}
    while any(left.values()) and time.monotonic() < deadline:
        time.sleep(0.1)
        left = {kind: entries & left[kind] for kind, entries in _machine().items()}
    return [f"{kind}: {entry}" for kind, entries in left.items() for entry in sorted(entries)]


def _command_line(process: int) -> str:
    """Empty for what has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


def _machine() -> Mapping[str, set[str]]:
    """What outlives processes where somebody forgets it: mounts, shared memory."""
    shared = Path("/dev/shm")
    named = os.listdir(shared) if shared.is_dir() else []
    return {
        "mount": {line.split()[4] for line in _lines("/proc/self/mountinfo")},
        # Locks of multiprocessing have a name for a moment, other programs' too.
        "shared memory": {name for name in named if not name.startswith("sem.mp-")},
        "shared segment": {line.split()[1] for line in _lines("/proc/sysvipc/shm")[1:]},
    }


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []
