"""What honest student code does, and what must go on working in a cell; an exception means that it does not.

`done` is raised at the end, so that a chore cannot pass by doing nothing.
"""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace

from attempt import Succeeded


def done(detail: object = "done") -> None:
    raise Succeeded(str(detail))


def work_in_folder(scene: SimpleNamespace) -> None:
    Path("notes.txt").write_text("x")
    Path("sub").mkdir()
    Path("notes.txt").rename("sub/notes.txt")
    shutil.copy("sub/notes.txt", "copy.txt")
    shutil.copytree("sub", "sub2")
    shutil.rmtree("sub")
    assert sorted(os.listdir(".")) == sorted({*os.listdir("."), "copy.txt", "sub2"})
    assert os.path.samefile(os.getcwd(), os.environ["PWD"])
    done()


def use_home_and_temporary_folder(scene: SimpleNamespace) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"x")
    Path("~").expanduser().joinpath(".cache").mkdir()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "x").write_text("x")
    done()


def start_processes_and_threads(scene: SimpleNamespace) -> None:
    said = subprocess.run(["/bin/echo", "hello"], capture_output=True, text=True, check=True).stdout
    assert said == "hello\n"
    thread = threading.Thread(target=Path("thread.txt").write_text, args=("x",))
    thread.start()
    thread.join()
    assert Path("thread.txt").exists()
    child = os.fork()
    if child == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    one, other = socket.socketpair()
    one.send(b"x")
    assert other.recv(1) == b"x"
    done()


def import_late(scene: SimpleNamespace) -> None:
    for name in ("decimal", "sqlite3", "xml.dom.minidom"):
        assert name not in sys.modules
        importlib.import_module(name)
    done()


def read_about_itself(scene: SimpleNamespace) -> None:
    assert "VmRSS" in Path("/proc/self/status").read_text()
    assert "processor" in Path("/proc/cpuinfo").read_text()
    assert os.listdir("/proc/self/fd")
    assert os.listdir("/sys/devices/system/cpu")
    assert Path("/dev/urandom").open("rb").read(4)
    Path("/dev/null").write_text("x")
    assert Path(scene.readable, "shown.txt").read_text() == "shown"
    done()


def find_and_end_its_children(scene: SimpleNamespace) -> None:
    from grader.sandbox.processes import descendants, kill_descendants

    child = os.fork()
    if child == 0:
        signal.pause()
    found = descendants(os.getpid())
    # Whether a child that has ended is still listed depends on what can be seen of it.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    assert found == (child,) and kill_descendants(os.getpid())
    done()


def exit_seven(scene: SimpleNamespace) -> None:
    os._exit(7)


def die_of_a_signal(scene: SimpleNamespace) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def kill_itself(scene: SimpleNamespace) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def run_out_of_processor_time(scene: SimpleNamespace) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
    while True:
        pass


def hold_slots_apart(scene: SimpleNamespace) -> None:
    done(f"{os.getuid()} {os.getgid()} {os.getgroups()}")


def see_no_secret_behind_the_wall(scene: SimpleNamespace) -> None:
    """Tried in the process behind the outer wall, where no student code runs: still nothing to find."""
    Path(scene.secret).read_text()


def reach_no_network_behind_the_wall(scene: SimpleNamespace) -> None:
    socket.create_connection(("127.0.0.1", scene.tcp_port), timeout=2)
