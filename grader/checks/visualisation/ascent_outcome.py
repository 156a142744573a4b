"""Judges where an ascent ends, beside the grader's own, and keeps both for pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec

import numpy as np

from grader.checks.visualisation.ascent_calls import AscentCalls, Seen
from grader.checks.visualisation.ascent_run import falls_short, outcome
from grader.checks.visualisation.ascent_settings import AscentSettings
from grader.checks.visualisation.visualisation_case import Finding, breach

_STAGES = 4


@dataclass(frozen=True, slots=True)
class Judged:
    """A student's ascent and the grader's own with the same settings, None where that is not known."""

    seen: Seen
    own: np.ndarray | None


def objective_finding(seen: Seen, calls: AscentCalls, random: np.random.Generator) -> tuple[Finding, Judged]:
    """Whether the regularised objective rises, and the target's score ends above those of the other classes."""
    network, target, settings = calls.network, seen.target, seen.settings
    if calls.fixed_jitter:
        settings = replace(settings, max_jitter=AscentSettings().max_jitter)
    still, classes = replace(settings, max_jitter=0), len(calls.material.class_names)
    judged, problem = Judged(seen, None), ""
    # An image need not be good in other places than its own, though jitter would make it so.
    for wanted in dict.fromkeys((settings, still)):
        own = _own_ascent(calls, target, wanted, random)
        reached = outcome(network, seen.images, target, wanted, random, classes)
        expected = outcome(network, own, target, wanted, random, classes) if own is not None else None
        judged, problem = Judged(seen, own), falls_short(reached, expected)
        if not problem:
            break
    if problem:
        return breach(problem, rise=f"{reached.rise:.3g}", lead=f"{reached.lead:.3g}"), judged
    return Finding({"objective": 0.0}), judged


def _own_ascent(
    calls: AscentCalls, target: int, settings: AscentSettings, random: np.random.Generator
) -> np.ndarray | None:
    # Here and not above: it is a solution, and not in what students receive.
    if find_spec("grader.checks.visualisation.own_ascent") is None:
        return None
    from grader.checks.visualisation.own_ascent import own_ascent

    return own_ascent(calls.network, calls.valid, target, settings, random, calls.material.noise)


def pictures(judged: Judged, calls: AscentCalls) -> dict[str, np.ndarray]:
    """``samples/stages`` (4, H, W, 3) uint8 at the steps ``samples/steps``, the target's scores there, and the same of the
    grader's own ascent."""
    network, pixels, target = calls.network, calls.material.pixels, judged.seen.target
    chosen = np.linspace(0, len(judged.seen.images) - 1, _STAGES).round().astype(int)
    stages = judged.seen.images[chosen]
    arrays = {
        "samples/stages": pixels(stages),
        "samples/steps": chosen.astype(np.int16),
        "samples/scores": network.scores(stages)[:, target].astype(np.float32),
        "samples/target": np.array(target, np.int16),
        "samples/class_names": np.array(calls.material.class_names),
    }
    if judged.own is not None:
        own = judged.own[np.minimum(chosen, len(judged.own) - 1)]
        arrays["samples/expected"] = pixels(own)
        arrays["samples/expected_scores"] = network.scores(own)[:, target].astype(np.float32)
    return arrays
