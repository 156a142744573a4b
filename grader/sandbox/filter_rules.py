"""Which system calls student code is refused, a group a reason."""

from __future__ import annotations

import errno

from grader.sandbox.seccomp import Condition, Rule
from grader.sandbox.syscalls import (
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUSER,
    CLONE_NEWUTS,
    PR_SET_PDEATHSIG,
)

_AF_UNIX, _AF_INET, _AF_INET6 = 1, 2, 10
_SOCK_STREAM, _SOCK_SEQPACKET = 1, 5
_SOCKET_TYPE_MASK = 0xF
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_CLONE_NEWCGROUP = 0x0200_0000
_NAMESPACE_FLAGS = (
    CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | _CLONE_NEWCGROUP
)

_MOUNTS = (
    "mount umount2 pivot_root chroot fsopen fsconfig fsmount fspick open_tree open_tree_attr move_mount "
    "mount_setattr name_to_handle_at open_by_handle_at quotactl quotactl_fd swapon swapoff"
)
_OTHER_PROCESSES = (
    "ptrace process_vm_readv process_vm_writev process_madvise process_mrelease pidfd_getfd kcmp "
    "migrate_pages move_pages"
)
_KERNEL_SURFACE = (
    "bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register keyctl add_key request_key "
    "kexec_load kexec_file_load init_module finit_module delete_module lookup_dcookie fanotify_init syslog"
)
_MACHINE_WIDE = (
    "reboot acct settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname iopl ioperm vhangup"
)
# Memory that no limit counts: it belongs to no address space until it is mapped. System V objects can also be used by
# number alone, without having been opened.
_UNCOUNTED_MEMORY = (
    "memfd_create memfd_secret shmget shmat shmctl semget semop semtimedop semctl msgget msgsnd msgrcv msgctl"
)
# Landlock does not govern these, and they name files by path.
_METADATA = "chmod fchmod fchmodat fchmodat2 utime utimes utimensat futimesat"
_OWNERSHIP = (
    "chown fchown fchownat lchown setxattr lsetxattr fsetxattr setxattrat "
    "removexattr lremovexattr fremovexattr removexattrat file_setattr"
)
_SAME_USER_SCHEDULING = "sched_setattr sched_setparam sched_setscheduler ioprio_set"


def refused_everywhere() -> list[Rule]:
    """What no grading needs and an attack would: for every level that claims isolation."""
    groups = (_MOUNTS, _OTHER_PROCESSES, _KERNEL_SURFACE, _MACHINE_WIDE, _UNCOUNTED_MEMORY, "unshare setns")
    rules = [Rule(name) for group in groups for name in group.split()]
    # A filter sees clone's flags but not clone3's, which lie in memory. On ENOSYS the C library falls back to clone.
    rules.append(Rule("clone3", code=errno.ENOSYS))
    rules.append(Rule("clone", condition=Condition(0, mask=_NAMESPACE_FLAGS, any_bit=True)))
    rules.append(Rule("ioctl", condition=Condition(1, among=(_TIOCSTI, _TIOCLINUX))))
    # The child must not outlive those who watch it, nor change the limits of another process of its user.
    rules.append(Rule("prctl", condition=Condition(0, among=(PR_SET_PDEATHSIG,))))
    rules.append(Rule("prlimit64", condition=Condition(0, unless_among=(0,))))
    return rules


def sockets_of_own_namespace() -> list[Rule]:
    """Behind a network namespace: the usual families lead nowhere; others (vsock) do not know namespaces."""
    usual = (_AF_UNIX, _AF_INET, _AF_INET6)
    return [Rule("socket", code=errno.EAFNOSUPPORT, condition=Condition(0, unless_among=usual))]


def no_internet_sockets() -> list[Rule]:
    """For the process behind the outer wall, where no network namespace stops it."""
    return [Rule("socket", code=errno.EACCES, condition=Condition(0, unless_among=(_AF_UNIX,)))]


def no_reaching_out() -> list[Rule]:
    """For the cell without namespaces: no socket that could be connected, and nothing that goes by path past Landlock.

    Landlock does not stop connecting to a Unix socket in the file system, where the bus of the user's desktop or a
    container daemon may listen; so only pairs of connected stream sockets can be made. (A datagram pair could be
    connected anew.) Changing modes and times does nothing and says nothing, for `shutil.copy` and the like depend
    on it; owners and extended attributes are refused.
    """
    connected = (_SOCK_STREAM, _SOCK_SEQPACKET)
    return [
        Rule("socket", code=errno.EACCES),
        Rule("connect", code=errno.EACCES),
        Rule("socketpair", condition=Condition(0, unless_among=(_AF_UNIX,))),
        Rule("socketpair", condition=Condition(1, mask=_SOCKET_TYPE_MASK, unless_among=connected)),
        Rule("mq_open", code=errno.EACCES),
        *(Rule(name, code=0) for name in _METADATA.split()),
        *(Rule(name) for name in (*_OWNERSHIP.split(), *_SAME_USER_SCHEDULING.split())),
        Rule("setpriority", condition=Condition(1, unless_among=(0,))),
    ]
