"""Calls `compute_class_representative_image` and reads the steps that it returns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from grader.checks.training.asking import Asking, Breach, Unanswered
from grader.checks.visualisation.ascent_settings import AscentSettings
from grader.checks.visualisation.ascent_steps import AscentSteps
from grader.checks.visualisation.calls import call
from grader.checks.visualisation.pretrained_network import PretrainedNetwork
from grader.checks.visualisation.returned_steps import read_steps
from grader.checks.visualisation.valid_range import ValidRange, valid_range
from grader.datasets.pretrained import PretrainedMaterial
from grader.model.evidence import Problem
from grader.model.status import CallOutcome

FUNCTION = "compute_class_representative_image"


@dataclass(frozen=True, slots=True)
class Seen:
    """`images (T + 1, H, W, C)` of an ascent for `target`; `settings` are those that can have been in force.

    `problem` is what the contract does not allow about them, though they can be read.
    """

    images: np.ndarray
    target: int
    settings: AscentSettings
    problem: Problem | None
    weights_changed: bool


class AscentCalls:
    """The calls of one submission's function, each asked once.

    `fixed_jitter` says whether there is jitter where none was asked for: None while that is not known. `least_jitter` is 1
    where the function cannot be called with none: random whole numbers from -0 to below 0 are none.
    """

    def __init__(self, asking: Asking, network: PretrainedNetwork, material: PretrainedMaterial):
        self._asking = asking
        self.network = network
        self.material = material
        self.seen: list[Seen] = []
        self.fixed_jitter: bool | None = None
        self.least_jitter = 0
        self._known: dict[tuple[int, AscentSettings | None, bool], Seen] = {}

    @cached_property
    def valid(self) -> ValidRange:
        return valid_range(self.material)

    def ask(self, target: int, settings: AscentSettings | None, frozen: bool = False) -> Seen:
        """The steps for `target`; without `settings` by the function's own. With `frozen` the network cannot be brought to
        train. Raises Unanswered, Breach."""
        key = target, settings, frozen
        if key not in self._known:
            self._known[key] = seen = self._asked_again(target, settings, frozen)
            self.seen.append(seen)
        return self._known[key]

    def steps(self, seen: Seen, count: int | None = None) -> AscentSteps:
        """The first `count` steps, to be explained."""
        images = seen.images if count is None else seen.images[: count + 1]
        return AscentSteps(self.network, self.valid, images, seen.target, seen.settings.learning_rate)

    def _asked_again(self, target: int, settings: AscentSettings | None, frozen: bool) -> Seen:
        """With the least jitter that the function takes, where none is wanted."""
        if settings is None or settings.max_jitter:
            return self._asked(target, settings, frozen)
        try:
            return self._asked(target, replace(settings, max_jitter=self.least_jitter), frozen)
        except Unanswered as ended:
            if self.least_jitter or ended.seen.outcome is not CallOutcome.RAISED:
                raise
            try:
                seen = self._asked(target, replace(settings, max_jitter=1), frozen)
            except (Unanswered, Breach):
                # Not for want of jitter.
                raise ended from None
            self.least_jitter = 1
            return seen

    def _asked(self, target: int, settings: AscentSettings | None, frozen: bool) -> Seen:
        given = settings.handed() if settings is not None else {}
        # Each call draws anew, unless the function itself fixes what is drawn.
        seed = 1 + len(self._known)
        called = call(self._asking, FUNCTION, {"target_y": target}, seed=seed, frozen=frozen, **given)
        in_force = (settings or AscentSettings()).in_force(called.settings)
        expected = (in_force.num_iterations + 1, *self.network.image_shape)
        returned = read_steps(called.returned, expected)
        return Seen(returned.images, target, in_force, returned.problem, called.weights_changed)
