"""Calls `generate_adversarial_image` and reads the image that it returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.checks.training.asking import Asking
from grader.checks.visualisation.adversarial_pairs import Pair
from grader.checks.visualisation.calls import call
from grader.checks.visualisation.returned_image import read_image

FUNCTION = "generate_adversarial_image"
RATE, MOST_STEPS = 1.0, 100
#: A change of this share of the image's largest value is rounding.
_ROUNDING = 1e-6
_IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was made of a pair's image: `image (H, W, C)` and its `difference` to the one given, float64.

    `rate` and `most_steps` are the settings that can have been in force.
    """

    pair: Pair
    image: np.ndarray
    difference: np.ndarray
    rate: float
    most_steps: int
    matches: tuple[str, ...]

    @property
    def moved(self) -> bool:
        return bool(np.abs(self.difference).max() > _ROUNDING * np.abs(self.pair.image).max())

    @property
    def length(self) -> float:
        return float(np.linalg.norm(self.difference))


class AdversarialCalls:
    """The calls of one submission's function, each asked once.

    `changes_input` tells whether any of them changed the image it was given, `moved` whether any made another image.
    """

    def __init__(self, asking: Asking):
        self._asking = asking
        self._known: dict[tuple[int, float | None, int | None], Answer] = {}
        self.changes_input = False

    @property
    def answered(self) -> bool:
        return bool(self._known)

    @property
    def moved(self) -> bool:
        return any(answer.moved for answer in self._known.values() if answer.pair.steps)

    def ask(self, pair: Pair, rate: float | None = None, most_steps: int | None = None) -> Answer:
        """The answer to `pair`, with the function's own settings where none are given. Raises Unanswered, Breach."""
        key = (id(pair), rate, most_steps)
        if key not in self._known:
            self._known[key] = self._asked(pair, rate, most_steps)
        return self._known[key]

    def _asked(self, pair: Pair, rate: float | None, most_steps: int | None) -> Answer:
        settings: dict[str, float] = {}
        if rate is not None:
            settings["learning_rate"] = rate
        if most_steps is not None:
            settings["num_iterations"] = most_steps
        called = call(self._asking, FUNCTION, {"X": pair.image.copy(), "target_y": pair.target}, **settings)
        self.changes_input = self.changes_input or "X" in called.changed
        returned = read_image(called.returned, pair.image)
        ignored = {name for name, how in called.settings.items() if how == _IGNORED}
        return Answer(
            pair=pair,
            image=returned.image,
            difference=returned.image - pair.image[0].astype(np.float64),
            rate=RATE if rate is None or "learning_rate" in ignored else rate,
            most_steps=MOST_STEPS if most_steps is None or "num_iterations" in ignored else most_steps,
            matches=(*returned.matches, *(("network_changed",) if called.weights_changed else ())),
        )
