"""What a command costs with all that it starts, also what outlives it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.assignments import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the benchmarks read /proc")

#: In a process of its own: what measures waits for every child, so for the tests' own too.
MEASURE = """
import dataclasses, json, sys
from pathlib import Path
from benchmarks import process_tree
usage = process_tree.run([sys.executable, "-c", sys.argv[1]], log=Path(sys.argv[2]), interval_s=0.02)
print(json.dumps(dataclasses.asdict(usage)))
"""
BURN = "import time\nwhile time.process_time() < 0.4: pass\n"
ORPHAN = f"""
import os, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        exec({BURN!r})
    os._exit(0)
os._exit(3)
"""


@pytest.fixture
def run(tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    def run(program: str) -> dict[str, Any]:
        command = [sys.executable, "-c", MEASURE, program, str(tmp_path / "log.txt")]
        return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)

    return run


def test_time_of_an_orphan_is_counted(run: Callable[[str], dict[str, Any]]) -> None:
    usage = run(ORPHAN)
    assert usage["exit_code"] == 3
    assert usage["cpu_s"] >= 0.4


def test_memory_and_time_are_sampled_while_it_runs(run: Callable[[str], dict[str, Any]]) -> None:
    usage = run("held = b'x' * (64 << 20)\n" + BURN)
    assert usage["peak_bytes"] > 64 << 20
    spent = [sample["cpu_s"] for sample in usage["samples"]]
    assert spent and spent == sorted(spent)


def test_the_tree_stands_still_at_a_stop(tmp_path: Path) -> None:
    # Two processes that count as fast as they can, one the other's child; the program ends with what they reached.
    program = (
        "import os, time\nend = time.monotonic() + 1.5\nos.fork()\n"
        "while time.monotonic() < end: time.sleep(0.001); open(f'{os.getpid()}', 'a').write('.')\n"
    )
    measure = f"""
import json, os, sys, time
from pathlib import Path
from benchmarks import process_tree
os.chdir(sys.argv[1])
def sizes(): return {{name: os.path.getsize(name) for name in os.listdir() if name.isdigit()}}
seen = []
def due(): return not seen and len(sizes()) == 2
def meanwhile():
    before = sizes(); time.sleep(0.3); seen.extend([before, sizes()])
stops = process_tree.Stops(due, meanwhile)
process_tree.run([sys.executable, "-c", {program!r}], log=Path("log.txt"), interval_s=0.02, stops=stops)
print(json.dumps([seen, sizes(), stops.marks, stops.seconds]))
"""
    ended = subprocess.run(
        [sys.executable, "-c", measure, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    (before, after), at_the_end, marks, seconds = json.loads(ended.stdout)
    assert before == after
    assert all(at_the_end[name] > size for name, size in after.items())
    assert len(marks) == 1 and seconds >= 0.3


def test_what_the_command_says_is_logged(run: Callable[[str], dict[str, Any]], tmp_path: Path) -> None:
    run("print('said')")
    assert (tmp_path / "log.txt").read_text() == "said\n"
