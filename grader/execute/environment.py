"""Environment variables of the zygote and of its children: nothing of the caller's own gets in."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

_ONE_THREAD = {
    name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
}
#: Warnings about the machine, and what libraries say of themselves: on descriptor 2, and so in every cell's output.
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3"}
_THREAD_COUNTS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
_REPORTED = ("numpy", "scipy", "matplotlib", "ipython", "ipykernel", "nbclient", "nbformat")

#: Distributions by any of which a package may have been installed.
_BUILDS = {"tensorflow": ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tensorflow-macos")}


def python_environment(home: Path, threads: int | None = None) -> dict[str, str]:
    """All variables of a process of ours; `home` takes temporary files, and the caches that libraries keep.

    `threads`: how many threads TensorFlow and OpenMP use; where it is None, OpenMP uses one.
    """
    return {
        **_ONE_THREAD,
        **({} if threads is None else {name: str(threads) for name in _THREAD_COUNTS}),
        **_QUIET,
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.defpath)),
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "TMPDIR": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "MPLBACKEND": "Agg",
        "PYTHONDONTWRITEBYTECODE": "1",
        # Else every thread sets 64 MiB of address space aside, and a dozen of them use up what a child may have.
        "MALLOC_ARENA_MAX": "1",
    }


def versions(preloaded: Sequence[str] = ()) -> dict[str, str]:
    """Versions of the interpreter, of the libraries that student code meets and of packages imported for it, and the platform."""
    found = {"python": platform.python_version(), "platform": platform.platform()}
    builds = [build for package in preloaded for build in _BUILDS.get(package, (package,))]
    for name in (*_REPORTED, *builds):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
