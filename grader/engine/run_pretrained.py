"""The network that a run of Part 3 is about, where the course supplies one: settled once before anything runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader.checks.visualisation.pretrained_network import PretrainedNetwork, read_pretrained
from grader.datasets.loading import cache_of
from grader.datasets.places import Surroundings
from grader.datasets.pretrained import PretrainedMaterial, embedded
from grader.datasets.supplied_material import LOCATION_FILE, entry_name, is_kept, keep_supplied, open_supplied
from grader.datasets.supplied_network import SuppliedNetwork, read_supplied
from grader.execute.executor import Executor
from grader.intake import Handout
from grader.messages import catalogue
from grader.model.errors import InfrastructureError, UsageError
from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits

#: In the work folder of the process that looks at the network.
_NETWORK_FILE = "Utils/supplied.keras"
#: TensorFlow is imported there too, which takes long on a busy machine.
_WALL_S = 180.0


@dataclass(frozen=True, slots=True)
class RunPretrained:
    """A supplied network, kept in the cache entry `folder`; small enough to send to workers."""

    folder: Path
    name: str
    digest: str

    def open(self, seen: Path) -> PretrainedMaterial:
        """What goes with it, where students' code sees the folder as `seen`. Raises DamagedEntry."""
        return open_supplied(self.folder, seen)


def settle(
    file: Path,
    student_template: Path,
    environ: Mapping[str, str],
    level: IsolationLevel,
    limits: ExecutionLimits,
    hidden: tuple[Path, ...] = (),
) -> RunPretrained:
    """The network in `file`, opened once in a process of its own where that was not done before, and found fit.

    `limits` are those of the part; `hidden` is kept from that process. Raises UsageError (DataRefused) in one line where
    it cannot serve.
    """
    supplied = read_supplied(file)
    cache = cache_of(Surroundings.here(environ))
    given = Handout.load(student_template).given
    base = embedded(given)
    folder = cache / entry_name(supplied, base)
    if not is_kept(cache, folder.name):
        network = _opened(supplied, given, level, limits, hidden)

        def predicted(images: np.ndarray) -> np.ndarray:
            return network.predicted(images)

        folder = keep_supplied(cache, supplied, base, network.classes, predicted)
    material = open_supplied(folder, folder)
    return RunPretrained(folder, material.name, material.digest)


def _opened(
    supplied: SuppliedNetwork,
    given: Mapping[str, bytes],
    level: IsolationLevel,
    limits: ExecutionLimits,
    hidden: tuple[Path, ...],
) -> PretrainedNetwork:
    content = supplied.file.read_bytes()
    location = f'{{"file": "{_NETWORK_FILE}"}}'.encode()
    files = {**given, _NETWORK_FILE: content, LOCATION_FILE: location}
    # A network of the course's own may be larger than what a student may write.
    room = len(content) + limits.disk_bytes
    wide = dataclasses.replace(
        limits,
        disk_bytes=room,
        file_bytes=max(limits.file_bytes, 2 * len(content)),
        call_wall_s=max(limits.call_wall_s, _WALL_S),
        item_wall_s=max(limits.item_wall_s, _WALL_S),
    )
    try:
        with Executor(level=level, hidden=hidden, notebooks=False) as executor:
            return read_pretrained(executor, files, wide)
    except (UsageError, InfrastructureError) as error:
        raise UsageError(catalogue().text("engine.pretrained_refused", file=supplied.file, reason=error)) from error
