"""Which paths a wall leaves readable: what Python and its libraries need, and nothing of the users'."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
import tempfile
from collections.abc import Iterable
from pathlib import Path

from grader.sandbox.policy import WallPolicy

_SYSTEM = (
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/bin",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/localtime",
    "/sys/devices/system/cpu",
)


def default_wall(
    extra_hidden: Iterable[str] = (),
    scratch: str | None = None,
    extra_readable: Iterable[str] = (),
    devices: Iterable[str] = (),
) -> WallPolicy:
    """The wall for this interpreter, its virtual environment and the system's libraries.

    The grader's own package is hidden where it is installed below one of them, so whoever enters the wall imports
    what it needs of it before. `extra_readable`: further paths, as of data sets. `devices`: of the machine, as a GPU's. `scratch`: the system's folder for
    temporary files unless given. All paths are made absolute; links are kept and where they lead is added.
    """
    # The package is looked up from this file, as __file__ of a namespace or zipped package may be missing.
    package = str(Path(__file__).resolve().parents[1])
    return WallPolicy(
        readable=_with_real_paths([*_SYSTEM, *_python_paths(), *extra_readable]),
        hidden=_with_real_paths([package, *extra_hidden]),
        scratch=os.path.realpath(scratch or tempfile.gettempdir()),
        devices=tuple(devices),
    )


def _python_paths() -> list[str]:
    prefixes = [sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix]
    folders = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    packages = site.getsitepackages() if hasattr(site, "getsitepackages") else []
    # A managed interpreter may be a link whose prefix is not the folder it runs from.
    real_interpreter = Path(os.path.realpath(sys.executable)).parents[1]
    found = [*prefixes, *folders, *packages, str(real_interpreter)]
    # "/" would show everything; a system Python has /usr, which is listed above.
    return [path for path in found if path and os.path.realpath(path) != "/"]


def _with_real_paths(paths: Iterable[str]) -> tuple[str, ...]:
    absolute = [os.path.abspath(path) for path in paths]
    return tuple(dict.fromkeys([*absolute, *(os.path.realpath(path) for path in absolute)]))
