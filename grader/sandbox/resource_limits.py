"""Turns ExecutionLimits into the kernel's per-process limits."""

from __future__ import annotations

import os
import sys

from grader.model.limits import MEBIBYTE, ExecutionLimits
from grader.sandbox.syscalls import step

_STACK_BYTES = 8 * MEBIBYTE
_LARGEST_STACK_BYTES = 64 * MEBIBYTE
# Between the signal that can be caught and the one that cannot.
_CPU_GRACE_S = 5


def apply(limits: ExecutionLimits, *, processes_already: int | None) -> None:
    """Set the limits of this process and its descendants. Already lower hard limits stay.

    Memory is granted on top of what the process maps already, as it inherits libraries. `processes_already`: how many
    tasks the kernel counts against this user by now; None where counting would be wrong, then there is no limit.
    Raises SystemCallRefused.
    """
    import resource

    mapped_bytes, data_bytes = _mapped_bytes()
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, limits.file_bytes)
    _lower(resource.RLIMIT_NOFILE, limits.open_files)
    _lower(resource.RLIMIT_CPU, limits.cpu_s, limits.cpu_s + _CPU_GRACE_S)
    _lower(resource.RLIMIT_STACK, _STACK_BYTES, _LARGEST_STACK_BYTES)
    # Data alone misses shared mappings; the address space alone is too wide once libraries reserve much of it.
    _lower(resource.RLIMIT_DATA, data_bytes + limits.memory_bytes)
    if sys.platform == "linux":
        _lower(resource.RLIMIT_AS, mapped_bytes + limits.memory_bytes)
        _lower(resource.RLIMIT_MSGQUEUE, 0)
    if processes_already is not None:
        _lower(resource.RLIMIT_NPROC, processes_already + limits.processes)


def tasks_of_user(uid: int) -> int:
    """Threads of all processes whose real user is `uid`, as far as /proc shows them; 0 where there is none."""
    total = 0
    try:
        entries = os.listdir("/proc")
    except OSError:
        return 0
    for entry in entries:
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/status", "rb") as file:
                    fields = dict(line.split(b":", 1) for line in file if b":" in line)
            except OSError:
                continue
            if int(fields[b"Uid"].split()[0]) == uid:
                total += int(fields.get(b"Threads", b"1"))
    return total


def _lower(which: int, soft: int, hard: int | None = None) -> None:
    import resource

    wanted_hard = soft if hard is None else hard
    _, present = resource.getrlimit(which)
    if present != resource.RLIM_INFINITY:
        wanted_hard = min(wanted_hard, present)
    with step("setting a resource limit"):
        try:
            resource.setrlimit(which, (min(soft, wanted_hard), wanted_hard))
        except ValueError as error:
            raise OSError(22, str(error)) from error


def _mapped_bytes() -> tuple[int, int]:
    """Address space and data segment of this process, in bytes; (0, 0) where /proc does not tell."""
    try:
        with open("/proc/self/status", "rb") as file:
            fields = dict(line.split(b":", 1) for line in file if b":" in line)
    except OSError:
        return 0, 0
    return int(fields[b"VmSize"].split()[0]) * 1024, int(fields[b"VmData"].split()[0]) * 1024
