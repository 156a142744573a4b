"""What hostile student code would try on the machine and on other processes: one function an attack.

Named as in `grader.sandbox.guarantees.ATTACKS`; `attempt.py` says how they end. Standard library only.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import socket
from pathlib import Path
from types import SimpleNamespace

from attempt import Succeeded, any_of, libc


def read_outside(scene: SimpleNamespace) -> None:
    any_of(
        lambda: Path(scene.secret).read_text(),
        lambda: os.listdir(Path(scene.secret).parent),
        lambda: Path("/etc/passwd").read_text(),
        lambda: Path(scene.scratch, "another-child", "notebook.txt").read_text(),
        lambda: Path(f"/proc/{scene.victim}/root{scene.secret}").read_text(),
    )


def read_hidden(scene: SimpleNamespace) -> None:
    assert Path(scene.readable, "shown.txt").read_text() == "shown"
    try:
        text = Path(scene.hidden_file).read_text()
    except OSError:
        text = ""
    if text:
        raise Succeeded(text)
    any_of(lambda: Path(scene.hidden, "inside.txt").read_text())


def see_repository(scene: SimpleNamespace) -> None:
    any_of(lambda: os.listdir(scene.repository), lambda: Path(scene.repository, "runner.py").read_text())


def see_file_facts(scene: SimpleNamespace) -> None:
    any_of(lambda: os.stat(scene.secret))


def write_outside(scene: SimpleNamespace) -> None:
    outside = Path(scene.outside)
    there = outside / "there.txt"
    any_of(
        lambda: (outside / "new.txt").write_text("x"),
        lambda: (outside / "new").mkdir(),
        lambda: (outside / "link").symlink_to("/"),
        lambda: os.link(there, "stolen"),
        lambda: os.truncate(there, 0),
        lambda: os.close(os.open(there, os.O_RDONLY | os.O_TRUNC)),
        lambda: there.open("a").close(),
        lambda: there.rename(outside / "elsewhere"),
        lambda: there.unlink(),
        lambda: Path(scene.readable, "shown.txt").open("a").close(),
        lambda: os.close(os.open(Path(scene.readable, "shown.txt"), os.O_RDONLY | os.O_TRUNC)),
        lambda: Path(scene.readable, "new.txt").write_text("x"),
    )


def change_metadata(scene: SimpleNamespace) -> None:
    for target in (Path(scene.outside, "there.txt"), Path(scene.readable, "shown.txt")):
        for change in (
            lambda path: path.chmod(0o4777),
            lambda path: os.utime(path, (1, 1)),
            lambda path: os.setxattr(path, "user.mark", b"x"),
            lambda path: _change_opened(path),
        ):
            try:
                change(target)
            except OSError:
                continue


def _change_opened(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.fchmod(descriptor, 0o4777)


def connect_loopback(scene: SimpleNamespace) -> None:
    any_of(lambda: socket.create_connection(("127.0.0.1", scene.tcp_port), timeout=2))


def send_udp(scene: SimpleNamespace) -> None:
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.sendto(b"hello", ("127.0.0.1", scene.udp_port))


def connect_unix_path(scene: SimpleNamespace) -> None:
    any_of(lambda: _connect_unix(scene.unix_path), lambda: _send_from_pair(scene.unix_datagram_path))


def connect_abstract(scene: SimpleNamespace) -> None:
    any_of(lambda: _connect_unix("\0" + scene.abstract_name))


def _connect_unix(address: str) -> None:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(2)
    client.connect(address)


def _send_from_pair(address: str) -> None:
    one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.sendto(b"hello", address)


def other_sockets(scene: SimpleNamespace) -> None:
    netlink, packet, crypto, vsock = 16, 17, 38, 40
    any_of(*(lambda family=family: socket.socket(family, socket.SOCK_RAW) for family in (netlink, packet)),
           lambda: socket.socket(crypto, socket.SOCK_SEQPACKET), lambda: socket.socket(vsock, socket.SOCK_STREAM))  # fmt: skip


def host_shared_memory(scene: SimpleNamespace) -> None:
    any_of(lambda: libc("shmget", scene.shared_memory_key, 0, 0), lambda: _attach(scene.shared_memory_id))


def _attach(identifier: int) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    library.shmat.restype = ctypes.c_ssize_t
    address = library.shmat(identifier, None, 0)
    if address == -1:
        raise OSError(ctypes.get_errno(), "shmat")
    return address


def signal_parent(scene: SimpleNamespace) -> None:
    # To a whole group: only one's own session may get it. The runner counts what it gets.
    os.kill(0, signal.SIGWINCH)
    if os.getppid() == 1:
        # Process 1 of an own namespace: the kernel drops the signal, whatever the permissions say.
        os.kill(1, signal.SIGKILL)
        any_of(lambda: os.kill(scene.runner, 0))
    else:
        any_of(lambda: os.kill(scene.runner, 0), lambda: os.kill(scene.supervisor, 0))


def signal_other(scene: SimpleNamespace) -> None:
    any_of(
        lambda: os.kill(scene.victim, signal.SIGWINCH),
        lambda: signal.pidfd_send_signal(os.pidfd_open(scene.victim), signal.SIGWINCH),
    )


def signal_everything(scene: SimpleNamespace) -> None:
    # A signal that nobody dies of; the victim tells whether it came.
    os.kill(-1, signal.SIGWINCH)


def ptrace(scene: SimpleNamespace) -> None:
    traceme, attach = 0, 16
    any_of(*(lambda pid=pid: _attach_and_let_go(attach, pid) for pid in (scene.victim, os.getppid())),
           lambda: libc("ptrace", ctypes.c_long(traceme), 0, None, None))  # fmt: skip


def _attach_and_let_go(attach: int, pid: int) -> None:
    detach = 17
    libc("ptrace", ctypes.c_long(attach), pid, None, None)
    os.waitpid(pid, 0)
    libc("ptrace", ctypes.c_long(detach), pid, None, None)


def limit_other(scene: SimpleNamespace) -> None:
    any_of(lambda: resource.prlimit(scene.victim, resource.RLIMIT_NOFILE))


def read_environ(scene: SimpleNamespace) -> None:
    for pid in (scene.victim, scene.runner, os.getppid()):
        try:
            block = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            continue
        if scene.marker.encode() in block:
            raise Succeeded(f"environment of {pid}")
    raise PermissionError(errno.EACCES, "no environment shows the marker")


def read_memory(scene: SimpleNamespace) -> None:
    any_of(*(lambda pid=pid: open(f"/proc/{pid}/mem", "rb") for pid in (scene.victim, scene.runner, os.getppid())),
           lambda: _read_remotely(scene.victim))  # fmt: skip


def _read_remotely(pid: int) -> int:
    vector = (ctypes.c_size_t * 2)(0, 0)
    return libc("process_vm_readv", pid, ctypes.byref(vector), 1, ctypes.byref(vector), 1, 0)


def list_processes(scene: SimpleNamespace) -> None:
    for pid in (scene.victim, scene.runner):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        raise Succeeded(f"command line of {pid}: {command!r}")
    seen = {entry for entry in os.listdir("/proc") if entry.isdigit()}
    if seen - {"1", str(os.getpid())}:
        raise Succeeded(f"processes {sorted(seen)}")


def see_host_name(scene: SimpleNamespace) -> None:
    for name in (os.uname().nodename, socket.gethostname()):
        if name == scene.host_name:
            raise Succeeded(name)
    any_of(lambda: Path("/etc/hostname").read_text())
