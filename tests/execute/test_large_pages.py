"""Memory in large pages holds what it held, and forks have their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.execute.large_pages import _own_memory

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import json, os, re
from grader.execute import large_pages
def large():
    with open("/proc/self/smaps_rollup") as file:
        return int(re.search(r"AnonHugePages:\\s+(\\d+)", file.read())[1]) * 1024
held = bytearray(os.urandom(16 << 20))
copy = bytes(held)
before, gathered, after = large(), large_pages.gather(), large()
if os.fork() == 0:
    held[:] = bytes(len(held))
    os._exit(0 if held.count(0) == len(held) else 1)
code = os.waitstatus_to_exitcode(os.wait()[1])
print(json.dumps([before, gathered, after, code, held == copy]))
"""


def test_only_memory_of_its_own_is_gathered() -> None:
    assert _own_memory("00400000-00a00000 rw-p 00000000 00:00 0      [heap]\n") == (0x400000, 0xA00000)
    assert _own_memory("00500000-00b00000 rw-p 00000000 00:00 0 \n") == (0x600000, 0xA00000)
    for left_alone in (
        "00400000-00a00000 r--p 00000000 00:00 0 \n",
        "00400000-00a00000 rw-s 00000000 00:00 0 \n",
        "00400000-00a00000 rw-p 00000000 fe:00 1234    /usr/lib/libtensorflow.so\n",
        "00400000-00a00000 rw-p 00000000 00:00 0      [stack]\n",
        "00500000-006ff000 rw-p 00000000 00:00 0 \n",
    ):
        assert _own_memory(left_alone) is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has large pages of this kind")
def test_contents_stay_and_a_fork_writes_to_its_own() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    before, gathered, after, code, same = json.loads(ended.stdout)
    assert (code, same) == (0, True)
    if not gathered:
        pytest.skip("this kernel does not gather pages on request (Linux 6.1 and later do)")
    assert gathered >= 12 << 20
    assert after - before >= 12 << 20
