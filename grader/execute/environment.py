"""Environment variables of the zygote and of its children: nothing of the caller's own gets in."""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata
from pathlib import Path

_ONE_THREAD = {
    name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
}
_REPORTED = ("numpy", "scipy", "matplotlib", "ipython", "ipykernel", "nbclient", "nbformat")


def python_environment(home: Path) -> dict[str, str]:
    """All variables of a process of ours; `home` takes temporary files, and the caches that libraries keep."""
    return {
        **_ONE_THREAD,
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


def versions() -> dict[str, str]:
    """Versions of the interpreter and of the libraries that student code meets, and the platform."""
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for name in _REPORTED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
