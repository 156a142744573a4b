"""OUT/log.jsonl: what the runs did, one JSON object a line."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import IO


class RunLog:
    """Appends to the log. A line is written in one go, and starts a new one if a killed run left half a line."""

    def __init__(self, path: Path):
        self._path = path

    def write(self, event: str, **fields: object) -> None:
        """Adds ``{"time": ..., "event": event, "pid": ..., **fields}``; time is UTC in ISO 8601. Raises OSError."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": now, "event": event, "pid": os.getpid(), **fields}, default=str)
        with open(self._path, "ab+") as file:
            if file.tell() and not self._ends_a_line(file):
                line = "\n" + line
            file.write(line.encode() + b"\n")

    @staticmethod
    def _ends_a_line(file: IO[bytes]) -> bool:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
