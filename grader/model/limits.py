"""What a student's process may use. Units are in the names."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class ExecutionLimits:
    """Limits on one child (a notebook run, or the probes of one submission).

    Defaults suit Part 1 (NumPy); the rubric overrides them per part.
    """

    call_wall_s: float = 10.0
    item_wall_s: float = 30.0
    cell_wall_s: float = 60.0
    notebook_wall_s: float = 180.0
    cpu_s: int = 240
    memory_bytes: int = 1024 * MEBIBYTE
    processes: int = 64
    disk_bytes: int = 256 * MEBIBYTE
    file_bytes: int = 128 * MEBIBYTE
    output_bytes: int = 1 * MEBIBYTE
    array_bytes: int = 64 * MEBIBYTE
    open_files: int = 256


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """Limits on what is unpacked from one hand-in."""

    archive_bytes: int = 512 * MEBIBYTE
    unpacked_bytes: int = 512 * MEBIBYTE
    member_bytes: int = 256 * MEBIBYTE
    compression_ratio: int = 200
    members: int = 5000
    path_depth: int = 16
    notebook_bytes: int = 64 * MEBIBYTE
