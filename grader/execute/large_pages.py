"""Gathers a process's memory in large pages: a fork copies one entry for 2 MiB of memory instead of 512.

A fork of a process that has imported TensorFlow takes less than half the time so. Linux 6.1 and later; elsewhere nothing
happens. What it costs, some tenths of a second, is worth it in a process that is forked many times.
"""

from __future__ import annotations

import ctypes
import sys

from grader.sandbox.syscalls import libc_call

_MADV_COLLAPSE = 25
_LARGE_PAGE_BYTES = 2 << 20


def gather() -> int:
    """Ask for it, for all that is this process's own and not a file's; bytes that now lie in large pages."""
    if sys.platform != "linux":
        return 0
    try:
        with open("/proc/self/maps", encoding="ascii", errors="replace") as file:
            regions = [region for line in file if (region := _own_memory(line)) is not None]
    except OSError:
        return 0
    return sum(end - start for start, end in regions if _is_gathered(start, end - start))


def _is_gathered(start: int, size: int) -> bool:
    """A refusal (an older kernel, too little free memory) leaves the region as it was."""
    return libc_call("madvise", ctypes.c_void_p(start), ctypes.c_size_t(size), ctypes.c_int(_MADV_COLLAPSE)) == 0


def _own_memory(line: str) -> tuple[int, int] | None:
    """Start and end of the large pages that fit into what a line of ``/proc/self/maps`` describes; None for other memory."""
    addresses, access, _, _, inode, *name = line.split(maxsplit=5)
    # The stack is short and grows; what has an inode is a file's, or shared.
    if not access.startswith("rw") or not access.endswith("p") or inode != "0" or name[:1] == ["[stack]\n"]:
        return None
    low, high = (int(address, 16) for address in addresses.split("-"))
    start, end = -(-low // _LARGE_PAGE_BYTES) * _LARGE_PAGE_BYTES, high // _LARGE_PAGE_BYTES * _LARGE_PAGE_BYTES
    return (start, end) if start < end else None
