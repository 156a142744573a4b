"""The world that attacks aim at, set up and looked at from outside the sandbox. Standard library only."""

from __future__ import annotations

import ctypes
import os
import pty
import socket
import subprocess
import sys
from pathlib import Path

SHARED_MEMORY_BYTES = 4096
_VICTIM = """
import signal, sys
got = []
signal.signal(signal.SIGWINCH, lambda number, frame: got.append(number))
print("ready", flush=True)
for line in sys.stdin:
    print(len(got), flush=True)
"""


class Outside:
    """Files, sockets and processes of the same user as the sandbox's runner. `folder`: an empty folder of that user."""

    def __init__(self, folder: Path, marker: str):
        self.folder = folder
        self.marker = marker
        self.secret = self._file("private/secret.txt", "secret")
        self.there = self._file("outside/there.txt", "there")
        self.shown = self._file("readable/shown.txt", "shown")
        self._file("readable/hidden/inside.txt", "hidden")
        self.hidden_file = self._file("readable/hidden.txt", "hidden")
        self._before = self._facts()

        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.unix = self._unix(socket.SOCK_STREAM, str(folder / "socket"))
        self.unix_datagram = self._unix(socket.SOCK_DGRAM, str(folder / "datagrams"))
        self.abstract = self._unix(socket.SOCK_STREAM, f"\0{marker}")

        self._libc = ctypes.CDLL(None, use_errno=True)
        self.shared_memory_key = (os.getpid() & 0x7FFF) | 0x4752_0000
        create_for_all = 0o1666
        size = ctypes.c_size_t(SHARED_MEMORY_BYTES)
        self.shared_memory_id = self._libc.shmget(self.shared_memory_key, size, create_for_all)
        self.terminal_master, self.terminal = pty.openpty()
        self.victim = subprocess.Popen(
            [sys.executable, "-c", _VICTIM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.victim.stdout is not None and self.victim.stdout.readline() == "ready\n"

    def scene(self) -> dict[str, object]:
        """What the attacks are told: everything, as an attacker with inside knowledge would know it."""
        return {
            "secret": str(self.secret),
            "outside": str(self.there.parent),
            "readable": str(self.shown.parent),
            "hidden": str(self.shown.parent / "hidden"),
            "hidden_file": str(self.hidden_file),
            "tcp_port": self.tcp.getsockname()[1],
            "udp_port": self.udp.getsockname()[1],
            "unix_path": str(self.folder / "socket"),
            "unix_datagram_path": str(self.folder / "datagrams"),
            "abstract_name": self.marker,
            "shared_memory_key": self.shared_memory_key,
            "shared_memory_id": self.shared_memory_id,
            "terminal": self.terminal,
            "victim": self.victim.pid,
            "marker": self.marker,
            "host_name": socket.gethostname(),
        }

    def damage(self) -> str:
        """What has been done to this world since it was made or last looked at; empty when nothing."""
        marks = []
        if (facts := self._facts()) != self._before:
            marks.append(f"files changed: {sorted(set(facts.items()) ^ set(self._before.items()))}")
            self._before = facts
        if signals := self._signals_of_victim():
            marks.append(f"{signals} signals arrived")
        for name, listener in (("udp", self.udp), ("unix datagram", self.unix_datagram)):
            if _has_datagram(listener):
                marks.append(f"a {name} arrived")
        return "; ".join(marks)

    def close(self) -> None:
        remove = 0
        self._libc.shmctl(self.shared_memory_id, remove, None)
        self.victim.kill()
        self.victim.communicate()
        for listener in (self.tcp, self.udp, self.unix, self.unix_datagram, self.abstract):
            listener.close()

    def _signals_of_victim(self) -> int:
        assert self.victim.stdin is not None and self.victim.stdout is not None
        self.victim.stdin.write("?\n")
        self.victim.stdin.flush()
        count = int(self.victim.stdout.readline())
        fresh, self._seen_signals = count - getattr(self, "_seen_signals", 0), count
        return fresh

    def _file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def _facts(self) -> dict[str, tuple[int, int, int]]:
        found = {}
        for path in sorted((self.folder / "outside", self.folder / "readable")):
            for entry in (path, *sorted(path.rglob("*"))):
                status = entry.lstat()
                found[str(entry)] = (status.st_mode, status.st_size, status.st_mtime_ns)
        return found

    def _unix(self, kind: int, address: str) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX, kind)
        listener.bind(address)
        if kind == socket.SOCK_STREAM:
            listener.listen()
        return listener


def _has_datagram(listener: socket.socket) -> bool:
    listener.setblocking(False)
    try:
        listener.recv(64)
    except BlockingIOError:
        return False
    return True
