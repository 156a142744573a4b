"""What the comparison needs of another grader: set it up once, have it grade copies of the same correct hand-in."""

from __future__ import annotations

import os
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks import process_tree

KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class PeerFailed(Exception):
    """The other grader could not be set up, or did not give full points: its figure would mean nothing."""


class Peer(ABC):
    """`name` is what the table calls it."""

    name: str

    @abstractmethod
    def prepare(self) -> None:
        """Makes the assignment in the peer's own format. Raises PeerFailed."""

    @abstractmethod
    def grade(self, copies: int, between: Callable[[], None]) -> process_tree.Usage:
        """What grading `copies` of the hand-in costs; called once. `between` runs once for each of them, always at the same
        point of its way, while the grader stands still. Raises PeerFailed."""


def environment(program: Path, work: Path) -> dict[str, str]:
    """Variables of a peer's processes: its own programs first, and settings of its own."""
    own = {"PATH": os.pathsep.join((str(program.parent), os.environ.get("PATH", os.defpath))), "MPLBACKEND": "agg"}
    folders = {name: str(work / name.lower()) for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR")}
    return {**os.environ, **own, **folders}


def run_or_fail(command: Sequence[str], folder: Path, variables: Mapping[str, str]) -> str:
    """The command's standard output. Raises PeerFailed with the end of what it said."""
    ended = subprocess.run(command, cwd=folder, env=dict(variables), capture_output=True, text=True)
    if ended.returncode:
        raise PeerFailed(f"{' '.join(command[:2])}: exit code {ended.returncode}: {ended.stderr.strip()[-500:]}")
    return ended.stdout
