"""Level `landlock`: the machine stays in sight of the kernel's eyes only; files, network and processes are refused.

Works without privilege and without namespaces, as in many containers.
"""

from __future__ import annotations

import os
import signal
import stat

from grader.model.errors import InfrastructureError
from grader.model.isolation import IsolationLevel
from grader.sandbox import (
    credentials,
    environment,
    filter_rules,
    guarantees,
    landlock,
    resource_limits,
    seccomp,
    supervisor,
    syscalls,
    system_call_numbers,
    threads,
)
from grader.sandbox.policy import CellPolicy, WallPolicy

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
#: What libraries ask /proc about the machine. Of the processes, only the child's own is granted.
_PROC_FACTS = (
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/uptime",
    "/proc/loadavg",
    "/proc/version",
    "/proc/filesystems",
    "/proc/sys/vm/overcommit_memory",
)
_ATTACKS_BY_SIGNAL = ("signal_parent", "signal_other", "signal_everything", "orphan")


class LandlockSandbox:
    """Root makes the child an unprivileged user where that one could read Python, else user 0 without capabilities."""

    level = IsolationLevel.LANDLOCK

    def __init__(self) -> None:
        self._wall: WallPolicy | None = None
        self._readable: list[landlock.Grant] = []
        self._machine = ""
        self._work = ""
        self._as_root = False
        self._changes_user = False
        self._scopes_signals = False

    def enter_wall(self, policy: WallPolicy) -> None:
        threads.require_one("the outer wall")
        self._machine = _known_machine()
        available = landlock.version()
        if available < landlock.OLDEST_VERSION:
            raise InfrastructureError(
                f"Landlock here is version {available}, and {landlock.OLDEST_VERSION} (Linux 6.2) is needed: "
                "older ones let files be emptied that may only be read"
            )
        self._scopes_signals = available >= landlock.VERSION_WITH_SCOPES
        self._as_root = os.geteuid() == 0
        if self._as_root:
            self._changes_user = _let_others_run_here(policy.scratch)
        credentials.forbid_new_privileges()
        self._readable = [
            *landlock.read_grants(policy.readable, policy.hidden),
            *(landlock.Grant(path, landlock.USE_DEVICE) for path in _existing((*_DEVICES, *policy.devices))),
        ]
        scratch = landlock.Grant(policy.scratch, landlock.EVERYTHING)
        landlock.restrict([*self._readable, landlock.Grant("/proc", landlock.READ), scratch])
        seccomp.install(seccomp.program(filter_rules.no_internet_sockets(), self._machine))
        self._wall = policy

    def enter_cell(self, policy: CellPolicy) -> None:
        if self._wall is None:
            raise InfrastructureError("the outer wall has to be entered before a cell")
        supervisor.forget_handlers()
        with syscalls.step("starting a session"):
            os.setsid()
        # Not by SIGKILL: there is something to do before.
        supervisor.die_with_parent(by=signal.SIGTERM)
        # Whatever the child leaves behind becomes this process's, which ends it.
        syscalls.prctl("becoming the reaper of orphans", syscalls.PR_SET_CHILD_SUBREAPER, 1)
        tether = supervisor.fork_supervised(end_orphans=True)

        os.setsid()
        uid = credentials.unprivileged_uid(policy.slot) if self._changes_user else os.getuid()
        work = os.path.realpath(policy.work)
        if self._changes_user:
            _give_away(work, uid)
        environment.clear_environment()
        resource_limits.apply(policy.limits, processes_already=self._processes_counted_against(uid))
        self._work = work
        if self._as_root:
            credentials.empty_bounding_set()
        if self._changes_user:
            credentials.become(uid)
        credentials.keep_capabilities(())
        # A process that is forked later has a folder of its own in /proc, which no rule can name yet.
        landlock.restrict(self._grants("/proc"))
        syscalls.prctl("making /proc/self readable", syscalls.PR_SET_DUMPABLE, 1)
        tether.fasten()
        # Before the filter, which makes a change of mode do nothing.
        environment.settle(work, os.path.join(work, ".home"), os.path.join(work, ".tmp"))
        rules = [*filter_rules.refused_everywhere(), *filter_rules.no_reaching_out()]
        seccomp.install(seccomp.program(rules, self._machine))

    def enter_fork(self) -> None:
        own = f"/proc/{os.getpid()}"
        # Kept open: Landlock knows a folder of /proc by its inode, which the kernel may replace while nobody holds it.
        os.open(own, os.O_PATH | os.O_CLOEXEC)
        landlock.restrict(self._grants(own))

    def _grants(self, processes: str) -> list[landlock.Grant]:
        return [
            *self._readable,
            *(landlock.Grant(path, landlock.READ) for path in _existing(_PROC_FACTS)),
            landlock.Grant(processes, landlock.READ),
            landlock.Grant(self._work, landlock.EVERYTHING),
        ]

    @property
    def signals_stay_inside(self) -> bool:
        # Of a user of its own they would as well, but for a second batch on the machine.
        return self._scopes_signals

    def gaps(self) -> dict[str, str]:
        conditional = guarantees.CONDITIONAL_GAPS[self.level]
        open_attacks = dict(guarantees.KNOWN_GAPS[self.level])
        if self._as_root and not self._changes_user:
            open_attacks |= {attack: conditional[attack] for attack in ("fork_bomb", "become_root")}
        if not self._scopes_signals:
            if not self._changes_user:
                open_attacks |= {attack: conditional[attack] for attack in _ATTACKS_BY_SIGNAL}
        return open_attacks

    def _processes_counted_against(self, uid: int) -> int | None:
        if self._changes_user:
            return 0
        # The kernel never counts those of user 0.
        return None if uid == 0 else resource_limits.tasks_of_user(uid)


def _known_machine() -> str:
    machine = system_call_numbers.architecture()
    if machine is None:
        raise InfrastructureError("the system calls of this processor are not known, so the network cannot be refused")
    return machine


def _let_others_run_here(scratch: str) -> bool:
    """Whether an unprivileged user could run Python and work below `scratch`, which is made passable for that."""
    status = os.stat(scratch)
    if status.st_uid == os.geteuid():
        with syscalls.step("making the scratch folder passable"):
            os.chmod(scratch, stat.S_IMODE(status.st_mode) | stat.S_IXGRP | stat.S_IXOTH)
    return credentials.can_run_as(credentials.FIRST_UID, passable=scratch)


def _give_away(folder: str, uid: int) -> None:
    """Change the owner of `folder` and all in it; links themselves, not what they point to."""
    with syscalls.step("giving the work folder to the child's user"):
        os.chown(folder, uid, uid)
        for parent, folders, files in os.walk(folder):
            for name in (*folders, *files):
                os.lchown(os.path.join(parent, name), uid, uid)


def _existing(paths: tuple[str, ...]) -> list[str]:
    return [path for path in paths if os.path.exists(path)]
