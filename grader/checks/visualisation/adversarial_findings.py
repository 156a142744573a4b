"""Judges adversarial images: direction and length of their steps, whether they fool the network, and when they stop."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from grader.checks.training.asking import Breach, Unanswered
from grader.checks.visualisation.adversarial_calls import MOST_STEPS, AdversarialCalls, Answer
from grader.checks.visualisation.adversarial_pairs import Pair
from grader.checks.visualisation.adversarial_steps import (
    CONTRACT,
    OTHER_DIRECTIONS,
    OTHER_LENGTHS,
    Step,
    walked,
)
from grader.checks.visualisation.ascent_run import lead
from grader.checks.visualisation.pretrained_network import PretrainedNetwork
from grader.checks.visualisation.valid_range import ValidRange
from grader.checks.visualisation.visualisation_case import Finding, breach
from grader.datasets.pretrained import PretrainedMaterial

#: 1 - cosine. Steps along the gradient are below 1e-8; along a softmax's they reach 0.02, and all others are above.
_ALONG = 1e-3
#: Of several steps whose learning rate goes down by a tenth on the way: 0.003 at most. Those of a first gradient alone are
#: above 0.02.
_NEARLY_ALONG = 0.01
#: Relative. In float32 a path of ten steps is off by 1e-5, and by a percent where one unit of the network is decided
#: otherwise; a step more or less is a tenth at least.
_SAME_IMAGE = 0.03
_SAME_LENGTH = 0.01
#: Of the scores' spread: decisions are judged as the student's own float32 may have seen them.
_TIE = 1e-4
#: The end of a path is looked for step by step up to so many, and then by halves.
_LOOKED_FOR = 16


class AdversarialFindings:
    """Findings about the answers of one submission's function. Each of `readings`, names of steps, is right."""

    def __init__(
        self,
        calls: AdversarialCalls,
        network: PretrainedNetwork,
        material: PretrainedMaterial,
        valid: ValidRange,
        readings: Sequence[str],
    ):
        self._calls = calls
        self._network = network
        self._material = material
        self._valid = valid
        self._readings = readings
        self._counts: dict[tuple[int, str, float], int] = {}
        self._ways_known: dict[tuple[int, str, int, float, bool], np.ndarray] = {}
        self._fools = False
        self._stops_in_time: bool | None = None

    def direction(self, answer: Answer) -> Finding:
        """How far the steps are from going along the gradient of the target's score, whatever their lengths: 1 - cosine."""
        error = nearly = min(self._off(answer, way) for way in self._ways(answer))
        if error > _ALONG:
            # Steps of other lengths come along another way. One of them is taken for it only if all of it is alike.
            others = [self._walked(answer, name) for name in OTHER_LENGTHS]
            nearly = min([nearly, *(self._off(answer, way) for way in others)])
            others.append(self._walked(answer, CONTRACT, longer=self.single_length(answer.pair)))
            error = min([error, *(self._off(answer, way) for way in others if self._equal(answer, way))])
        if error > _ALONG and answer.most_steps < MOST_STEPS:
            # Ending too early is another matter.
            start, *early = walked(
                self._network, answer.pair.path[0], answer.pair.target, answer.most_steps - 1, answer.rate
            )
            error = min([error, *(self._off(answer, way - start) for way in early if self._equal(answer, way - start))])
        matches = () if error <= _ALONG else self._named(answer, OTHER_DIRECTIONS)
        if nearly <= _NEARLY_ALONG and answer.most_steps > 1 and not matches:
            # Steps whose length changes on the way end a little elsewhere, and known mistakes end further away.
            error = 0.0
        return Finding({"direction": error}, (*matches, *answer.matches))

    def normalisation(self, answer: Answer) -> Finding:
        """How far the way is from being as long as the contract's: the learning rate, for a single step."""
        lengths = [float(np.linalg.norm(way)) for way in self._ways_of(answer, CONTRACT)]
        single = answer.most_steps == 1 or answer.pair.steps == 1
        if single:
            # Whatever its direction, one step is as long as the learning rate; two are where one more is made.
            lengths.append(answer.rate)
        error = min(abs(answer.length / length - 1) for length in lengths)
        others = [way for reading in self._readings if reading != CONTRACT for way in self._ways_of(answer, reading)]
        # Steps of no set length are told from others of nearly that length by all of them, and not by their lengths.
        error = min([error, *(float(np.linalg.norm(answer.difference - way) / np.linalg.norm(way)) for way in others)])
        if error <= _SAME_LENGTH:
            return Finding({"length": error}, answer.matches)
        if single and answer.rate != 1.0 and abs(answer.length - 1.0) <= _SAME_LENGTH:
            return Finding({"length": abs(answer.length - 1.0)}, (*answer.matches, "learning_rate_unused"))
        names = self._named(answer, {**OTHER_LENGTHS, **OTHER_DIRECTIONS})
        if (
            not names
            and answer.rate != 1.0
            and abs(answer.length / self.single_length(answer.pair) - 1) <= _SAME_LENGTH
        ):
            names = ("learning_rate_unused",)
        return Finding({"length": error}, (*names, *answer.matches))

    def flips(self, answer: Answer) -> Finding:
        """Whether the grader's copy of the network says the target, of an image that is still like the one given."""
        if not self.fooled(answer):
            says = int(self._network.predicted(answer.image[np.newaxis])[0])
            difference = self._says(answer.pair.path[0] + answer.image, answer.pair.target)
            matches = (*answer.matches, *(("difference_returned",) if difference else ()))
            return breach("not_fooled", *matches, predicted=says, target=answer.pair.target)
        # One after the other: a hundred large images at once take more memory than all the rest.
        nearest = min(float(np.linalg.norm(image - answer.image)) for image in self._material.images)
        if nearest < min(_SAME_IMAGE * float(np.linalg.norm(answer.image)), answer.length / 2):
            return breach("other_image")
        self._fools = True
        return Finding({"fooled": 0.0}, answer.matches)

    def fooled(self, answer: Answer) -> bool:
        return self._says(answer.image, answer.pair.target)

    def _says(self, image: np.ndarray, target: int) -> bool:
        scores = self._network.scores(image[np.newaxis])[0]
        return lead(scores, target) > -_TIE * float(scores.std())

    def stops(self, answer: Answer) -> Finding:
        """Whether the last step is the one after which the network says the target, or the one after that.

        Of a single image with which it never does nothing can be told. To be asked after `flips`.
        """
        if not self._fools:
            return breach("never_fooled")
        if not answer.pair.steps:
            return self._stops_at_once(answer)
        if not self.fooled(answer):
            early = any(self._equal(answer, way - answer.pair.path[0]) for way in answer.pair.path[:-1])
            return breach("stops_early") if early else Finding({"stop": 0.0})
        if any(self._equal(answer, way) for way in self._ways(answer)):
            return Finding({"stop": 0.0}, answer.matches)
        if self._stops_in_time is None:
            self._stops_in_time = self._in_time(answer)
        return Finding({"stop": 0.0}) if self._stops_in_time else breach("stops_late")

    def _in_time(self, answer: Answer) -> bool:
        """Whether an image that other steps than the contract's have made is the first that fools the network, or the next."""
        if self._calls.ask(answer.pair, most_steps=1).most_steps != 1:
            return answer.length <= answer.rate * (answer.pair.steps + 1) * (1 + _SAME_IMAGE)
        count = self._first_that_fools(answer.pair)
        later = (self._calls.ask(answer.pair, most_steps=more) for more in (count, count + 1))
        return self._is_one_of(answer, later)

    def _first_that_fools(self, pair: Pair) -> int:
        """The number of steps after which the network says the target, of a function that is called with each."""
        for count in range(1, _LOOKED_FOR + 1):
            if self.fooled(self._calls.ask(pair, most_steps=count)):
                return count
        # Once fooled, the network stays so.
        counts = range(_LOOKED_FOR + 1, MOST_STEPS)
        return counts[0] + bisect_left(
            counts, True, key=lambda count: self.fooled(self._calls.ask(pair, most_steps=count))
        )

    def _stops_at_once(self, answer: Answer) -> Finding:
        """The network says the target already: no step, or one."""
        if not answer.moved or answer.length <= answer.rate * (1 + _SAME_LENGTH):
            return Finding({"stop": 0.0})
        one = self._calls.ask(answer.pair, most_steps=1)
        if one.most_steps == 1 and self._is_one_of(answer, [one]):
            return Finding({"stop": 0.0})
        return breach("stops_late")

    def _ways(self, answer: Answer) -> list[np.ndarray]:
        """The differences (H, W, C) that right answers make, in every reading."""
        return [way for reading in self._readings for way in self._ways_of(answer, reading)]

    def _ways_of(self, answer: Answer, reading: str) -> list[np.ndarray]:
        """Those of one: with or without clipping, and with one step after the target is reached or none."""
        extras = (0, 1) if answer.most_steps >= MOST_STEPS else (0,)
        return [self._walked(answer, reading, extra, valid) for extra in extras for valid in (None, self._valid)]

    def single_length(self, pair: Pair) -> float:
        """How long a single step with learning rate 1 is, where one can be asked for; 1 where there is none."""
        try:
            single = self._calls.ask(pair, most_steps=1)
        except (Breach, Unanswered):
            return 1.0
        return single.length if single.most_steps == 1 and single.moved else 1.0

    def _walked(
        self, answer: Answer, name: str, extra: int = 0, valid: ValidRange | None = None, longer: float = 1.0
    ) -> np.ndarray:
        count = self._steps(answer, name) + extra if answer.most_steps >= MOST_STEPS else answer.most_steps
        pair, rate = answer.pair, longer * answer.rate
        key = (id(pair), name, count, rate, valid is None)
        if key not in self._ways_known:
            path = walked(self._network, pair.path[0], pair.target, count, rate, name, valid)
            self._ways_known[key] = path[-1] - path[0]
        return self._ways_known[key]

    def _steps(self, answer: Answer, name: str) -> int:
        """How many steps a right answer of another reading than the contract's takes; of anything else as many as that."""
        pair, key = answer.pair, (id(answer.pair), name, answer.rate)
        if name == CONTRACT or name not in self._readings or not pair.steps:
            return pair.steps
        if key not in self._counts:
            image, count = pair.path[0], 0
            while count < MOST_STEPS and not self._says(image, pair.target):
                image = walked(self._network, image, pair.target, 1, answer.rate, name)[-1]
                count += 1
            self._counts[key] = count
        return self._counts[key]

    def _off(self, answer: Answer, way: np.ndarray) -> float:
        """1 - cosine, over the pixels that no clipping has touched."""
        free = self._valid.inside(answer.image) & self._valid.inside(answer.pair.path[0])
        got, expected = answer.difference[free], way[free]
        lengths = float(np.linalg.norm(got) * np.linalg.norm(expected))
        return 1.0 - float((got * expected).sum()) / lengths if lengths > 0 else 1.0

    def _named(self, answer: Answer, steps: Mapping[str, Step]) -> tuple[str, ...]:
        """The first of the known `steps` that make the same difference; else the first that make one as directed."""
        # A single step along the first gradient is right.
        single = answer.most_steps == 1 or answer.pair.steps == 1
        ways = {name: self._walked(answer, name) for name in steps if not (single and name == "stale_gradient")}
        same = [name for name, way in ways.items() if self._equal(answer, way)]
        along = [name for name, way in ways.items() if name in OTHER_DIRECTIONS and self._off(answer, way) <= _ALONG]
        return tuple((same or along)[:1])

    @staticmethod
    def _equal(answer: Answer, way: np.ndarray) -> bool:
        return bool(np.linalg.norm(answer.difference - way) <= _SAME_IMAGE * np.linalg.norm(way))

    def _is_one_of(self, answer: Answer, others: Iterable[Answer]) -> bool:
        return any(self._equal(answer, other.difference) for other in others)
