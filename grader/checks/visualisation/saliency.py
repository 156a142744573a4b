"""Check `saliency`: are the maps the absolute gradients of the classes' scores, at their largest over the channels?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np

from grader.checks.cases import PUBLIC_SEED, generator
from grader.checks.comparison import array_problem, as_array
from grader.checks.training.asking import Asking, Breach, Unanswered
from grader.checks.training.case_evidence import case, failed
from grader.checks.visualisation.calls import Called, call
from grader.checks.visualisation.pretrained_network import PretrainedNetwork
from grader.checks.visualisation.saliency_answers import ASPECTS, Closest, closest
from grader.checks.visualisation.samples import Samples, draw, other_classes
from grader.checks.visualisation.scores_differentiated import CONTRACT, KnownGradients
from grader.checks.visualisation.visualisation_check import SALIENCY
from grader.datasets.pretrained import PretrainedMaterial
from grader.model.evidence import CaseEvidence, Problem
from grader.model.status import Visibility

FUNCTION = SALIENCY.functions[0]
#: More than one, or dividing by their number would go unseen. Fewer of large images, which take longer.
IMAGES, FEW_IMAGES = 5, 3
#: Of large maps, the share of pixels that is left out, those that are furthest off: among a million units of a network one
#: is decided otherwise in single precision, in every fifth image, and moves the pixels that it sees by a percent.
SPARED = 0.01
#: Added to images of the hidden case, in their own units: a fiftieth of their deviation.
NOISE = 0.02
#: What is wrong with a map's form, by group.
Problems = Mapping[str, tuple[Problem, ...]]
#: Groups that a gradient of another network loses.
_OF_THE_NETWORK = ("gradient", "scale")
#: What it costs to get the shape of maps for one image wrong.
_SHAPE_GROUP = "maximum"
#: A key of the catalogue's topic ``hint3``.
_SQUEEZED = "map_squeezed"


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Images, and the classes (n,) int64 whose scores are asked about: for some of them not what the network says."""

    samples: Samples
    classes: np.ndarray
    gradients: KnownGradients
    visibility: Visibility = Visibility.PUBLIC
    number: int = 0
    spared: float = 0.0

    def described(self) -> dict[str, object]:
        return {"X": list(self.samples.images.shape), "Y": self.classes.tolist()}


def saliency(
    asking: Asking,
    network: PretrainedNetwork,
    material: PretrainedMaterial,
    seed: int,
    hidden: bool,
    squeezed: bool = False,
) -> tuple[list[CaseEvidence], dict[str, np.ndarray]]:
    """Cases of every group on several images, one on a single image, and arrays for pictures of the former.

    With `squeezed` the map of a single image may come without an axis for it.
    """
    public, single = public_questions(network, material)
    cases, returned = _judged(asking, public, SALIENCY.groups)
    cases += _judged(asking, single, (_SHAPE_GROUP,), squeezed)[0]
    if hidden:
        cases += _judged(asking, hidden_question(network, material, seed), SALIENCY.groups)[0]
    order = {group: place for place, group in enumerate(SALIENCY.groups)}
    cases.sort(key=lambda found: (order[found.group], found.visibility is Visibility.HIDDEN))
    return cases, _pictures(material, public, returned)


@lru_cache(maxsize=4)
def public_questions(network: PretrainedNetwork, material: PretrainedMaterial) -> tuple[Question, Question]:
    """One on several images, one on the first of them; the same for everybody."""
    several = _question(network, material, PUBLIC_SEED, Visibility.PUBLIC, 0.0)
    samples, classes = several.samples.of(np.array([0])), several.classes[:1]
    gradients = KnownGradients(network, samples.images, classes, _rescaled(samples.images, material))
    return several, Question(samples, classes, gradients, number=1, spared=several.spared)


def hidden_question(network: PretrainedNetwork, material: PretrainedMaterial, seed: int) -> Question:
    return _question(network, material, seed, Visibility.HIDDEN, NOISE)


def _question(
    network: PretrainedNetwork, material: PretrainedMaterial, seed: int, visibility: Visibility, noise: float
) -> Question:
    random = generator(seed, SALIENCY.name, visibility.value, 0)
    small = network.is_small
    samples = draw(network, material, random, IMAGES if small else FEW_IMAGES, noise=noise)
    # Of images that are classified right every second one is asked about a class that the network does not say: whoever
    # takes what it says instead of Y is found out by these and by those that are misclassified.
    right = samples.predicted == samples.labels
    others = other_classes(samples.predicted, len(material.class_names), random)
    swapped = right & (np.cumsum(right) % 2 == 0)
    classes = np.where(swapped, others, samples.labels)
    if not small:
        # Behind a ReLU the score of a class may have no gradient, and there would be nothing to see.
        told = network.class_gradient(samples.images, classes).any(axis=(1, 2, 3))
        classes = np.where(told, classes, samples.predicted)
    rescaled = _rescaled(samples.images, material)
    gradients = KnownGradients(network, samples.images, classes, rescaled)
    return Question(samples, classes, gradients, visibility, spared=0.0 if small else SPARED)


