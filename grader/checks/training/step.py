"""One training step held against gradient descent: how far off the weights' change is, and which mistake it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from grader.checks.network.graph import Graph
from grader.checks.training.descent import MOMENTA, Rule
from grader.model.evidence import Problem

#: Of the contract's gradient descent.
LEARNING_RATE = 0.01
#: Beyond this relative error a change is another one, not a rounded one; far above float32's, far below any mistake's.
OTHER = 2e-3
#: Factors this close are the same.
_SAME_FACTOR = 0.01
#: Right answers are nearer than this, but for a ReLU or a maximum that float32 decides otherwise than float64: its
#: gradient is then that of another place. Among a hundred thousand numbers that happens, among few hardly ever.
EXACT = 1e-4
#: A change so near to the right length is not that of another learning rate.
_NEARLY = 0.03
#: Changes that point the same way up to float32.
_PARALLEL = 0.9999
#: Of the largest gradient: smaller ones drown in float32's rounding.
_CLEAR = 1e-3
_LONGEST_NAME = 60
#: Times the rounding at a weight's own size.
_STANDS_OUT = 10.0

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Recognised mistakes, breaches, and the rule that explains the step (None where none does).

    By that rule go all weights but those in `still`, on the loss of softmaxed logits where `softmaxed`.
    """

    matches: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    rule: Rule | None = None
    softmaxed: bool = False
    still: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """Weights before and after a step, and the gradients (by constant) that it should have followed.

    `softmaxed` computes the gradients of a loss that puts probabilities through one softmax more, and
    `taken_for_probabilities` those of one that takes logits for probabilities; they are seldom asked.
    """

    before: Graph
    after: Graph
    gradients: Arrays
    batch_size: int
    softmaxed: Callable[[], Arrays] = dict
    taken_for_probabilities: Callable[[], Arrays] = dict
    compiled: Mapping[str, object] | None = None

    @property
    def trained(self) -> list[str]:
        """The weights that the loss depends on."""
        return [name for name in self.before.variables if name in self.gradients and name in self.after.nodes]

    def change(self) -> dict[str, np.ndarray]:
        return changes(self.before, self.after, self.trained)

    def errors(self, rate: float = LEARNING_RATE) -> dict[str, float]:
        """For every weight the relative error of its change to that of gradient descent."""
        predicted = {name: -rate * self.gradients[name] for name in self.trained}
        return change_errors(self.before, self.change(), predicted)

    def says_something(self) -> bool:
        """Whether gradient descent would change any weight at all, as far as float32 tells: of a network that nothing can
        be learnt from, weights that stay are no sign of anything."""
        return tells(self.before, {name: -LEARNING_RATE * self.gradients[name] for name in self.trained})

    def is_nearly_right(self) -> bool:
        """Whether it is the contract's step but for a little that rounding can make of a network's bends."""
        factor, parallel = _fit(self.change(), {name: -LEARNING_RATE * self.gradients[name] for name in self.trained})
        exact = max(self.errors().values(), default=0.0) <= EXACT
        return not exact and parallel and abs(factor - 1) < _NEARLY

    def goes_down(self) -> bool:
        """Whether the change leads down the gradient at all."""
        factor, _ = _fit(self.change(), {name: -self.gradients[name] for name in self.trained})
        return factor > 0

    def diagnosis(self) -> Diagnosis:
        """Why the step is not the contract's; empty but for the rule where it is."""
        change = self.change()
        if max(self.errors().values(), default=np.inf) <= OTHER:
            return Diagnosis(rule=Rule("descent", LEARNING_RATE))
        if not all(np.isfinite(array).all() for array in change.values()):
            return Diagnosis()
        if not any(_moved(self.before, change, name) for name in change):
            return Diagnosis(("not_trained",))
        if self.is_nearly_right():
            return Diagnosis(("weight_decay",)) if self._decays(change) else Diagnosis()
        return self._scaled(change) or self._in_part(change) or self._adaptive(change) or self._of_other_loss(change)

    def _scaled(self, change: Arrays) -> Diagnosis | None:
        factor, parallel = _fit(change, {name: -LEARNING_RATE * self.gradients[name] for name in change})
        scaled = {name: -factor * LEARNING_RATE * self.gradients[name] for name in change}
        if not parallel or max(change_errors(self.before, change, scaled).values()) > OTHER:
            return None
        rule = Rule("descent", LEARNING_RATE * factor)
        if factor < 0:
            return Diagnosis(("gradient_ascent",), rule=rule)
        if abs(factor / self.batch_size - 1) < _SAME_FACTOR:
            return Diagnosis(("loss_summed",), rule=rule)
        momentum = next((momentum for momentum in MOMENTA if abs(factor - 1 - momentum) < _SAME_FACTOR), None)
        if momentum is not None and (self.compiled or {}).get("learning_rate") == LEARNING_RATE:
            return Diagnosis(("momentum",), rule=Rule("descent", LEARNING_RATE, momentum, nesterov=True))
        used = {"rate": f"{LEARNING_RATE * factor:.3g}", "expected": f"{LEARNING_RATE:g}"}
        return Diagnosis(("learning_rate",), (Problem("learning_rate", used),), rule)

    def _in_part(self, change: Arrays) -> Diagnosis | None:
        """Some weights change as they should, the others not at all."""
        errors = self.errors()
        still = [name for name in change if not _moved(self.before, change, name)]
        labels = weight_names(self.before, list(change))
        right = [name for name in change if errors[labels[name]] <= OTHER]
        if still and right and len(set(still) | set(right)) == len(change):
            return Diagnosis(("layers_not_trained",), rule=Rule("descent", LEARNING_RATE), still=frozenset(still))
        return None

    def _adaptive(self, change: Arrays) -> Diagnosis | None:
        """Adam and RMSprop move every weight equally far at their first step."""
        sizes, signs = [], []
        for name, array in change.items():
            gradient = self.gradients[name]
            clear = np.abs(gradient) > max(_CLEAR * np.abs(gradient).max(initial=0), 1e-6)
            sizes.append(np.abs(array[clear]))
            signs.append(np.sign(array[clear]) == -np.sign(gradient[clear]))
        size, sign = np.concatenate(sizes or [np.empty(0)]), np.concatenate(signs or [np.empty(0)])
        if not size.size or sign.mean() < 0.99 or size.std() > 0.1 * size.mean():
            return None
        rate = float(np.median(size))
        kind = "rmsprop" if "rms" in str((self.compiled or {}).get("optimizer", "")).lower() else "adam"
        return Diagnosis(("other_optimizer",), rule=Rule(kind, rate * np.sqrt(0.1) if kind == "rmsprop" else rate))

    def _of_other_loss(self, change: Arrays) -> Diagnosis:
        softmaxed = self.softmaxed()
        rate, parallel = _fit(change, {name: -softmaxed[name] for name in change if name in softmaxed})
        if parallel and rate > 0:
            return Diagnosis(("softmax_twice",), rule=Rule("descent", rate), softmaxed=True)
        logged = self.taken_for_probabilities()
        rate, parallel = _fit(change, {name: -logged[name] for name in change if name in logged})
        if parallel and rate > 0:
            return Diagnosis(("from_logits_missing",))
        if self._decays(change):
            return Diagnosis(("weight_decay",))
        return Diagnosis(loss_matches(self.compiled) or optimizer_matches(self.compiled))

    def _decays(self, change: Arrays) -> bool:
        """What the gradients leave unexplained is a multiple of the weights themselves."""
        found = False
        for name, array in change.items():
            left = array + LEARNING_RATE * self.gradients[name]
            weight = _value(self.before, name)
            if np.abs(left).max(initial=0) <= OTHER * np.abs(array).max(initial=0):
                continue
            factor, parallel = _fit({name: left}, {name: -weight})
            if not parallel or factor < 0:
                return False
            found = True
        return found


