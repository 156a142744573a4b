"""How much memory programs can still get on this machine."""

from __future__ import annotations

import os
from pathlib import Path

_LINUX = Path("/proc/meminfo")


def available_bytes(told_by: Path = _LINUX) -> int | None:
    """What the kernel says is available without swapping; elsewhere than on Linux all that is built in; None if unknown."""
    try:
        for line in told_by.read_text(encoding="ascii").splitlines():
            name, _, value = line.partition(":")
            if name == "MemAvailable":
                return int(value.split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError, AttributeError):
        return None
