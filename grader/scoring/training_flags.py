"""Flags of Part 2: claims that the measurement contradicts, and images that were not for training. Points do not change.

What a notebook told of its own training is believed as far as a flag: a person looks before anything follows.
"""

from __future__ import annotations

from collections.abc import Iterable

from grader.model.evidence import AccuracyEvidence, Evidence, NotebookEvidence
from grader.model.rubric import Rubric
from grader.model.status import Severity
from grader.model.submission import Flag
from grader.scoring.accuracy_item import percent
from grader.scoring.wilson import wilson_interval

#: A claim this far above the interval is contradicted: training again from other random weights, or an epoch more or
#: less before saving, moves an accuracy by a few points, and nobody gains by claiming too little.
CLEARLY = 0.05

_NOT_FOR_TRAINING = ("validation", "test")


def training_flags(evidence: Evidence, rubric: Rubric) -> tuple[Flag, ...]:
    """All flags that follow from how networks were trained and what is said of them, parts in order."""
    found: list[Flag] = []
    for part in sorted(rubric.parts):
        items = [evidence.items[item.id] for item in rubric.items if item.part == part and item.id in evidence.items]
        matches = {match for item in items for case in item.cases for match in case.matches}
        if "trains_while_evaluating" in matches:
            found.append(Flag("evaluation_trains", Severity.STAFF, {"part": part}))
        for item in items:
            if item.accuracy is not None:
                found.extend(_of_accuracy(part, item.accuracy))
        if part in evidence.notebooks:
            found.extend(_of_notebook(part, evidence.notebooks[part]))
    return tuple(found)


def _of_accuracy(part: int, seen: AccuracyEvidence) -> Iterable[Flag]:
    if seen.problem is not None and seen.problem.id == "other_network":
        yield Flag("other_network_saved", Severity.STAFF, {"part": part})
    yield from _known_images(part, seen)
    measured = seen.validation
    if measured is None or measured.images <= 0:
        return
    lower, upper = wilson_interval(measured.correct, measured.images)
    # Outputs stored on other images say nothing about these.
    comparable = [seen.claimed_rerun, seen.claimed_stored if seen.same_data else None]
    if any(claim is not None and claim > upper + CLEARLY for claim in comparable):
        yield Flag(
            "claim_contradicted",
            Severity.STAFF,
            {
                "part": part,
                "stored": _claimed(seen.claimed_stored),
                "again": _claimed(seen.claimed_rerun),
                "measured": percent(measured.correct / measured.images),
                "lower": percent(lower),
                "upper": percent(upper),
            },
        )


def _known_images(part: int, seen: AccuracyEvidence) -> Iterable[Flag]:
    """A network is as good on validation images as on test images, or those that nobody has seen, if it knows none of them.
    Choosing the best of many by one of them moves it by a point or two."""
    paying, validation = seen.paying, seen.validation
    if paying is None or validation is None or not (paying.images > 0 and validation.images > 0):
        return
    for better, worse in ((validation, paying), (paying, validation)):
        lower, _ = wilson_interval(better.correct, better.images)
        _, upper = wilson_interval(worse.correct, worse.images)
        if lower > upper + CLEARLY:
            shares = {"better": percent(better.correct / better.images), "worse": percent(worse.correct / worse.images)}
            names = {"on": better.split, "than": worse.split}
            yield Flag("images_known", Severity.STAFF, {"part": part, **names, **shares})


def _claimed(accuracy: float | None) -> str:
    return "–" if accuracy is None else percent(accuracy)


def _of_notebook(part: int, notebook: NotebookEvidence) -> Iterable[Flag]:
    forbidden = [run for run in notebook.training if run.on in _NOT_FOR_TRAINING and run.steps > 0]
    if forbidden:
        first = forbidden[0]
        values = {"part": part, "cell": first.cell, "on": first.on, "steps": sum(run.steps for run in forbidden)}
        yield Flag("trained_on_evaluation_data", Severity.STAFF, values)
    if notebook.status == "timeout" and notebook.training:
        last = notebook.training[-1]
        # A cell that hangs after its training is another matter.
        if last.epochs_planned is not None and len(last.epochs) < last.epochs_planned:
            values = {"part": part, "cell": last.cell, "epoch": len(last.epochs) + 1, "planned": last.epochs_planned}
            yield Flag("training_cut_short", Severity.WARNING, values)
