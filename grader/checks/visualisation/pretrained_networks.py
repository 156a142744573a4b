"""The grader's copies of pretrained networks, each read once."""

from __future__ import annotations

from collections.abc import Mapping

from grader.checks.part import Runner
from grader.checks.visualisation.pretrained_network import PretrainedNetwork, read_pretrained
from grader.datasets.pretrained import PretrainedMaterial
from grader.model.limits import ExecutionLimits


class PretrainedNetworks:
    """Of one run, by the digest of what they were read from."""

    def __init__(self) -> None:
        self._read: dict[str, PretrainedNetwork] = {}

    def of(
        self, material: PretrainedMaterial, runner: Runner, given: Mapping[str, bytes], limits: ExecutionLimits
    ) -> PretrainedNetwork:
        """The network of `material`; `given` are the files of the hand-out. Raises as `read_pretrained` does."""
        if material.digest not in self._read:
            self._read[material.digest] = read_pretrained(runner, {**given, **material.files}, limits)
        return self._read[material.digest]