def _rescaled(images: np.ndarray, material: PretrainedMaterial) -> Iterator[np.ndarray]:
    """The images as pixels from 0 to 255, and with the darkest and the brightest of them at 0 and 255 or 0 and 1."""
    stretched = (images - images.min()) / (images.max() - images.min())
    pixels = images * material.deviation + material.mean
    yield from (pixels, pixels / 255, 255 * stretched, stretched)


def _judged(
    asking: Asking, question: Question, groups: tuple[str, ...], squeezed: bool = False
) -> tuple[list[CaseEvidence], np.ndarray | None]:
    """A case for each of `groups`, and the maps where they have the right shape."""
    place = {"visibility": question.visibility, "number": question.number}
    asked = question.described()
    try:
        called = call(asking, FUNCTION, {"X": question.samples.images, "Y": question.classes})
        maps, problems = _maps(called, question.samples.images.shape)
    except (Breach, Unanswered) as ended:
        return [failed(group, ended, asked, **place) for group in groups], None
    found, accepted = closest(maps, question.gradients, question.spared), ()
    if squeezed and np.shape(called.returned) == maps.shape[1:]:
        problems, accepted = {}, (_SQUEEZED,)
    if called.weights_changed and not found.is_known:
        found, problems = _out_of_training(asking, question, found, problems)
    cases = [
        case(
            group,
            {} if group in problems or not np.isfinite(found.errors[group]) else {"maps": found.errors[group]},
            asked,
            matches=(*_matches(found, group, called), *accepted),
            problems=problems.get(group, ()),
            changed=called.changed,
            **place,
        )
        for group in groups
    ]
    return cases, maps if maps.ndim == 3 else None


def _out_of_training(
    asking: Asking, question: Question, found: Closest, problems: Problems
) -> tuple[Closest, Problems]:
    """What to make of maps of a network that was called in training mode, and so was another one.

    Their gradients are wrong, and with them the size of values. What has become of signs and channels is seen in maps of
    the same function where there is no such mode; `found` and `problems` come back where these tell nothing either.
    """
    try:
        called = call(asking, FUNCTION, {"X": question.samples.images, "Y": question.classes}, frozen=True)
        maps, others = _maps(called, question.samples.images.shape)
    except (Breach, Unanswered):
        return found, problems
    frozen = closest(maps, question.gradients, question.spared)
    if not frozen.is_known:
        return found, problems
    errors = {aspect: (found if aspect in _OF_THE_NETWORK else frozen).errors[aspect] for aspect in ASPECTS}
    mistakes = {aspect: mistake for aspect, mistake in frozen.mistakes.items() if aspect not in _OF_THE_NETWORK}
    return Closest(errors, mistakes), others


def _maps(called: Called, shape: tuple[int, ...]) -> tuple[np.ndarray, Problems]:
    """The maps (N, H, W), or (N, H, W, C), for images of `shape`, and what is wrong with their form, by group.

    Raises Breach where they cannot be compared.
    """
    value = called.returned
    if isinstance(value, list | tuple) and len(value) == 1 and isinstance(value[0], np.ndarray) and value[0].ndim > 2:
        value = value[0]
    maps = as_array(value)
    if isinstance(maps, Problem):
        raise Breach(maps)
    problems: dict[str, tuple[Problem, ...]] = {}
    wanted = shape[:3]
    if maps.shape != wanted:
        told = {"name": "maps", "got": str(maps.shape), "expected": str(wanted)}
        problems[_SHAPE_GROUP] = (Problem("wrong_shape", told),)
        if maps.shape == (*wanted, 1) or (shape[0] == 1 and maps.shape == wanted[1:]):
            maps = maps.reshape(wanted)
        elif maps.shape == shape:
            problems[_SHAPE_GROUP] = (Problem("channels_left", told),)
    # Anything else in the place of the maps is told by its shape.
    wrong = array_problem("maps", maps, shape if maps.shape == shape else wanted)
    if wrong is not None:
        raise Breach(wrong)
    if (negative := int((maps < 0).sum())) > 0:
        problems["absolute"] = (Problem("negative_values", {"count": negative, "total": maps.size}),)
    return maps, problems


def _matches(found: Closest, group: str, called: Called) -> tuple[str, ...]:
    """Ids of texts: the mistake that was recognised, and that the call has changed the network."""
    changed = ("network_changed",) if called.weights_changed and group == ASPECTS[0] else ()
    return (*((found.mistakes[group],) if group in found.mistakes else ()), *changed)


def _pictures(material: PretrainedMaterial, question: Question, returned: np.ndarray | None) -> dict[str, np.ndarray]:
    """Images, the maps that came back and the grader's own, by ``samples/<name>``; nothing where no maps came back."""
    if returned is None:
        return {}
    samples = question.samples
    bound = np.finfo(np.float32).max
    expected = np.abs(dict(islice(question.gradients, 1))[CONTRACT]).max(axis=-1)
    found = {
        "pixels": material.pixels(samples.images),
        "maps": np.clip(returned, -bound, bound).astype(np.float32),
        "expected": expected.astype(np.float32),
        "labels": question.classes.astype(np.int16),
        "predictions": samples.predicted.astype(np.int16),
        "class_names": np.array(material.class_names),
    }
    return {f"samples/{name}": array for name, array in found.items()}
