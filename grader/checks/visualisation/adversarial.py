"""Check `adversarial`: steps towards another class, as long as the learning rate, until the network says that class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from grader.checks.cases import PUBLIC_SEED
from grader.checks.training.asking import Asking, Breach, Unanswered, gone
from grader.checks.visualisation.adversarial_calls import AdversarialCalls, Answer
from grader.checks.visualisation.adversarial_findings import AdversarialFindings
from grader.checks.visualisation.adversarial_pairs import SEVERAL, Pair, already_there, drawn_pairs, short_rate
from grader.checks.visualisation.adversarial_steps import CONTRACT
from grader.checks.visualisation.pretrained_network import PretrainedNetwork
from grader.checks.visualisation.unsuited import UnsuitedNetwork
from grader.checks.visualisation.valid_range import valid_range
from grader.checks.visualisation.visualisation_case import CaseName, Finding, breach, found, unanswered
from grader.datasets.pretrained import PretrainedMaterial
from grader.model.evidence import CaseEvidence
from grader.model.status import CallOutcome, Visibility

CHECK = "adversarial"
GROUPS = ("flips", "direction", "normalisation", "stops", "input_unchanged")
_PUBLIC_PAIRS, _HIDDEN_PAIRS = 4, 2
#: Of large images, where one pair takes the grader half a minute.
_FEW_PAIRS = 2
#: Another learning rate than the default.
_OTHER_RATE = 0.5
#: Pairs among which one of a single step is looked for where the number of steps cannot be set.
_MORE_PAIRS = 12

Judge = Callable[[Answer], Finding]


def adversarial(
    asking: Asking,
    network: PretrainedNetwork,
    material: PretrainedMaterial,
    seed: int,
    hidden: bool,
    readings: Sequence[str] = (CONTRACT,),
) -> tuple[list[CaseEvidence], dict[str, np.ndarray]]:
    """Cases for each of GROUPS, and arrays for pictures. An image that is nowhere moved earns nothing in any of them.

    `readings` are names of steps, all of which are right; the first is the contract's. Raises UnsuitedNetwork where no
    image comes to another class in a few steps, as with a network that nobody has trained.
    """
    questions = _Questions(asking, network, material, readings)
    small = network.is_small
    pairs = drawn_pairs(network, material, PUBLIC_SEED, _PUBLIC_PAIRS if small else _FEW_PAIRS, False)
    if not pairs:
        raise UnsuitedNetwork("no_pairs")
    try:
        adjustable = questions.calls.ask(pairs[0], most_steps=1).most_steps == 1
    except (Breach, Unanswered) as ended:
        if gone(ended):
            return [unanswered(CaseName(group), ended, {}) for group in GROUPS], {}
        adjustable = True
    first = pairs[0]
    if not adjustable and small:
        more = drawn_pairs(network, material, PUBLIC_SEED, _MORE_PAIRS, False)
        first = min(more, key=lambda pair: pair.steps)
    cases = questions.about_steps(first, adjustable)
    cases += questions.about_ends(pairs, Visibility.PUBLIC)
    cases += questions.about_the_end_of(already_there(network, material), len(pairs))
    if hidden:
        unseen = drawn_pairs(network, material, seed, _HIDDEN_PAIRS if small else 1, True)
        if unseen:
            cases += questions.about_steps(unseen[0], False, Visibility.HIDDEN)
            cases += questions.about_ends(unseen, Visibility.HIDDEN)
    cases.append(questions.about_the_input())
    if questions.calls.answered and not questions.calls.moved:
        cases = [_unmoved(case) for case in cases]
    cases.sort(key=lambda case: (GROUPS.index(case.group), case.visibility is Visibility.HIDDEN))
    return cases, questions.pictures(pairs)


class _Questions:
    """The questions to one function."""

    def __init__(
        self, asking: Asking, network: PretrainedNetwork, material: PretrainedMaterial, readings: Sequence[str]
    ):
        self.calls = AdversarialCalls(asking)
        self._network = network
        self._material = material
        self._findings = AdversarialFindings(self.calls, network, material, valid_range(material), readings)

    def about_steps(self, pair: Pair, others: bool, visibility: Visibility = Visibility.PUBLIC) -> list[CaseEvidence]:
        """A single step, and with `others` one with another learning rate and several short ones."""
        judge = self._findings
        cases = [
            self._case(CaseName("direction", 0, visibility), judge.direction, pair, most_steps=1),
            self._case(CaseName("normalisation", 0, visibility), judge.normalisation, pair, most_steps=1),
        ]
        if others:
            other = CaseName("normalisation", 1)
            cases.append(self._case(other, judge.normalisation, pair, rate=_OTHER_RATE, most_steps=1))
            if pair.steps > 1 and "learning_rate_unused" not in cases[-1].matches:
                # Together shorter than the way to the target, so that no right answer stops before.
                rate = short_rate(pair.steps) / self._findings.single_length(pair)
                cases.append(self._case(CaseName("direction", 1), judge.direction, pair, rate=rate, most_steps=SEVERAL))
        return cases

    def about_ends(self, pairs: Sequence[Pair], visibility: Visibility) -> list[CaseEvidence]:
        """With the contract's own settings, to the end."""
        judges = (("flips", self._findings.flips), ("stops", self._findings.stops))
        return [
            self._case(CaseName(group, number, visibility), judge, pair)
            for group, judge in judges
            for number, pair in enumerate(pairs)
        ]

    def about_the_end_of(self, pair: Pair, number: int) -> list[CaseEvidence]:
        """Of an image that the network takes for the target already."""
        return [self._case(CaseName("stops", number), self._findings.stops, pair)]

    def about_the_input(self) -> CaseEvidence:
        def question() -> Finding:
            if not self.calls.answered:
                return breach("nothing_returned")
            return breach("input_changed") if self.calls.changes_input else Finding({"X": 0.0})

        return found(CaseName("input_unchanged"), question, {})

    def pictures(self, pairs: Sequence[Pair]) -> dict[str, np.ndarray]:
        """Arrays ``samples/…`` of the pairs that were answered, differences in units of pixels."""
        answers = []
        for pair in pairs:
            try:
                answers.append(self.calls.ask(pair))
            except (Breach, Unanswered) as ended:
                if gone(ended):
                    break
        if not answers:
            return {}
        material, network = self._material, self._network
        originals = np.stack([answer.pair.path[0] for answer in answers])
        images = np.stack([answer.image for answer in answers])
        expected = np.stack([answer.pair.path[-1] - answer.pair.path[0] for answer in answers])
        return {
            "samples/original": material.pixels(originals),
            "samples/adversarial": material.pixels(images),
            "samples/difference": ((images - originals) * material.deviation).astype(np.float32),
            "samples/expected_difference": (expected * material.deviation).astype(np.float32),
            "samples/labels": np.array([answer.pair.label for answer in answers], np.int16),
            "samples/targets": np.array([answer.pair.target for answer in answers], np.int16),
            "samples/predictions": network.predicted(images).astype(np.int16),
            "samples/class_names": np.array(material.class_names),
        }

    def _case(
        self, name: CaseName, judge: Judge, pair: Pair, rate: float | None = None, most_steps: int | None = None
    ) -> CaseEvidence:
        settings = {"learning_rate": rate, "num_iterations": most_steps}
        asked: dict[str, object] = {"X": list(pair.image.shape), "target_y": pair.target}
        asked |= {setting: value for setting, value in settings.items() if value is not None}
        return found(name, lambda: judge(self.calls.ask(pair, rate, most_steps)), asked)


def _unmoved(case: CaseEvidence) -> CaseEvidence:
    """Nothing can be said of the steps of a function that makes none, and nothing is to be earned by it."""
    if case.outcome is not CallOutcome.RETURNED:
        return case
    finding = breach("unmoved")
    return replace(case, errors={}, returned={}, matches=(), problems=finding.problems)
