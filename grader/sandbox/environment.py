"""The environment variables and folders that student code finds itself in."""

from __future__ import annotations

import ctypes
import os
import sys

from grader.sandbox.syscalls import libc_call, step

_USER = "student"
#: Variables that a child keeps, by exact name or by prefix: how libraries behave, and nothing about the machine.
_KEPT = frozenset({"LANG", "LANGUAGE", "TZ", "TERM", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "PYTHONIOENCODING"})
_KEPT_PREFIXES = ("LC_", "OMP_", "OPENBLAS_", "MKL_", "NUMEXPR_", "TF_", "KERAS_", "MPL", "CUDA_VISIBLE", "XLA_")
_PATH = "/usr/local/bin:/usr/bin:/bin"


def clear_environment() -> None:
    """Forget every variable but the kept ones, and wipe the block that the process was started with.

    /proc/<pid>/environ shows that block, whatever was unset since. Only on Linux, and before /proc is out of reach.
    """
    kept = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith(_KEPT_PREFIXES)}
    os.environ.clear()
    if sys.platform == "linux":
        # Also those that a library set by itself, of which Python does not know.
        libc_call("clearenv")
    _wipe_start_block()
    os.environ.update(kept | {"PATH": _PATH, "USER": _USER, "LOGNAME": _USER})


def settle(work: str, home: str, temporary: str) -> None:
    """Make `work` the current folder, and point HOME and TMPDIR to folders, which are made where they are missing."""
    for folder in (home, temporary):
        with step("making a folder for the child"):
            os.makedirs(folder, mode=0o700, exist_ok=True)
    with step("entering the work folder"):
        os.chdir(work)
    os.environ.update(HOME=home, TMPDIR=temporary, PWD=work)
    # The module remembers the first folder it found, which may be one from before the sandbox.
    if "tempfile" in sys.modules:
        sys.modules["tempfile"].tempdir = None


def _wipe_start_block() -> None:
    try:
        with open("/proc/self/stat", "rb") as file:
            # The command's name, in parentheses, may hold spaces; the fields after it are numbered from 3.
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return
    start, end = int(fields[50 - 3]), int(fields[51 - 3])
    if 0 < start < end:
        ctypes.memset(start, 0, end - start)
