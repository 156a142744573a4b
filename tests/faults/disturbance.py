"""Batches whose processes are killed at random moments, and what a batch has to keep to however it is disturbed."""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import psutil

from grader.engine import atomic_file
from tests.cli import hand_ins
from tests.cli.grade_command import Checkout

#: A call whose process was killed is made once more, and a second death is believed. So two of them keep this distance.
CHILDREN_APART_S = 3.0
#: What OUT holds for good, by the end of its name; whatever has such a name can be read at any time.
_JSON = (".json",)
_PATIENCE_S = 30.0


class Victim(Enum):
    """A process of a batch. The child is any process below a zygote."""

    BATCH = "batch"
    WORKER = "worker"
    ZYGOTE = "zygote"
    CHILD = "child"


#: How often each is chosen: what there is for a short time only more often than what is always there.
_WEIGHTS = (1, 2, 3, 4)


def class_of(folder: Path) -> Path:
    """An inbox with right, wrong, raising, self-killing, incomplete and unreadable hand-ins, each graded in no time."""
    folder.mkdir()
    additions = {
        "right": "",
        "right_too": "# another one",
        "raises": hand_ins.MISBEHAVING["raises"],
        "kills_itself": "def max_pool_forward(x, pool_param):\n    import os\n    os.kill(os.getpid(), 9)",
        "missing": "del conv_backward",
        "wrong": "right = conv_forward\ndef conv_forward(*a):\n    out, cache = right(*a)\n    return out + 1, cache",
    }
    for team, addition in additions.items():
        hand_ins.pack(folder / f"{team}.tar.gz", hand_ins.files_with(addition))
    (folder / "unreadable.zip").write_bytes(b"this was never a zip")
    return folder


def result(out: Path, team: str) -> dict[str, Any]:
    """result.json without the time that it took."""
    content = json.loads((out / "teams" / team / "result.json").read_text(encoding="utf-8"))
    content.pop("seconds", None)
    return content


def outcome(out: Path) -> dict[str, Any]:
    """All that a batch says of the teams: results, and the gradebook's text."""
    teams = {folder.name: result(out, folder.name) for folder in sorted((out / "teams").iterdir())}
    return {"teams": teams, "gradebook": (out / "gradebook.csv").read_text(encoding="utf-8")}


def leftovers(out: Path) -> list[Path]:
    return [path for path in out.rglob(".*") if path.name.startswith((atomic_file.TEMPORARY_PREFIX, ".evidence"))]


def assert_nothing_is_half_there(out: Path, whole: dict[str, Any]) -> None:
    """Every file of OUT can be read; each result equals that of `whole` or says that the grader failed, with no points."""
    for path in out.rglob("*"):
        if path.suffix in _JSON and not path.name.startswith("."):
            try:
                text = path.read_text(encoding="utf-8")
            except FileNotFoundError:  # replaced or deleted meanwhile
                continue
            json.loads(text)
    for folder in (out / "teams").glob("*"):
        if (folder / "result.json").exists():
            found = result(out, folder.name)
            if found["status"] == "grader_error":
                assert found["score"] is None, found
            else:
                assert found == whole["teams"][folder.name]


@dataclass(slots=True)
class Disturbance:
    """Starts batches over one inbox and kills their processes; `killed` counts who was."""

    checkout: Checkout
    arguments: list[object]
    out: Path
    temporary: Path
    whole: dict[str, Any]
    random: random.Random
    killed: Counter[Victim] = field(default_factory=Counter)
    longest_pause_s: float = 1.0
    batches: int = 0
    faults: int = 0
    _last_child: float = 0.0

    def until_done(self, kills: int) -> None:
        """Batch after batch on one OUT until one has graded everybody; `kills` processes die on the way."""
        before = self.killed.total()
        code = None
        while code != 0:
            code = self._one_batch(before + kills)
            self.batches += 1
            assert_nothing_is_half_there(self.out, self.whole)
        events = [json.loads(line) for line in (self.out / "log.jsonl").read_bytes().splitlines() if whole_line(line)]
        self.faults += sum(event["event"] == "grader_fault" for event in events)

    def _one_batch(self, most: int) -> int:
        process = subprocess.Popen(
            self.checkout.command("batch", *self.arguments, "-o", self.out),
            env=self.checkout.environment({"TMPDIR": str(self.temporary)}),
            cwd=self.out.parent,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        below: set[psutil.Process] = set()
        try:
            while self.killed.total() < most and process.poll() is None:
                kind = self.random.choices(list(Victim), _WEIGHTS)[0]
                if victims := self._awaited(process, kind, below):
                    self.killed[kind] += kill(self.random.choice(victims))
                    self._last_child = time.monotonic() if kind is Victim.CHILD else self._last_child
                    assert_nothing_is_half_there(self.out, self.whole)
            output, errors = process.communicate(timeout=150)
        finally:
            process.kill()
            process.wait()
        _, alive = psutil.wait_procs(below - {psutil.Process()}, timeout=_PATIENCE_S)
        assert alive == []
        assert "Traceback" not in output + errors, errors[-3000:]
        assert process.returncode in (0, 3, -9), (process.returncode, output, errors)
        return process.returncode

    def _awaited(
        self, process: subprocess.Popen[str], kind: Victim, below: set[psutil.Process]
    ) -> list[psutil.Process]:
        """The processes of a kind, a random moment after there are some; none where the batch ends before."""
        moment = time.monotonic() + self.random.uniform(0.0, self.longest_pause_s)
        if kind is Victim.CHILD:
            moment = max(moment, self._last_child + CHILDREN_APART_S)
        while True:
            found = processes(process.pid)
            below.update(*found.values())
            if found[kind] and time.monotonic() >= moment:
                return found[kind]
            try:
                process.wait(0.01)
                return []
            except subprocess.TimeoutExpired:
                continue


def processes(batch: int) -> dict[Victim, list[psutil.Process]]:
    """The living processes of the batch with this process id, by kind."""
    found: dict[Victim, list[psutil.Process]] = {kind: [] for kind in Victim}
    try:
        owner = psutil.Process(batch)
        found[Victim.BATCH].append(owner)
        children = owner.children(recursive=True)
    except psutil.NoSuchProcess:
        return found
    for process in children:
        try:
            command, above = " ".join(process.cmdline()), process.parent()
            if "multiprocessing.spawn" in command:
                found[Victim.WORKER].append(process)
            elif "execute.zygote" in command:
                forked = above is not None and "execute.zygote" in " ".join(above.cmdline())
                found[Victim.CHILD if forked else Victim.ZYGOTE].append(process)
        except psutil.Error:
            continue
    return found


def kill(process: psutil.Process) -> bool:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return False
    return True


def whole_line(line: bytes) -> bool:
    """Whether a line of the log is whole; a killed batch may leave half of one."""
    try:
        json.loads(line)
    except ValueError:
        return False
    return True
