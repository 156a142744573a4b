"""Check `class_representative`: gradient ascent from noise on a class's score with L2 regularisation, jitter and blur."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grader.checks.cases import PUBLIC_SEED, generator
from grader.checks.training.asking import Asking, Breach, Unanswered, gone
from grader.checks.visualisation.ascent_calls import AscentCalls, Seen
from grader.checks.visualisation.ascent_gradient import gradient_finding, regularisation_finding
from grader.checks.visualisation.ascent_outcome import Judged, objective_finding, pictures
from grader.checks.visualisation.ascent_rhythm import blur_finding, jitter_finding, lacks_detail
from grader.checks.visualisation.ascent_settings import AscentSettings, noise, settings_for
from grader.checks.visualisation.pretrained_network import PretrainedNetwork
from grader.checks.visualisation.returned_steps import start_problem
from grader.checks.visualisation.visualisation_case import CaseName, Finding, found, unanswered
from grader.datasets.pretrained import PretrainedMaterial
from grader.model.evidence import CaseEvidence
from grader.model.status import Visibility

CHECK = "class_representative"
GROUPS = ("steps", "objective", "gradient", "regularisation", "blur", "jitter")
#: Longer than any ascent that is asked for: the blur comes once at most, in a step that is open.
NEVER = 1000
#: Steps of the questions about single steps, for small images and for large ones, of which a gradient takes a second.
_STEPS, _FEW_STEPS = 8, 5
#: Steps after which even from an image without any detail hardly more of it comes with each: a blur shows again.
_GROWN_STEPS = 12
#: A jitter of up to 2 pixels leaves six images in their place once in 10 million times, if only its smaller half is drawn.
_JITTER, _JITTERED_STEPS = 2, 6
#: Three, as with two it is the same to blur one step of so many and all others.
_BLUR_EVERY, _BLURRED_STEPS = 3, 8
_OBJECTIVE_STEPS = 40
#: Classes that are tried as a target before any is taken.
_TARGETS = 30


def class_representative(
    asking: Asking, network: PretrainedNetwork, material: PretrainedMaterial, seed: int, hidden: bool
) -> tuple[list[CaseEvidence], dict[str, np.ndarray]]:
    """Cases for each of GROUPS, and arrays for pictures. Where a call ended the process, nothing more is asked."""
    calls = AscentCalls(asking, network, material)
    questions = _Questions(calls, seed)
    cases: list[CaseEvidence] = []
    try:
        questions.first()
    except (Breach, Unanswered) as ended:
        if gone(ended):
            return [unanswered(CaseName(group), ended, {}) for group in GROUPS], {}
    cases += [questions.gradient(), questions.regularisation(), questions.blur(), questions.jitter()]
    cases += [questions.objective(), questions.steps()]
    # Where jitter cannot be switched off, looking for it takes seconds in every case.
    if hidden and not calls.fixed_jitter:
        cases += [questions.gradient(Visibility.HIDDEN), questions.regularisation(Visibility.HIDDEN)]
    return sorted(cases, key=lambda case: GROUPS.index(case.group)), questions.pictures()


class _Questions:
    """The questions to one function. What one call showed is used by those after it."""

    def __init__(self, calls: AscentCalls, seed: int):
        self._calls = calls
        self._seed = seed
        asked = settings_for(calls.network, calls.material.noise)
        small = calls.network.is_small
        self._strong = asked.strong_l2_reg
        self._plain = AscentSettings(
            learning_rate=asked.learning_rate,
            num_iterations=_STEPS if small else _FEW_STEPS,
            blur_every=NEVER,
            max_jitter=0,
        )
        self._score = ""
        self._still: Seen | None = None
        self._own_rate = False
        self._judged: Judged | None = None
        self._frozen = False

    def first(self) -> Seen:
        """The call whose single steps tell most. Raises Breach, Unanswered."""
        return self._calls.ask(self._target("gradient"), self._plain)

    def gradient(self, visibility: Visibility = Visibility.PUBLIC) -> CaseEvidence:
        """Without jitter and blur: every step goes along the gradient of the target's score."""
        name = CaseName("gradient", 0, visibility)
        target = self._target("gradient", visibility)

        def question() -> Finding:
            seen = self._calls.ask(target, self._plain)
            finding, score = gradient_finding(seen, self._calls, self._random("gradient", visibility))
            if seen.weights_changed and not score and not self._frozen:
                # In training mode the gradient is another; the rest can be seen where there is no such mode.
                self._frozen, seen = True, self._calls.ask(target, self._plain, frozen=True)
                score = gradient_finding(seen, self._calls, self._random("gradient", visibility))[1]
            self._score, self._still = self._score or score, self._still or seen
            self._own_rate = self._own_rate or "learning_rate_unused" in finding.matches
            return finding

        return found(name, question, self._asked(target, self._plain))

    def regularisation(self, visibility: Visibility = Visibility.PUBLIC) -> CaseEvidence:
        """The same with a regularisation that outweighs the score."""
        name = CaseName("regularisation", 0, visibility)
        target = self._target("regularisation", visibility)
        strong = self._strong if visibility is Visibility.PUBLIC else 0.6 * self._strong
        if self._still is not None and (
            self._still.settings.learning_rate != self._plain.learning_rate or self._own_rate
        ):
            # With the contract's own learning rate no stronger one leaves anything of the image.
            strong = AscentSettings().l2_reg
        settings = replace(self._plain, l2_reg=strong)

        def question() -> Finding:
            seen = self._calls.ask(target, settings, self._frozen)
            return regularisation_finding(seen, self._calls, self._random("regularisation", visibility))

        return found(name, question, self._asked(target, settings))

    def blur(self) -> CaseEvidence:
        """With short steps, so that a loss of fine detail is a blur's."""
        target = self._target("blur")
        rate = self._plain.learning_rate / 10
        settings = replace(self._plain, learning_rate=rate, blur_every=_BLUR_EVERY, num_iterations=_BLURRED_STEPS)

        def question() -> Finding:
            seen = self._calls.ask(target, settings)
            if seen.settings.blur_every != _BLUR_EVERY:
                # The function has a period of its own: long enough for two of them.
                seen = self._calls.ask(target, replace(settings, num_iterations=2 * seen.settings.blur_every + 2))
            elif lacks_detail(seen):
                more = replace(settings, num_iterations=_GROWN_STEPS + settings.num_iterations)
                grown = self._calls.ask(target, more)
                seen = replace(grown, images=grown.images[_GROWN_STEPS:])
            finding = blur_finding(seen)
            if any(problem.id == "blur_never" for problem in finding.problems):
                # The contract's period may stand in the code where the argument should.
                default = AscentSettings().blur_every
                by_default = replace(settings, blur_every=default, num_iterations=2 * default + 2)
                own = blur_finding(self._calls.ask(target, by_default))
                finding = finding if own.problems else replace(own, matches=(*own.matches, "blur_every_unused"))
            return finding

        return found(CaseName("blur"), question, self._asked(target, settings))

    def jitter(self) -> CaseEvidence:
        """Steps are made on images that were moved, and moved back."""
        target = self._target("jitter")
        settings = replace(self._plain, max_jitter=_JITTER, num_iterations=_JITTERED_STEPS)

        def question() -> Finding:
            seen = self._calls.ask(target, settings, self._frozen)
            return jitter_finding(seen, self._still, self._calls, self._score, self._random("jitter"))

        return found(CaseName("jitter"), question, self._asked(target, settings))

    def objective(self) -> CaseEvidence:
        """As the contract has it but for jitter, which would have the image made for all places at once."""
        target = self._target("objective")
        settings = AscentSettings(num_iterations=_OBJECTIVE_STEPS, max_jitter=0)

        def question() -> Finding:
            seen = self._calls.ask(target, settings)
            finding, self._judged = objective_finding(seen, self._calls, self._random("objective"))
            return finding

        return found(CaseName("objective"), question, self._asked(target, settings))

    def steps(self) -> CaseEvidence:
        """A call with nothing but the target: all steps of the contract, the first of them noise."""
        target = self._target("objective")

        def question() -> Finding:
            seen = self._calls.ask(target, None)
            starts = [other.images[0] for other in self._calls.seen if other is not seen]
            always = bool(starts) and all(np.array_equal(seen.images[0], start) for start in starts)
            problem = seen.problem or start_problem(seen.images[0], self._calls.material.images)
            matches = ("same_start",) if always and problem is None else ()
            return Finding({"start": 0.0}, matches, () if problem is None else (problem,))

        return found(CaseName("steps"), question, {"target_y": target})

    def pictures(self) -> dict[str, np.ndarray]:
        """Arrays for pictures, of the call that `objective` judged."""
        return pictures(self._judged, self._calls) if self._judged is not None else {}

    def _target(self, group: str, visibility: Visibility = Visibility.PUBLIC) -> int:
        """A class whose score has a gradient on noise: behind a ReLU, not all have."""
        network, random = self._calls.network, self._random(f"{group} target", visibility)
        start = noise(network, np.random.default_rng(0), 1, self._calls.material.noise)
        for target in random.integers(len(self._calls.material.class_names), size=_TARGETS):
            if network.class_gradient(start, np.array([target])).any():
                break
        return int(target)

    def _random(self, group: str, visibility: Visibility = Visibility.PUBLIC) -> np.random.Generator:
        seed = self._seed if visibility is Visibility.HIDDEN else PUBLIC_SEED
        return generator(seed, CHECK, group, 1 if visibility is Visibility.HIDDEN else 0)

    @staticmethod
    def _asked(target: int, settings: AscentSettings) -> dict[str, object]:
        return {"target_y": target, **settings.handed()}
