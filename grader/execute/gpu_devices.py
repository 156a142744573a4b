"""Which device nodes a GPU's driver is used through."""

from __future__ import annotations

import glob

#: NVIDIA's and AMD's on Linux.
_PATTERNS = ("/dev/nvidia*", "/dev/kfd", "/dev/dri")


def gpu_devices(patterns: tuple[str, ...] = _PATTERNS) -> tuple[str, ...]:
    """Paths of those that are there, sorted; none where the machine has no GPU."""
    return tuple(sorted(path for pattern in patterns for path in glob.glob(pattern)))