def loss_matches(compiled: Mapping[str, object] | None) -> tuple[str, ...]:
    """What is wrong with a loss, by what the network says of itself: good for a hint."""
    loss = str((compiled or {}).get("loss", "crossentropy")).lower().replace("_", "")
    if "crossentropy" not in loss and loss not in ("function", "<lambda>", "lambda"):
        return ("other_loss",)
    return ("from_logits_missing",) if (compiled or {}).get("from_logits") is False else ()


def optimizer_matches(compiled: Mapping[str, object] | None) -> tuple[str, ...]:
    """What is wrong with an optimiser, by what the network says of itself: good for a hint."""
    name = str((compiled or {}).get("optimizer", "SGD")).lower()
    return () if "sgd" in name or "gradientdescent" in name else ("other_optimizer",)


def changes(before: Graph, after: Graph, names: list[str]) -> dict[str, np.ndarray]:
    """What was added to each of the weights `names`; NaN where a weight has another shape now."""
    found = {}
    for name in names:
        old, new = _value(before, name), _value(after, name)
        found[name] = new - old if new.shape == old.shape else np.full(old.shape, np.nan)
    return found


def change_errors(before: Graph, change: Arrays, predicted: Arrays, count: int = 1) -> dict[str, float]:
    """Relative error of every weight's change after `count` steps, by the weights' names.

    What float32 cannot tell apart at the weight's own size counts as equal. A weight whose predicted change is next to
    nothing is measured against a thousandth of the largest one.
    """
    largest = max((float(np.abs(array).max(initial=0)) for array in predicted.values()), default=0.0)
    labels = weight_names(before, list(change))
    errors = {}
    for name, array in change.items():
        scale = max(float(np.abs(predicted[name]).max(initial=0)), _CLEAR * largest)
        off = np.maximum(np.abs(array - predicted[name]) - count * _rounding(before, name), 0.0)
        error = float(off.max(initial=0)) / scale if scale > 0 else float(off.max(initial=0))
        errors[labels[name]] = error if np.isfinite(error) else 1e6
    return errors


