"""The network that a run of Part 3 is about, where the course supplies one: settled once before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.checks.visualisation.pretrained_network import PretrainedNetwork, read_pretrained
from grader.datasets.kept_network import entry_name, is_kept
from grader.datasets.loading import cache_of
from grader.datasets.places import Surroundings
from grader.datasets.pretrained import PretrainedMaterial, embedded
from grader.datasets.supplied_checkpoint import SuppliedCheckpoint, checkpoint_prefix, read_checkpoint
from grader.datasets.supplied_material import LOCATION_FILE, keep_supplied, open_supplied
from grader.datasets.supplied_network import SuppliedNetwork, read_supplied
from grader.dialects.dialect import Dialect
from grader.dialects.tf1.original_material import open_original
from grader.engine.run_original import kept_original, roomy
from grader.execute.executor import Executor
from grader.intake import Handout
from grader.messages import catalogue
from grader.model.errors import InfrastructureError, UsageError
from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits

#: In the work folder of the process that looks at the network.
_NETWORK_FILE = "Utils/supplied.keras"


@dataclass(frozen=True, slots=True)
class RunPretrained:
    """A supplied network, kept in the cache entry `folder`; small enough to send to workers.

    `dialect` is that of the hand-ins that it is for: others keep the network that they have without it.
    """

    folder: Path
    name: str
    digest: str
    dialect: Dialect = Dialect.TF2

    def open(self, seen: Path) -> PretrainedMaterial:
        """What goes with it, where students' code sees the folder as `seen`. Raises DamagedEntry."""
        return (open_original if self.dialect is Dialect.TF1 else open_supplied)(self.folder, seen)


def read_network(file: Path) -> SuppliedNetwork | SuppliedCheckpoint:
    """The network that somebody named: a file of Keras, or a checkpoint of TensorFlow 1. Runs nothing of it.

    Raises DataRefused in one line where it can be neither.
    """
    prefix = checkpoint_prefix(file)
    return read_supplied(file) if prefix is None else read_checkpoint(prefix)


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
    supplied = read_network(file)
    cache = cache_of(Surroundings.here(environ))
    given = Handout.load(student_template).given
    base = embedded(given)
    if isinstance(supplied, SuppliedCheckpoint):
        folder = kept_original(cache, supplied, given, base, level, limits, hidden)
        original = open_original(folder, folder)
        return RunPretrained(folder, original.name, original.digest, Dialect.TF1)
    folder = cache / entry_name(supplied.digest, base)
    if not is_kept(cache, folder.name):
        network = _opened(supplied, given, level, limits, hidden)
        folder = keep_supplied(cache, supplied, base, network.classes, network.predicted)
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
    try:
        with Executor(level=level, hidden=hidden, notebooks=False) as executor:
            return read_pretrained(executor, files, roomy(limits, len(content)))
    except (UsageError, InfrastructureError) as error:
        raise UsageError(catalogue().text("engine.pretrained_refused", file=supplied.file, reason=error)) from error
