"""What hostile student code would try on its own limits and privileges: one function an attack.

Named as in `grader.sandbox.guarantees.ATTACKS`; `attempt.py` says how they end. Standard library only.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from attempt import Succeeded, any_of, libc

CLONE_NEWUSER = 0x1000_0000
MEBIBYTE = 1 << 20


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
