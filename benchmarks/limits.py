"""How promptly limits bite: how long after a limit the call that breaks it has ended, and how much more it got."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.figures import rows_of_table
from grader.execute import Executor
from grader.model.isolation import IsolationLevel
from grader.model.limits import MEBIBYTE, ExecutionLimits
from grader.model.observation import CallObservation, ProbeRequest
from grader.sandbox import TreeMemory

CALL_WALL_S = 1.0
#: How often memory is looked at from here; the grader looks less often.
_LOOK_S = 0.02
_LIMITS = ExecutionLimits(
    call_wall_s=CALL_WALL_S, item_wall_s=60.0, memory_bytes=384 * MEBIBYTE, disk_bytes=32 * MEBIBYTE, processes=32
)
#: For attacks that are not about time.
_PATIENT = 30.0


@dataclass(frozen=True, slots=True)
class Attack:
    """`source` defines ``attack()``. `until_s` is when its limit is reached, seconds after the call; None: whenever it gets there."""

    name: str
    source: str
    until_s: float | None = None


@dataclass(frozen=True, slots=True)
class Bite:
    """Medians over the rounds. `ended_s` is how long the call took, `late_s` how much of it came after the limit (None where
    the limit is not one of time); `peak_bytes` what its processes held at most; `next_s` how long after its end a fresh
    process had answered the next call."""

    name: str
    outcome: str
    ended_s: float
    late_s: float | None
    peak_bytes: int
    next_s: float


_CPU = ExecutionLimits(call_wall_s=_PATIENT, item_wall_s=60.0, cpu_s=1, memory_bytes=384 * MEBIBYTE)

ATTACKS = (
    Attack("sleeps", "import time\ndef attack(): time.sleep(1000)", CALL_WALL_S),
    Attack("loops in C, ignoring every signal",
           "import signal\ndef attack():\n for n in (1, 2, 3, 10, 12, 14, 15): signal.signal(n, signal.SIG_IGN)\n"
           " sum(iter(int, 1))", CALL_WALL_S),
    Attack("forks without end",
           "import os\ndef attack():\n while True:\n  try: os.fork()\n  except OSError: pass", CALL_WALL_S),
    Attack("one large array", "import numpy as np\ndef attack(): np.ones(1 << 40)"),
    Attack("many small objects", "def attack():\n hoard = []\n while True: hoard.append([None] * 1000)"),
    Attack("memory of many processes",
           "import os, time, numpy as np\ndef attack():\n for _ in range(30):\n  if os.fork() == 0:\n"
           "   hoard = np.ones(48 << 17); time.sleep(1000)\n time.sleep(1000)"),
    Attack("fills the disk",
           "import itertools\ndef attack():\n for n in itertools.count():\n"
           "  with open(f'/tmp/{n}', 'wb') as file: file.write(bytes(1 << 20))"),
    Attack("prints 100 MB", "def attack():\n for _ in range(1000): print('x' * 99_999)"),
)  # fmt: skip
_PROCESSOR_TIME = Attack("uses up its processor time (1 s)", "def attack():\n while True: pass", 1.0)


def measure(level: IsolationLevel, rounds: int) -> list[Bite]:
    """Each attack `rounds` times, in a process of its own each time, at isolation `level`."""
    with Executor(level=level, notebooks=False) as executor:
        patient = ExecutionLimits(
            call_wall_s=_PATIENT,
            item_wall_s=2 * _PATIENT,
            memory_bytes=_LIMITS.memory_bytes,
            disk_bytes=_LIMITS.disk_bytes,
            processes=_LIMITS.processes,
        )
        bites = [
            _bite(executor, attack, _LIMITS if attack.until_s is not None else patient, rounds) for attack in ATTACKS
        ]
        return [*bites, _bite(executor, _PROCESSOR_TIME, _CPU, rounds)]


def _bite(executor: Executor, attack: Attack, limits: ExecutionLimits, rounds: int) -> Bite:
    seen = [_once(executor, attack, limits) for _ in range(rounds)]
    ended = median(call_s for _, call_s, _, _ in seen)
    late = None if attack.until_s is None else ended - attack.until_s
    peak = int(median(peak for _, _, peak, _ in seen))
    return Bite(attack.name, seen[0][0].outcome.value, ended, late, peak, median(next_s for *_, next_s in seen))


def _once(executor: Executor, attack: Attack, limits: ExecutionLimits) -> tuple[CallObservation, float, int, float]:
    files = {"Utils/layer_utils.py": f"{attack.source}\n\ndef answer(): return 1\n".encode()}
    with executor.workspace(files, limits) as workspace:
        _call(workspace.probe, "answer")
        with _Watch() as watch:
            start = time.monotonic()
            observation = _call(workspace.probe, "attack")
            ended = time.monotonic()
        answered = _call(workspace.probe, "answer")
        if answered.value != 1:
            raise RuntimeError(f"{attack.name}: the next call gave {answered}")
        return observation, ended - start, watch.peak_bytes, time.monotonic() - ended


def _call(probe: Callable[[list[ProbeRequest]], list[CallObservation]], function: str) -> CallObservation:
    arguments: Mapping[str, object] = {"module": "Utils.layer_utils", "function": function, "args": []}
    return probe([ProbeRequest("call", arguments)])[0]


class _Watch:
    """Looks how much memory this process and all below it hold, above what they held at the start."""

    def __enter__(self) -> _Watch:
        self.peak_bytes = 0
        self._memory = TreeMemory(os.getpid())
        self._before = self._memory.resident_bytes()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(_LOOK_S):
            self.peak_bytes = max(self.peak_bytes, self._memory.resident_bytes() - self._before)


def table(level: IsolationLevel, bites: Sequence[Bite]) -> str:
    """The figures as a table in Markdown."""
    head = ("what the call does", "told as", "ended after s", "after the limit s", "peak MB", "next answer after s")
    rows = [
        (bite.name, bite.outcome, f"{bite.ended_s:.2f}", "" if bite.late_s is None else f"{bite.late_s:.2f}",
         f"{bite.peak_bytes / 1e6:.0f}", f"{bite.next_s:.2f}")
        for bite in bites
    ]  # fmt: skip
    lines = [f"isolation {level.value}; limits: a call {CALL_WALL_S:g} s, memory"
             f" {_LIMITS.memory_bytes / 1e6:.0f} MB, disk {_LIMITS.disk_bytes / 1e6:.0f} MB, {_LIMITS.processes} processes",
             ""]  # fmt: skip
    return "\n".join([*lines, *rows_of_table(head, rows)])
