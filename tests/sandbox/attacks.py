"""What hostile student code would try, one function an attack, named as in `grader.sandbox.guarantees.ATTACKS`.

Standard library only: they run inside a sandbox, with whatever Python is tried there. An attack that gets somewhere
raises Succeeded; an OSError or MemoryError is the sandbox stopping it; any other exception is a broken test. Some
return without having been refused: whether they got anywhere is then seen from outside (`outside.py`).
All are bounded, so that they do no harm where nothing stops them.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import resource
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

CLONE_NEWUSER = 0x1000_0000
MEBIBYTE = 1 << 20


class Succeeded(Exception):
    """The attack reached its aim; the text says how."""


def any_of(*attempts: Callable[[], object]) -> None:
    """Try all; raise Succeeded when one gets through, else the last refusal."""
    refusal: OSError | None = None
    for attempt in attempts:
        try:
            result = attempt()
        except OSError as error:
            refusal = error
            continue
        raise Succeeded(repr(result))
    assert refusal is not None
    raise refusal


def libc(function: str, *arguments: object) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    result = getattr(library, function)(*arguments)
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


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
    if os.getppid() == 1 and os.getpid() == 2:
        # Process 1 of an own namespace: the kernel drops the signal, whatever the permissions say.
        os.kill(1, signal.SIGKILL)
        any_of(lambda: os.kill(scene.runner, 0))
    else:
        any_of(lambda: os.kill(scene.runner, 0), lambda: os.kill(os.getppid(), 0))


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


def inherited_environment(scene: SimpleNamespace) -> None:
    child = subprocess.run([sys.executable, "-I", "-S", "-c", "import os; print(os.environ)"], capture_output=True)
    for place, text in (
        ("os.environ", repr(dict(os.environ)).encode()),
        ("a started program", child.stdout),
        ("/proc/self/environ", Path("/proc/self/environ").read_bytes()),
    ):
        if scene.marker.encode() in text:
            raise Succeeded(place)
    assert child.returncode == 0, child.stderr


def fork_bomb(scene: SimpleNamespace) -> None:
    release_read, release_write = os.pipe()
    children = []
    try:
        for _ in range(scene.many_processes):
            child = os.fork()
            if child == 0:
                os.close(release_write)
                os.read(release_read, 1)
                os._exit(0)
            children.append(child)
        raise Succeeded(f"{len(children)} processes")
    finally:
        os.close(release_write)
        for child in children:
            os.waitpid(child, 0)
        assert len(children) >= 4, "a few processes are allowed"


def memory_bomb(scene: SimpleNamespace) -> None:
    held = [bytearray(32 * MEBIBYTE)]
    while len(held) * 32 * MEBIBYTE < scene.much_memory:
        held.append(bytearray(32 * MEBIBYTE))
    raise Succeeded(f"{len(held) * 32} MiB")


def memory_files(scene: SimpleNamespace) -> None:
    any_of(lambda: os.memfd_create("hoard"), _make_and_remove_segment)


def _make_and_remove_segment() -> None:
    private, remove = 0, 0
    libc("shmctl", libc("shmget", private, ctypes.c_size_t(4096), 0o1600), remove, None)


def fill_disk(scene: SimpleNamespace) -> None:
    written = 0
    folders = [Path.cwd(), Path(os.environ["TMPDIR"]), Path("/dev/shm")]
    made = []
    try:
        for number in range(scene.much_disk // MEBIBYTE):
            path = folders[number % 3] / f"hoard-{os.getpid()}-{number}"
            try:
                path.write_bytes(bytes(MEBIBYTE))
            except OSError as error:
                if error.errno == errno.ENOSPC:
                    raise
                path = folders[0] / path.name
                path.write_bytes(bytes(MEBIBYTE))
            made.append(path)
            written += MEBIBYTE
        raise Succeeded(f"{written} bytes")
    finally:
        for path in made:
            path.unlink()
        assert written, "something may be written"


def big_file(scene: SimpleNamespace) -> None:
    with open("big", "wb") as file:
        for _ in range(scene.file_bytes // MEBIBYTE):
            file.write(bytes(MEBIBYTE))
        file.flush()
        file.write(bytes(MEBIBYTE))
    raise Succeeded("one file beyond its limit")


def open_files(scene: SimpleNamespace) -> None:
    held = [open("/dev/null") for _ in range(scene.many_files)]
    raise Succeeded(f"{len(held)} files")


def new_user_namespace(scene: SimpleNamespace) -> None:
    any_of(lambda: libc("unshare", CLONE_NEWUSER), lambda: _raw_clone(CLONE_NEWUSER | signal.SIGCHLD))


def _raw_clone(flags: int) -> int:
    numbers = {"x86_64": 56, "aarch64": 220}
    pid = libc("syscall", ctypes.c_long(numbers[os.uname().machine]), ctypes.c_ulong(flags), None, None, None, None)
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return pid


def mount(scene: SimpleNamespace) -> None:
    any_of(
        lambda: libc("mount", b"none", os.fsencode(os.getcwd()), b"tmpfs", ctypes.c_ulong(0), None),
        lambda: libc("umount2", b"/proc", 2),
        lambda: os.chroot("."),
    )


def become_root(scene: SimpleNamespace) -> None:
    if 0 in os.getresuid() or 0 in os.getresgid():
        raise Succeeded("is root already")
    any_of(lambda: os.setuid(0), lambda: os.setresuid(0, 0, 0), lambda: os.setgid(0), lambda: os.setgroups([0]))


def regain_capabilities(scene: SimpleNamespace) -> None:
    program = (
        "import ctypes; c = ctypes.CDLL(None); d = (ctypes.c_uint32 * 6)();"
        "c.capget(ctypes.byref((ctypes.c_uint32 * 2)(0x20080522, 0)), ctypes.byref(d)); print(any(d))"
    )
    started = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)
    namespace: dict[str, object] = {"print": lambda held: namespace.update(held=held)}
    exec(program, namespace)
    if namespace["held"] or started.stdout.strip() != "False":
        raise Succeeded("holds capabilities")


def clone3(scene: SimpleNamespace) -> None:
    flags, exit_signal = 0, 4
    arguments = (ctypes.c_uint64 * 8)()
    arguments[flags], arguments[exit_signal] = CLONE_NEWUSER, signal.SIGCHLD
    size = ctypes.c_size_t(ctypes.sizeof(arguments))
    pid = libc("syscall", ctypes.c_long(435), ctypes.byref(arguments), size)
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    raise Succeeded("clone3")


def suid_file(scene: SimpleNamespace) -> None:
    path = Path("program")
    path.write_bytes(b"#!/bin/sh\n")
    path.chmod(0o4755)
    honoured = not os.statvfs(path).f_flag & os.ST_NOSUID
    if honoured and path.stat().st_mode & stat.S_ISUID:
        raise Succeeded(oct(path.stat().st_mode))


def terminal_input(scene: SimpleNamespace) -> None:
    any_of(lambda: fcntl.ioctl(scene.terminal, 0x5412, b"x"))


def orphan(scene: SimpleNamespace) -> None:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            # Holds the pipe `scene.life` open as long as it lives; the runner lets go of `scene.release`.
            os.read(scene.release, 1)
        os._exit(0)
    os.wait()
