"""Tries one isolation level on a machine that refuses something, and prints the finding as JSON. Standard library only.

Usage: refusals.py LEVEL REFUSAL. The kernel itself refuses where a filter can make it; else a replaced call does.
"""

from __future__ import annotations

import builtins
import dataclasses
import errno
import json
import os
import platform
import sys
import sysconfig
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from grader.model.isolation import IsolationLevel  # noqa: E402
from grader.sandbox import credentials, landlock, processes, seccomp, syscalls, trial  # noqa: E402


def by_the_kernel(*names: str) -> None:
    """As in a container, or where a security module restricts user namespaces."""
    credentials.forbid_new_privileges()
    rules = [seccomp.Rule(name, code=errno.EPERM) for name in names]
    seccomp.install(seccomp.program(rules, platform.machine()))


def by_replacing(function: str, first_argument: int, code: int) -> None:
    original = syscalls.libc_call

    def refusing(name: str, *arguments: object) -> int:
        if name == function and getattr(arguments[0], "value", arguments[0]) == first_argument:
            return -code
        return original(name, *arguments)

    syscalls.libc_call = refusing


def pretend_version(version: int) -> None:
    landlock.version = lambda: version


def pretend_platform(name: str) -> None:
    # It reads a file named after the platform, of which there is only one for ours.
    sysconfig.get_paths()
    sys.platform = name
    syscalls.libc_call = None
    del os.pidfd_open
    processes._PROC = "/nowhere"
    builtins.open = without_proc(builtins.open)
    os.listdir = without_proc(os.listdir)


def without_proc(function):
    def refusing(path, *arguments, **options):
        if str(path).startswith("/proc"):
            raise FileNotFoundError(errno.ENOENT, "no /proc", path)
        return function(path, *arguments, **options)

    return refusing


def without_fork() -> None:
    del os.fork
    pretend_platform("win32")


REFUSALS = {
    "nothing": lambda: None,
    "unshare": lambda: by_the_kernel("unshare"),
    "mount": lambda: by_the_kernel("mount"),
    "pivot_root": lambda: by_the_kernel("pivot_root"),
    "no-landlock": lambda: by_replacing("syscall", 444, errno.ENOSYS),
    "landlock-off": lambda: by_replacing("syscall", 444, errno.EOPNOTSUPP),
    "no-filter": lambda: by_replacing("prctl", syscalls.PR_SET_SECCOMP, errno.EINVAL),
    "unknown-processor": lambda: setattr(platform, "machine", lambda: "riscv64"),
    "macos": lambda: pretend_platform("darwin"),
    "no-fork": without_fork,
    **{f"landlock-{version}": lambda version=version: pretend_version(version) for version in range(1, 6)},
}

if __name__ == "__main__":
    REFUSALS[sys.argv[2]]()
    print(json.dumps(dataclasses.asdict(trial.attempt(IsolationLevel(sys.argv[1])))))
