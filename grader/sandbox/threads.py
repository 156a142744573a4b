"""Makes sure that a process has one thread: restrictions hold for the calling thread, and forks copy only that one."""

from __future__ import annotations

import os
import threading

from grader.model.errors import InfrastructureError

_TASKS = "/proc/self/task"


def require_one(purpose: str) -> None:
    """Raise InfrastructureError unless this process has exactly one thread, those of libraries included."""
    try:
        count = len(os.listdir(_TASKS))
    except OSError:
        count = threading.active_count()
    if count != 1:
        raise InfrastructureError(f"entering {purpose}: the process has {count} threads, and only one may be there")
