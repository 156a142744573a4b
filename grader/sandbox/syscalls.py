"""The Linux calls that Python's standard library lacks, with errors that say what was tried.

Nothing is loaded before the first call, so that the module can be imported on any system. Tests replace `libc_call`.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from grader.model.errors import InfrastructureError

CLONE_NEWNS = 0x0002_0000
CLONE_NEWUTS = 0x0400_0000
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWPID = 0x2000_0000
CLONE_NEWNET = 0x4000_0000

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

# These three have one number on every processor that they are used on here (x86-64, AArch64 and the generic table).
_NR_MOUNT_SETATTR = 442
_NR_LANDLOCK = {"create_ruleset": 444, "add_rule": 445, "restrict_self": 446}
_AT_RECURSIVE = 0x8000
_AT_FDCWD = -100


class SystemCallRefused(InfrastructureError):
    """The kernel refused a step of entering a sandbox. `what` is the step, `code` the errno."""

    def __init__(self, what: str, code: int):
        super().__init__(f"{what}: {os.strerror(code)} ({errno.errorcode.get(code, code)})")
        self.what = what
        self.code = code

    def __reduce__(self):
        return type(self), (self.what, self.code)


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def libc_call(function: str, *arguments: object) -> int:
    """Call a function of the C library; its result, or minus the errno where it returned −1."""
    result = getattr(_libc(), function)(*arguments)
    return -ctypes.get_errno() if result == -1 else result


def checked(what: str, function: str, *arguments: object) -> int:
    """`libc_call` that raises SystemCallRefused, naming the step `what`."""
    result = libc_call(function, *arguments)
    if result < 0:
        raise SystemCallRefused(what, -result)
    return result


@contextmanager
def step(what: str) -> Iterator[None]:
    """Turn an OSError of the standard library into SystemCallRefused, naming the step `what`."""
    try:
        yield
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        raise SystemCallRefused(f"{what}{place}", error.errno or errno.EIO) from error


def prctl(what: str, option: int, value: int = 0) -> None:
    words = (ctypes.c_ulong(word) for word in (value, 0, 0, 0))
    checked(what, "prctl", ctypes.c_int(option), *words)


def unshare(what: str, flags: int) -> None:
    checked(what, "unshare", ctypes.c_int(flags))


def mount(source: str, target: str, kind: str | None, flags: int = 0, options: str | None = None) -> None:
    arguments = (source, target, kind, ctypes.c_ulong(flags), options)
    encoded = (os.fsencode(value) if isinstance(value, str) else value for value in arguments)
    checked(f"mounting {kind or source} on {target}", "mount", *encoded)


def detach(path: str) -> None:
    """Unmount what is at `path`; it lives on where it is seen elsewhere."""
    checked(f"detaching {path}", "umount2", os.fsencode(path), ctypes.c_int(MNT_DETACH))


def make_read_only(path: str, *, keep_devices: bool = False) -> None:
    """Make the mount at `path` and everything mounted below it read-only and without set-user-id programs.

    Needs Linux 5.12.
    """
    attributes = 0x1 | 0x2 | (0 if keep_devices else 0x4)  # MOUNT_ATTR_RDONLY, _NOSUID, _NODEV
    block = (ctypes.c_uint64 * 4)(attributes, 0, 0, 0)
    checked(
        f"making {path} read-only",
        "syscall",
        ctypes.c_long(_NR_MOUNT_SETATTR),
        ctypes.c_int(_AT_FDCWD),
        os.fsencode(path),
        ctypes.c_uint(_AT_RECURSIVE),
        ctypes.byref(block),
        ctypes.c_size_t(ctypes.sizeof(block)),
    )


def swap_root(new_root: str) -> None:
    """Make `new_root`, a mount, the root folder of this mount namespace, and let go of the old one."""
    with step("entering the new root folder"):
        os.chdir(new_root)
    # With one folder for both, the old root ends up mounted over the new one, from where it is detached.
    checked("pivot_root", "pivot_root", b".", b".")
    detach(".")
    os.chdir("/")


def landlock(what: str, call: str, *arguments: object) -> int:
    """One of the three Landlock calls; `call` is a key of the table of their numbers."""
    return checked(what, "syscall", ctypes.c_long(_NR_LANDLOCK[call]), *arguments)
