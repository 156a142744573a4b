"""Level `namespaces`: an own view of files, processes, network and names, behind which the machine does not exist."""

from __future__ import annotations

import ctypes
import os
import re

from grader.model.errors import InfrastructureError
from grader.model.isolation import IsolationLevel
from grader.model.limits import MEBIBYTE
from grader.sandbox import (
    credentials,
    environment,
    filter_rules,
    guarantees,
    resource_limits,
    seccomp,
    supervisor,
    syscalls,
    system_call_numbers,
    threads,
)
from grader.sandbox.policy import CellPolicy, WallPolicy
from grader.sandbox.root_filesystem import Disk, replace_root

_OWN = syscalls.CLONE_NEWNS | syscalls.CLONE_NEWNET | syscalls.CLONE_NEWIPC | syscalls.CLONE_NEWUTS
_HOST_NAME = "sandbox"
_WALL_DISK_BYTES = 64 * MEBIBYTE
_DISK_FILES = 16_384
_TEMPORARY, _SHARED_MEMORY, _HOME = "/tmp", "/dev/shm", "/tmp/home"
_STICKY, _PRIVATE = 0o1777, 0o700
#: What root keeps behind the wall, to build cells and to end them.
_WALL_CAPABILITIES = (
    credentials.CAP_SYS_ADMIN,
    credentials.CAP_SETUID,
    credentials.CAP_SETGID,
    credentials.CAP_SETPCAP,
    credentials.CAP_CHOWN,
    credentials.CAP_KILL,
    credentials.CAP_DAC_OVERRIDE,
    credentials.CAP_DAC_READ_SEARCH,
)
#: First kernel that counts a user's processes within each user namespace.
_COUNTS_PER_NAMESPACE = (5, 14)


class NamespaceSandbox:
    """Root enters by its own right and makes the child an unprivileged user; an ordinary user by user namespaces."""

    level = IsolationLevel.NAMESPACES

    def __init__(self) -> None:
        self._wall: WallPolicy | None = None
        self._as_root = False

    def enter_wall(self, policy: WallPolicy) -> None:
        threads.require_one("the outer wall")
        self._as_root = os.geteuid() == 0
        _enter_namespaces(_OWN, as_root=self._as_root)
        disk = Disk(_WALL_DISK_BYTES, _DISK_FILES, os.getuid(), {_TEMPORARY: _STICKY})
        replace_root(policy.readable, policy.hidden, disk, policy.devices, fresh_proc=False)
        if self._as_root:
            credentials.keep_capabilities(_WALL_CAPABILITIES)
        self._wall = policy

    def enter_cell(self, policy: CellPolicy) -> None:
        if self._wall is None:
            raise InfrastructureError("the outer wall has to be entered before a cell")
        supervisor.forget_handlers()
        with syscalls.step("starting a session"):
            os.setsid()
        supervisor.die_with_parent()
        uid = credentials.unprivileged_uid(policy.slot) if self._as_root else os.getuid()
        # Counted out here, where /proc still shows the others.
        processes_already = self._processes_counted_against(uid)
        _enter_namespaces(_OWN | syscalls.CLONE_NEWPID, as_root=self._as_root)

        # What comes back is process 1 of its namespace: it cannot be killed from within, and nothing outlives it.
        tether = supervisor.fork_supervised()
        # A session of its own, or a signal to "my group" would cross into the supervisor's namespace.
        os.setsid()
        places = {_TEMPORARY: _STICKY, _SHARED_MEMORY: _STICKY, policy.work: _PRIVATE}
        disk = Disk(policy.limits.disk_bytes, _DISK_FILES, uid, places)
        replace_root(self._wall.readable, (), disk, self._wall.devices, fresh_proc=True)
        environment.clear_environment()
        resource_limits.apply(policy.limits, processes_already=processes_already)
        credentials.empty_bounding_set()
        if self._as_root:
            credentials.become(uid)
        credentials.keep_capabilities(())
        credentials.forbid_new_privileges()
        # Not readable for the students' processes, which have the same user.
        syscalls.prctl("hiding process 1", syscalls.PR_SET_DUMPABLE, 0)
        tether.fasten()
        if machine := system_call_numbers.architecture():
            rules = [*filter_rules.refused_everywhere(), *filter_rules.sockets_of_own_namespace()]
            seccomp.install(seccomp.program(rules, machine))
        environment.settle(policy.work, _HOME, _TEMPORARY)

    def enter_fork(self) -> None:
        """There is nothing more to give up at this level: nobody else is in sight."""
        syscalls.prctl("making /proc/self readable", syscalls.PR_SET_DUMPABLE, 1)

    @property
    def signals_stay_inside(self) -> bool:
        return True

    def gaps(self) -> dict[str, str]:
        open_attacks = dict(guarantees.KNOWN_GAPS[self.level])
        if system_call_numbers.architecture() is None:
            open_attacks |= guarantees.CONDITIONAL_GAPS[self.level]
        return open_attacks

    def _processes_counted_against(self, uid: int) -> int:
        # Root gives every child a user of its own, and recent kernels count an ordinary user's anew in each namespace.
        if self._as_root or _kernel_version() >= _COUNTS_PER_NAMESPACE:
            return 0
        return resource_limits.tasks_of_user(uid)


def _kernel_version() -> tuple[int, int]:
    major, minor = re.findall(r"\d+", os.uname().release)[:2]
    return int(major), int(minor)


def _enter_namespaces(flags: int, *, as_root: bool) -> None:
    uid, gid = os.getuid(), os.getgid()
    if as_root:
        syscalls.unshare("making namespaces", flags)
    else:
        syscalls.unshare("making a user namespace with others inside", flags | syscalls.CLONE_NEWUSER)
        for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            with syscalls.step("naming the users of the namespace"):
                _write(f"/proc/self/{name}", text)
    name = _HOST_NAME.encode()
    syscalls.checked("naming the machine", "sethostname", name, ctypes.c_size_t(len(name)))


def _write(path: str, text: str) -> None:
    # In one piece: the kernel takes a map by a single write.
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
