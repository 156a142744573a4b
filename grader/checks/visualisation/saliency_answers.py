"""What somebody may make of gradients instead of a saliency map, and which of it comes closest to what was returned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from grader.checks.comparison import relative_error
from grader.checks.visualisation.scores_differentiated import CONTRACT

#: A map this close to a known one is that one: rounding in single precision stays a hundred times below.
RECOGNISED = 1e-3
#: The four things that a map has to have, by the case class that each is.
ASPECTS = ("gradient", "scale", "absolute", "maximum")
_LARGEST_FACTOR_OFF = 1e-4
# Of maps that are no known one but have a known one's pixels in their order: brought to whole numbers, cut off at the
# brightest, put through a root or a logarithm.
#: Of the range of values: so little may be out of order, by rounding.
_MISPLACED = 1e-4
#: Of an order among fewer values, or with one of them in more of the pixels, nothing can be told.
_FEWEST_VALUES, _LARGEST_SHARE = 16, 0.9
#: Places at which maps that are in no such order are told by.
_PROBED = 64
#: Maps that are not the same up to a scale are below: the sum over the channels reaches 0.99 of the maximum.
_LEAST_CORRELATION = 0.99999

#: What becomes of the signs, given the gradient and how its channels are reduced.
Reduce = Callable[[np.ndarray], np.ndarray]
_SIGNS: Mapping[str, Callable[[np.ndarray, Reduce], np.ndarray]] = {
    CONTRACT: lambda gradient, reduced: reduced(np.abs(gradient)),
    "no_absolute": lambda gradient, reduced: reduced(gradient),
    "no_absolute#negated": lambda gradient, reduced: reduced(-gradient),
    "absolute_too_late": lambda gradient, reduced: np.abs(reduced(gradient)),
    "squared": lambda gradient, reduced: reduced(gradient**2),
    "negative_cut_off": lambda gradient, reduced: reduced(np.maximum(gradient, 0)),
    "negative_cut_off#late": lambda gradient, reduced: np.maximum(reduced(gradient), 0),
}
_REDUCTIONS: Mapping[str, Reduce] = {
    CONTRACT: lambda channels: channels.max(axis=-1),
    "channels_summed": lambda channels: channels.sum(axis=-1),
    "channels_averaged": lambda channels: channels.mean(axis=-1),
    "channels_l2": lambda channels: np.sqrt((channels**2).sum(axis=-1)),
    "channels_minimum": lambda channels: channels.min(axis=-1),
    "channels_left": lambda channels: channels,
}


@dataclass(frozen=True, slots=True)
class Closest:
    """How far a returned map is from the closest known one that is right in each of ASPECTS, and the mistakes of the one
    that it is, by aspect; none where it is no known one."""

    errors: Mapping[str, float]
    mistakes: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        """Whether it is one of the known maps, the right one or another."""
        return bool(self.mistakes) or all(error <= RECOGNISED for error in self.errors.values())


@dataclass(frozen=True, slots=True)
class _Known:
    error: float
    mistakes: Mapping[str, str]
    as_it_is: bool = True


def closest(got: np.ndarray, gradients: Iterable[tuple[str, np.ndarray]], spared: float = 0.0) -> Closest:
    """`got` is (N, H, W), or (N, H, W, C) where the channels were left; `gradients` as `scores_differentiated` has them.
    `spared` is the share of pixels that may be off.

    No more gradients are taken than it takes to know what `got` is: each later one would be a mistake more.
    """
    got = got.astype(np.float64)
    known: list[_Known] = []
    for score, gradient in gradients:
        with np.errstate(all="ignore"):
            for one in _of_gradient(got, score, gradient, spared):
                known.append(one)
                # The right map comes first: what else `got` might be need not be known.
                if one.error <= RECOGNISED and not one.mistakes:
                    return Closest(dict.fromkeys(ASPECTS, one.error))
        if _best(known) is not None:
            break
    if _best(known) is None:
        with np.errstate(all="ignore"):
            known.extend(islice(_bent(got, gradients), 1))
    errors = {
        aspect: min((one.error for one in known if aspect not in one.mistakes), default=np.inf) for aspect in ASPECTS
    }
    best = _best(known)
    return Closest(errors, best.mistakes if best is not None else {})


def _best(known: list[_Known]) -> _Known | None:
    """Of those that `got` is the one with the fewest mistakes."""
    found = [one for one in known if one.error <= RECOGNISED]
    return min(found, key=lambda one: (len(one.mistakes), not one.as_it_is, one.error), default=None)


def _of_gradient(got: np.ndarray, score: str, gradient: np.ndarray, spared: float) -> Iterator[_Known]:
    for sign, signed in _SIGNS.items():
        for reduction, reduce in _reductions(gradient.shape[-1]):
            made = signed(gradient, reduce)
            if made.shape != got.shape or not made.any():
                continue
            mistakes = _named(score, sign, reduction)
            for scale, error in _scaled(got, made, gradient, spared):
                # A value too large to be compared is far from everything.
                error = error if np.isfinite(error) else np.inf
                yield _Known(error, {**mistakes, "scale": scale} if scale else mistakes, as_it_is=not scale)


def _bent(got: np.ndarray, gradients: Iterable[tuple[str, np.ndarray]]) -> Iterator[_Known]:
    """Known maps whose pixels are in the order of those of `got`, though their values are none that are known."""
    for score, gradient in gradients:
        for reduction, reduce in _reductions(gradient.shape[-1]):
            made = _SIGNS[CONTRACT](gradient, reduce)
            if made.shape == got.shape and _in_same_order(got, made):
                mistakes = _named(score, CONTRACT, reduction)
                yield _Known(0.0, {**mistakes, "scale": mistakes.get("scale", "values_bent")}, as_it_is=False)


def _named(score: str, sign: str, reduction: str) -> dict[str, str]:
    """The mistakes by aspect. A map of another score is wrong in its size as well."""
    named = {"gradient": score, "scale": score, "absolute": sign.partition("#")[0], "maximum": reduction}
    return {aspect: mistake for aspect, mistake in named.items() if mistake != CONTRACT}


def _reductions(channels: int) -> Iterator[tuple[str, Reduce]]:
    yield from _REDUCTIONS.items()
    for channel in range(channels if channels > 1 else 0):
        yield "one_channel", lambda gradient, channel=channel: gradient[..., channel]


def _scaled(got: np.ndarray, made: np.ndarray, gradient: np.ndarray, spared: float) -> Iterator[tuple[str, float]]:
    """How far `got` is from `made` as it is (named by nothing), and rescaled in one of the ways that are known."""
    yield "", _error(got, made, spared)
    factor = _factor(got, made)
    if factor > 0:
        yield _factor_named(factor, made), _error(got, factor * made, spared)
    if not _alike(got, made):
        return
    for name, other in _rescaled(made, gradient):
        # An image that shows nothing has no range to be brought to.
        factor = _factor(got, other) if np.isfinite(other).all() else 0.0
        if factor > 0:
            yield name, _error(got, factor * other, spared)


def _error(got: np.ndarray, made: np.ndarray, spared: float) -> float:
    """How far `got` is off, beside the largest of `made`, at all pixels but the share `spared`."""
    if spared == 0:
        return relative_error(got, made)
    off = np.abs(got - made).ravel()
    last = int(off.size * (1 - spared))
    return float(np.partition(off, last)[last]) / (float(np.abs(made).max()) or 1.0)


def _factor(got: np.ndarray, made: np.ndarray) -> float:
    """The factor that brings `made` closest to `got`."""
    return float((got * made).sum() / max(float((made**2).sum()), np.finfo(float).tiny))


def _alike(got: np.ndarray, made: np.ndarray) -> bool:
    """Whether every image of `got` may be that of `made` on another scale: their pixels rise and fall together."""
    pairs = zip(got.reshape(len(got), -1), made.reshape(len(made), -1), strict=True)
    return all(_correlation(one, other) > _LEAST_CORRELATION for one, other in pairs)


def _in_same_order(got: np.ndarray, made: np.ndarray) -> bool:
    """Whether the pixels of every image of `got` rise as those of `made` do, or stay the same."""
    pairs = [(one.ravel(), other.ravel()) for one, other in zip(got, made, strict=True)]
    probed = slice(None, None, max(1, pairs[0][0].size // _PROBED))
    return all(_rises(one[probed], other[probed]) for one, other in pairs) and all(
        _rises(one, other) and _has_values(one) for one, other in pairs
    )


def _rises(got: np.ndarray, made: np.ndarray) -> bool:
    ordered = got[np.argsort(made, kind="stable")]
    fallen = np.maximum.accumulate(ordered) - ordered
    return bool(fallen.max() <= _MISPLACED * np.ptp(got))


def _has_values(got: np.ndarray) -> bool:
    values, counts = np.unique(got, return_counts=True)
    return len(values) >= _FEWEST_VALUES and bool(counts.max() <= _LARGEST_SHARE * got.size)


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    one, other = one - one.mean(), other - other.mean()
    return float(one @ other / max(np.sqrt((one @ one) * (other @ other)), np.finfo(float).tiny))


def _factor_named(factor: float, made: np.ndarray) -> str:
    if len(made) > 1 and abs(factor * len(made) - 1) <= _LARGEST_FACTOR_OFF:
        return "divided_by_images"
    return "rescaled"


def _rescaled(made: np.ndarray, gradient: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """`made` with each image, or all of them, brought to some range or size, up to a factor."""
    whole = tuple(range(1, made.ndim))
    low, high, total = (f(made, axis=whole, keepdims=True) for f in (np.min, np.max, np.sum))
    length = np.sqrt((made**2).sum(axis=whole, keepdims=True))
    of_gradient = np.sqrt((gradient**2).sum(axis=tuple(range(1, gradient.ndim)))).reshape(low.shape)
    yield "rescaled_each", made / high
    yield "rescaled_each", (made - low) / (high - low)
    yield "rescaled_each", made / total
    yield "rescaled_each", made / length
    yield "rescaled_each", made / of_gradient
    yield "rescaled", made - made.min()
