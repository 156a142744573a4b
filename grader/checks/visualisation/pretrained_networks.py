"""The grader's copies of pretrained networks, each read once."""

from __future__ import annotations

from collections.abc import Mapping

from grader.checks.cases import PUBLIC_SEED, generator
from grader.checks.part import Runner
from grader.checks.visualisation.pretrained_network import PretrainedNetwork, read_pretrained
from grader.checks.visualisation.witness import gradient_error
from grader.datasets.pretrained import PretrainedMaterial
from grader.model.errors import InfrastructureError
from grader.model.limits import ExecutionLimits

#: Images that gradients are confirmed on.
_WITNESSED = 3
#: Right gradients stay below 1e-8; next to a kink, of which there are a few among thousands of units, below this.
_CONFIRMED = 1e-2


class PretrainedNetworks:
    """Of one run, by the digest of what they were read from."""

    def __init__(self) -> None:
        self._read: dict[str, PretrainedNetwork] = {}

    def of(
        self, material: PretrainedMaterial, runner: Runner, given: Mapping[str, bytes], limits: ExecutionLimits
    ) -> PretrainedNetwork:
        """The network of `material`; `given` are the files of the hand-out. Raises as `read_pretrained` does, and
        InfrastructureError where its gradients are not confirmed by central differences."""
        if material.digest not in self._read:
            network = read_pretrained(runner, {**given, **material.files}, limits)
            _witnessed(network, material)
            self._read[material.digest] = network
        return self._read[material.digest]


def _witnessed(network: PretrainedNetwork, material: PretrainedMaterial) -> None:
    random = generator(PUBLIC_SEED, "pretrained", "witness", 0)
    images = material.images[:_WITNESSED]
    error = gradient_error(network, images, random.integers(0, network.classes, len(images)), random)
    if not error <= _CONFIRMED:
        raise InfrastructureError(
            f"{material.name}: the gradients of the pretrained network are {error:.1g} away from central differences"
        )
