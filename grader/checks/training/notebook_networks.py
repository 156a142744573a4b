"""The notebook's networks, each built once: tracing a network's training costs more than all that is then asked of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.checks.training import draws
from grader.checks.training.asking import Asking, Lost, Network, Unanswered
from grader.checks.training.training_run import Trained, run
from grader.model.observation import Value

IMAGE_SHAPE = (32, 32, 3)


class NotebookNetworks:
    """Networks that functions of the notebook have built, and the weights that the grader gives to each."""

    def __init__(self, asking: Asking, random: np.random.Generator):
        self.asking = asking
        self._random = random
        self._built: dict[str, Network] = {}
        self._weights: dict[str, list[np.ndarray | None]] = {}
        #: What `run_model` returned, training by training.
        self.returned: list[Value] = []

    def built(self, function: str) -> Network:
        """The network of `function`, as it was built. Raises Unanswered or Breach."""
        if function not in self._built:
            self._built[function] = self.asking.network("network", function, function=function)
        return self._built[function]

    def reset(self, function: str) -> Network:
        """That network with the grader's weights, however it was trained in between.

        Where weights cannot be set it is built anew, and has its own. Raises Unanswered or Breach.
        """
        network = self.built(function)
        if function not in self._weights:
            self._weights[function] = draws.weights(self._random, network.graph, len(network.shapes), IMAGE_SHAPE)
        try:
            return with_weights(self.asking, network, self._weights[function])
        except Lost:
            return with_weights(self.asking, self.renewed(function), self._weights[function])
        except Unanswered as unanswered:
            if unanswered.seen.error is None:
                raise
            return self.renewed(function)

    def train(self, network: Network, images: np.ndarray, labels: np.ndarray, epochs: int, batch_size: int) -> Trained:
        """Trains `network` as it was read last. Raises Unanswered, or Breach where it cannot be read any more."""
        returned = run(self.asking, network, images, labels, epochs=epochs, batch_size=batch_size, is_training=True)
        after = self.asking.graph(network)
        self.returned.append(returned)
        return Trained(network.graph, after)

    def renewed(self, function: str) -> Network:
        """A new network of `function`, whose optimiser remembers nothing."""
        self._built.pop(function, None)
        return self.built(function)


def with_weights(asking: Asking, network: Network, values: Sequence[np.ndarray | None]) -> Network:
    """`network` with `values`, by place, as it then is. Raises Unanswered where they cannot be set."""
    given: Value = list(values)
    asking.ask("assign", handle=network.handle, values=given)
    return Network(network.handle, asking.graph(network), network.shapes, network.compiled)
