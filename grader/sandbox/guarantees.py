"""Which attacks exist, and which of them each isolation level does not stop. `docs/security.md` shows this table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from grader.model.isolation import IsolationLevel

#: Attack id → what student code would try.
ATTACKS: Mapping[str, str] = MappingProxyType(
    {
        "read_outside": "read a file outside what it was given",
        "read_hidden": "read what is hidden below a readable folder",
        "see_repository": "list the grader's own folder",
        "see_file_facts": "learn that a file outside exists, its size and its times",
        "write_outside": "write, delete or rename a file outside its work folder",
        "change_metadata": "change the mode or times of a file outside its work folder",
        "connect_loopback": "connect to a server on this machine by TCP",
        "send_udp": "send a datagram",
        "connect_unix_path": "connect to a Unix socket in the file system (a desktop's bus, a container daemon)",
        "connect_abstract": "connect to an abstract Unix socket",
        "other_sockets": "open sockets of other families (packet, netlink, vsock, crypto)",
        "host_shared_memory": "attach System V shared memory of the machine",
        "signal_parent": "signal the process that forked it",
        "signal_other": "signal another process of the machine",
        "signal_everything": "signal every process at once",
        "ptrace": "trace another process",
        "limit_other": "change the resource limits of another process",
        "read_environ": "read another process's environment",
        "read_memory": "read another process's memory",
        "list_processes": "list other processes and their command lines",
        "see_host_name": "learn the machine's name",
        "inherited_environment": "find the grader's environment variables, also those it was started with",
        "fork_bomb": "start processes without end",
        "memory_bomb": "allocate memory without end, in one process",
        "memory_files": "hold memory outside its own address space (memory files, shared segments)",
        "fill_disk": "fill the disk with many files",
        "big_file": "write one huge file",
        "open_files": "open files without end",
        "new_user_namespace": "become root of a new user namespace",
        "mount": "mount a file system",
        "become_root": "change its user id to root",
        "regain_capabilities": "hold or regain capabilities, also by starting a program",
        "clone3": "make namespaces by a raw clone3",
        "suid_file": "make a set-user-id file that another user could run",
        "terminal_input": "type into the grader's terminal",
        "orphan": "leave a process behind (double fork, new session)",
    }
)

_NO_WALL = "the level has no wall between student code and the machine"
_LANDLOCK_GAPS = {
    "see_file_facts": "Landlock governs opening and changing files, not asking for their attributes by name",
    "see_host_name": "there is no namespace for host names",
    "fill_disk": "each file is limited, their sum is not",
}
_HELD_BY_LIMITS = frozenset({"fork_bomb", "memory_bomb", "big_file", "open_files", "inherited_environment"})

#: Level → attack id → why it is not stopped, on every machine.
KNOWN_GAPS: Mapping[IsolationLevel, Mapping[str, str]] = MappingProxyType(
    {
        IsolationLevel.NAMESPACES: {},
        IsolationLevel.LANDLOCK: _LANDLOCK_GAPS,
        IsolationLevel.LIMITS: {attack: _NO_WALL for attack in ATTACKS if attack not in _HELD_BY_LIMITS},
        IsolationLevel.NONE: {attack: _NO_WALL for attack in ATTACKS},
    }
)

#: Attacks that a level stops on some machines only: level → attack id → on which machines it does not.
CONDITIONAL_GAPS: Mapping[IsolationLevel, Mapping[str, str]] = MappingProxyType(
    {
        IsolationLevel.NAMESPACES: {
            attack: "the grader does not know this processor's system calls, so they are not filtered"
            for attack in ("other_sockets", "memory_files", "new_user_namespace", "clone3")
        },
        IsolationLevel.LANDLOCK: {
            "fork_bomb": "started by root whose Python only root can read: the child stays user 0 (without any "
            "capability), whose processes the kernel does not count",
            "become_root": "started by root whose Python only root can read: the child stays user 0, without any capability",
            "signal_parent": "Linux before 6.12, where the child has the grader's user: Landlock cannot scope signals",
            "signal_other": "Linux before 6.12, where the child has the user of that process: Landlock cannot scope signals",
            "signal_everything": "Linux before 6.12, where the child has the grader's user: Landlock cannot scope signals",
            "orphan": "Linux before 6.12, where the child has the grader's user and kills what watches over it",
        },
        IsolationLevel.LIMITS: {
            "fork_bomb": "started by root, whose processes the kernel does not count; and on systems other than Linux",
            "memory_bomb": "on systems other than Linux, which do not limit a process's address space",
            "inherited_environment": "on systems other than Linux: what the grader was started with stays readable",
        },
    }
)
