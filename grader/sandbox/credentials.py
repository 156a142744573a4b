"""Gives up root and every capability, and finds out whether another user could still run Python here."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Iterable

from grader.model.errors import InfrastructureError
from grader.sandbox.syscalls import (
    PR_CAPBSET_DROP,
    PR_SET_NO_NEW_PRIVS,
    checked,
    libc_call,
    prctl,
    step,
)

#: Start of a range that neither distributions nor systemd assign to anybody (60578-61183 is free).
FIRST_UID = 60_600
SLOTS = 500

CAP_CHOWN, CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_SETPCAP = 0, 5, 6, 7, 8
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_SYS_ADMIN = 1, 2, 21
_LAST_CAPABILITY = 63
_CAPABILITY_VERSION_3 = 0x2008_0522


def unprivileged_uid(slot: int) -> int:
    """The user and group id of the child in `slot`, when root starts it. Raises InfrastructureError out of range."""
    if not 0 <= slot < SLOTS:
        raise InfrastructureError(f"slot {slot} is not between 0 and {SLOTS - 1}")
    return FIRST_UID + slot


def become(uid: int) -> None:
    """Change all user and group ids to `uid`, for good. Needs CAP_SETUID and CAP_SETGID."""
    with step("becoming an unprivileged user"):
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)


def empty_bounding_set() -> None:
    """See to it that no program started later can gain a capability. Needs CAP_SETPCAP, else does nothing."""
    for capability in range(_LAST_CAPABILITY + 1):
        libc_call("prctl", ctypes.c_int(PR_CAPBSET_DROP), *(ctypes.c_ulong(word) for word in (capability, 0, 0, 0)))


def keep_capabilities(kept: Iterable[int]) -> None:
    """Drop every capability that is not in `kept`, for good."""
    effective = _effective_capabilities()
    mask = sum(1 << capability for capability in kept) & effective
    low, high = mask & 0xFFFF_FFFF, mask >> 32
    data = (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0)
    checked("dropping capabilities", "capset", _capability_header(), ctypes.byref(data))


def forbid_new_privileges() -> None:
    prctl("setting no_new_privs", PR_SET_NO_NEW_PRIVS, 1)


def can_run_as(uid: int, *, passable: str) -> bool:
    """Whether user `uid` could read this Python with its packages and enter `passable`; tried in a forked child."""
    # Whoever ignores the ends of children could not learn how this one ended.
    former = signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        try:
            become(uid)
            packages = [
                path for path in sys.path if os.path.isabs(path) and path.startswith((sys.prefix, sys.base_prefix))
            ]
            wanted = [os.path.realpath(sys.executable), os.path.dirname(os.__file__), *packages]
            readable = all(os.access(path, os.R_OK) for path in wanted if not path.endswith(".zip"))
            os._exit(0 if readable and os.access(passable, os.X_OK) else 1)
        finally:
            os._exit(2)
    _, status = os.waitpid(child, 0)
    signal.signal(signal.SIGCHLD, former)
    return status == 0


def _effective_capabilities() -> int:
    data = (ctypes.c_uint32 * 6)()
    checked("reading capabilities", "capget", _capability_header(), ctypes.byref(data))
    return data[0] | data[3] << 32


def _capability_header() -> object:
    return ctypes.byref((ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0))
