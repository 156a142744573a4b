"""Landlock: a process gives up access to files, TCP ports and foreign processes, without any privilege.

Source: Linux, Documentation/userspace-api/landlock.rst; access bits of include/uapi/linux/landlock.h.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from grader.sandbox import syscalls

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _IOCTL_DEV = 1 << 14, 1 << 15
_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV

READ = _EXECUTE | _READ_FILE | _READ_DIR
LIST = _READ_DIR
USE_DEVICE = _READ_FILE | _WRITE_FILE | _TRUNCATE | _IOCTL_DEV
EVERYTHING = (1 << 16) - 1

#: Version 2 (Linux 5.19) lets files be emptied that may only be read; 3 came with Linux 6.2.
OLDEST_VERSION = 3
VERSION_WITH_SCOPES = 6
_VERSION_WITH_TCP, _VERSION_WITH_IOCTL = 4, 5
_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1
_TCP_BIND_AND_CONNECT = 3
_SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 3


@dataclass(frozen=True, slots=True)
class Grant:
    """`rights` on the existing file or folder `path` and all below it. A last component that is a link is followed."""

    path: str
    rights: int


def version() -> int:
    """Landlock's version in this kernel. Raises SystemCallRefused where it is missing, switched off or refused."""
    flags = ctypes.c_uint(_CREATE_RULESET_VERSION)
    return syscalls.landlock("asking for Landlock", "create_ruleset", None, ctypes.c_size_t(0), flags)


def restrict(grants: Iterable[Grant]) -> None:
    """Give up all access to files but the grants, TCP, and (version 6) signals and abstract sockets to the outside.

    Holds for this thread and all its descendants, for good, on top of restrictions already there. Needs no_new_privs
    or CAP_SYS_ADMIN.
    """
    available = version()
    handled = EVERYTHING if available >= _VERSION_WITH_IOCTL else EVERYTHING & ~_IOCTL_DEV
    words = [handled]
    if available >= _VERSION_WITH_TCP:
        words.append(_TCP_BIND_AND_CONNECT)
    if available >= VERSION_WITH_SCOPES:
        words.append(_SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS)
    attributes = struct.pack(f"={len(words)}Q", *words)
    size = ctypes.c_size_t(len(attributes))
    ruleset = syscalls.landlock("making a Landlock ruleset", "create_ruleset", attributes, size, ctypes.c_uint(0))
    try:
        for grant in grants:
            _add(ruleset, grant, handled)
        syscalls.landlock("entering Landlock", "restrict_self", ctypes.c_int(ruleset), ctypes.c_uint(0))
    finally:
        os.close(ruleset)


def read_grants(readable: Iterable[str], hidden: Iterable[str]) -> list[Grant]:
    """Grants that make `readable` readable but for what lies below `hidden`.

    Rules only add rights, so a folder that holds something hidden is granted entry by entry. That folder can be
    listed, and by inheritance the names below the hidden one too, but no content is read. Missing paths are left out.
    """
    covered = tuple(os.path.realpath(path) for path in hidden)
    grants: list[Grant] = []
    for path in sorted({os.path.realpath(path) for path in readable}):
        grants += _read_grants(path, covered)
    return grants


def _read_grants(path: str, hidden: tuple[str, ...]) -> list[Grant]:
    if any(path == cover or path.startswith(cover + "/") for cover in hidden) or not os.path.exists(path):
        return []
    inner = tuple(cover for cover in hidden if cover.startswith(path.rstrip("/") + "/"))
    if not inner:
        return [Grant(path, READ)]
    grants = [Grant(path, LIST)]
    with syscalls.step("listing a readable folder"), os.scandir(path) as entries:
        # Following a link is judged by where it leads, so links themselves need no grant.
        for entry in sorted(entries, key=lambda entry: entry.name):
            if not entry.is_symlink():
                grants += _read_grants(entry.path, inner)
    return grants


def _add(ruleset: int, grant: Grant, handled: int) -> None:
    with syscalls.step("opening a path for Landlock"):
        target = os.open(grant.path, os.O_PATH | os.O_CLOEXEC)
    try:
        rights = grant.rights & handled
        if not stat.S_ISDIR(os.fstat(target).st_mode):
            rights &= _FILE_RIGHTS
        block = struct.pack("=Qi", rights, target)
        rule = (ctypes.c_int(ruleset), ctypes.c_int(_RULE_PATH_BENEATH), block, ctypes.c_uint(0))
        if rights:
            syscalls.landlock(f"granting {grant.path} by Landlock", "add_rule", *rule)
    finally:
        os.close(target)
