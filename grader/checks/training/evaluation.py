"""What an evaluation should have returned, and how what it did return is to be read."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from grader.checks.network.gradients import cross_entropy
from grader.checks.network.operations.activations import log_softmax
from grader.checks.training.asking import CLIPPED, Breach
from grader.checks.training.draws import CLASSES
from grader.checks.training.figures import Figures
from grader.model.evidence import Problem

#: Returned figures this close to others, relative to them, are these.
CLOSE = 1e-3
#: Scores that vary by less between images make no difference to a mean loss that would show.
_ALIKE = 0.05
#: With fewer, no class could be surely wrong.
_FEWEST_CLASSES = 3


@dataclass(frozen=True, slots=True)
class Answered:
    """Logits (N, 10) float64 and labels (N,) that were evaluated in batches of `batch_size`."""

    logits: np.ndarray
    labels: np.ndarray
    batch_size: int

    @property
    def figures(self) -> Figures:
        """The contract's loss and accuracy."""
        hits = self.logits.argmax(axis=1) == self.labels
        return Figures(cross_entropy(self.logits, self.labels)[0], float(hits.mean()))

    def of(self, chosen: slice) -> Answered:
        return replace(self, logits=self.logits[chosen], labels=self.labels[chosen])

    def batches(self) -> list[Answered]:
        return [self.of(slice(start, start + self.batch_size)) for start in range(0, len(self.labels), self.batch_size)]

    def softmaxed(self) -> Answered:
        """The same where a loss puts probabilities through another softmax."""
        return replace(self, logits=np.exp(log_softmax(self.logits)))

    def taken_for_probabilities(self) -> Answered:
        """The same where a loss takes the logits for probabilities."""
        return replace(self, logits=np.log(np.clip(self.logits, CLIPPED, 1 - CLIPPED)))


@dataclass(frozen=True, slots=True)
class Reading:
    """In which units and order somebody returns loss and accuracy: what is divided out before they are compared.

    `loss_known` and `accuracy_known` are false where a figure is none of the known ones: it then says nothing in further
    questions.
    """

    loss_unit: str = "mean"
    percent: bool = False
    swapped: bool = False
    softmaxed: bool = False
    loss_known: bool = True
    accuracy_known: bool = True

    @property
    def tells(self) -> bool:
        """Whether either figure is a known one."""
        return self.loss_known or self.accuracy_known

    def read(self, returned: Figures, images: int, batch_size: int) -> Figures:
        """`returned` as mean loss and share."""
        loss, accuracy = (returned.accuracy, returned.loss) if self.swapped else (returned.loss, returned.accuracy)
        loss /= {"mean": 1, "sum": images, "batch_sum": batch_size}[self.loss_unit]
        return Figures(loss, accuracy / 100 if self.percent else accuracy)

    def expected(self, answered: Answered) -> Answered:
        """What this reading's figures are to be compared with."""
        return answered.softmaxed() if self.softmaxed else answered


def near(got: float, expected: float) -> bool:
    return abs(got - expected) <= CLOSE * max(abs(expected), 1e-12)


def partly_right(logits: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Labels (N,) that the network is right about for two fifths of the images, and surely wrong about for the others.

    Not for half of them, or the share of mistakes could not be told from that of hits. Raises Breach where `logits` are
    no row of scores for each image.
    """
    if logits.ndim != 2 or logits.shape[1] < _FEWEST_CLASSES:
        expected = str((len(logits), CLASSES))
        raise Breach(Problem("wrong_shape", {"name": "logits", "got": str(logits.shape), "expected": expected}))
    ranks = np.argsort(logits, axis=1)
    # The runner-up could become first by rounding; the third and those below cannot.
    wrong = ranks[np.arange(len(ranks)), random.integers(0, logits.shape[1] - 2, len(ranks))]
    gaps = np.take_along_axis(logits, ranks[:, -1:], 1) - np.take_along_axis(logits, ranks[:, -2:-1], 1)
    clear = gaps[:, 0] > CLOSE * logits.std()
    chosen = random.permutation(len(ranks)) < 2 * len(ranks) // 5
    return np.where(clear & chosen, ranks[:, -1], wrong).astype(np.int64)


def scores_alike(logits: np.ndarray) -> bool:
    """Whether the network gives all images the same scores, or nearly so: its loss is then known beforehand."""
    return logits.ndim == 2 and float((logits - logits.mean(axis=1, keepdims=True)).std(axis=0).max(initial=0)) < _ALIKE


def reading_of(returned: Figures, answered: Answered) -> tuple[Reading, tuple[str, ...], tuple[str, ...]]:
    """How `returned` is to be read, and the known mistakes in the loss and in the accuracy."""
    expected = answered.figures
    count = len(answered.labels)
    # Where both are alike the order cannot be told, and does not matter.
    swapped = not near(returned.loss, expected.loss) and (
        near(returned.accuracy, expected.loss) and _is_share(returned.loss, expected.accuracy)
    )
    loss, accuracy = (returned.accuracy, returned.loss) if swapped else (returned.loss, returned.accuracy)
    reading, of_loss = _loss(loss, answered, expected.loss, count)
    of_accuracy: tuple[str, ...] = ()
    percent = near(accuracy, 100 * expected.accuracy)
    if percent:
        of_accuracy = ("percent",)
    elif not near(accuracy, expected.accuracy):
        of_accuracy = _accuracy(accuracy, answered, expected.accuracy, count)
    if swapped:
        of_loss, of_accuracy = ("swapped", *of_loss), ("swapped", *of_accuracy)
    known = percent or near(accuracy, expected.accuracy)
    return replace(reading, percent=percent, swapped=swapped, accuracy_known=known), of_loss, of_accuracy


def _is_share(got: float, accuracy: float) -> bool:
    return near(got, accuracy) or near(got, 100 * accuracy)


def _loss(loss: float, answered: Answered, expected: float, count: int) -> tuple[Reading, tuple[str, ...]]:
    if near(loss, expected):
        return Reading(), ()
    if near(loss, count * expected):
        return Reading("sum"), ("loss_summed",)
    if near(loss, answered.batch_size * expected):
        return Reading("batch_sum"), ("loss_summed",)
    if near(loss, answered.softmaxed().figures.loss):
        return Reading(softmaxed=True), ("softmax_twice",)
    if near(loss, answered.taken_for_probabilities().figures.loss):
        return Reading(loss_known=False), ("from_logits_missing",)
    parts = answered.batches()
    if any(near(loss, part.figures.loss) for part in (parts[0], parts[-1])):
        return Reading(loss_known=False), ("one_batch_only",)
    return Reading(loss_known=False), ()


def _accuracy(accuracy: float, answered: Answered, expected: float, count: int) -> tuple[str, ...]:
    if near(accuracy, count * expected) or near(accuracy, answered.batch_size * expected):
        return ("counts",)
    if near(accuracy, 1 - expected):
        return ("counts_mistakes",)
    parts = answered.batches()
    if any(near(accuracy, part.figures.accuracy) for part in (parts[0], parts[-1])):
        return ("one_batch_only",)
    return ()
