"""An interpreter that has few packages, for what must work where little is installed."""

from __future__ import annotations

import site
import sys
import venv
from pathlib import Path

#: What a student's machine need not have.
NOT_NEEDED = (
    "tensorflow",
    "keras",
    "ipython",
    "matplotlib",
    "pebble",
    "psutil",
    "scipy",
    "nbclient",
    "ipykernel",
    "pandas",
)


def bare_python(target: Path, without: tuple[str, ...]) -> Path:
    """An interpreter that finds this one's packages but those whose names start with one of `without`."""
    venv.create(target, with_pip=False, symlinks=True)
    python = target / "bin" / "python"
    own = target / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    # Debian's Python names folders that nobody has made.
    for folder in filter(Path.is_dir, map(Path, site.getsitepackages())):
        for entry in folder.iterdir():
            if not entry.name.lower().startswith(without) and not (own / entry.name).exists():
                (own / entry.name).symlink_to(entry)
    return python