def tells(before: Graph, predicted: Arrays) -> bool:
    """Whether some predicted change stands out clearly of float32's rounding."""
    return any(bool((np.abs(array) > _STANDS_OUT * _rounding(before, name)).any()) for name, array in predicted.items())


def weight_names(graph: Graph, names: list[str]) -> dict[str, str]:
    """What to call the constants `names`: the last two parts of the weight's own path, where that tells them apart."""
    paths = {name: str(graph.nodes[name].attributes.get("variable", name)) for name in names}
    short = {name: "/".join(path.split("/")[-2:])[-_LONGEST_NAME:] for name, path in paths.items()}
    seen = list(short.values())
    return {
        name: text if seen.count(text) == 1 else f"{text} ({name})"[-_LONGEST_NAME:] for name, text in short.items()
    }


def moved(before: Graph, after: Graph) -> list[str]:
    """The weights that are not what they were."""
    return [
        name
        for name in before.variables
        if name not in after.nodes or not np.array_equal(_value(before, name), _value(after, name), equal_nan=True)
    ]


def _value(graph: Graph, name: str) -> np.ndarray:
    value = graph.nodes[name].value
    return np.zeros(0) if value is None else value.astype(np.float64)


def _rounding(graph: Graph, name: str) -> np.ndarray:
    return np.spacing(np.abs(_value(graph, name)).astype(np.float32)).astype(np.float64)


def _moved(before: Graph, change: Arrays, name: str) -> bool:
    return bool((np.abs(change[name]) > _rounding(before, name)).any())


def _fit(change: Arrays, direction: Arrays) -> tuple[float, bool]:
    """The least squares factor between the two, and whether they are parallel."""
    a = np.concatenate([change[name].ravel() for name in direction] or [np.zeros(0)])
    b = np.concatenate([direction[name].ravel() for name in direction] or [np.zeros(0)])
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    if lengths == 0 or not np.isfinite(lengths):
        return 0.0, False
    product = float(a @ b)
    return product / float(b @ b), abs(product) / lengths > _PARALLEL
