"""Check `better.accuracy`: how many images the trained network classifies right. Images go in, logits come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from grader.checks.network.operations.activations import log_softmax
from grader.checks.training.asking import Asking
from grader.checks.training.draws import CLASSES
from grader.datasets.data_set import Split
from grader.model.evidence import AccuracyEvidence, Measured, Problem
from grader.model.observation import Value

CHECK = "better.accuracy"
BUILDER = "my_model"
#: Without its ending: other formats than .keras are opened as well.
MODEL_PATH = "Utils/model_checkpoints/my_model_final"
SUBMITTED, REEXECUTED, NONE = "submitted", "reexecuted", "none"

_HANDLE = "saved"
_HIDDEN = "hidden"
#: Images in one request: 12 MB.
_AT_ONCE = 1000
_SAMPLES_PER_CLASS = 2
_REASONS = frozenset({"too_large", "corrupted", "version", "needs_code", "no_builder", "tf1_checkpoint"})


class _Unusable(Exception):
    """The saved model cannot be measured."""

    def __init__(self, problem: Problem):
        super().__init__(problem.id)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Measurement:
    """The evidence without what notebooks claim, and the arrays that reports draw pictures of."""

    evidence: AccuracyEvidence
    arrays: Mapping[str, np.ndarray]


def measure(
    asking: Asking, model: str, paying: tuple[str, Split], validation: Split, largest_bytes: int, missing: Problem
) -> Measurement:
    """Opens the saved model in the process of `asking` and measures it; `model` says whose weights these are.

    `paying` is the name of the split that points follow from, and its images. `missing` is the problem where there is
    no file. Raises Unanswered where the process did not answer.
    """
    try:
        parameters = _opened(asking, largest_bytes, missing)
        name, split = paying
        logits = _logits(asking, split.images)
        beside = _logits(asking, validation.images)
    except _Unusable as unusable:
        return Measurement(AccuracyEvidence(NONE, problem=unusable.problem), {})
    evidence = AccuracyEvidence(
        model=model,
        paying=_measured(name, logits, split.labels),
        validation=_measured("validation", beside, validation.labels),
        parameters=parameters,
    )
    # A student reads the report: images are shown of a split that everybody may see.
    shown = (validation, beside) if name == _HIDDEN else (split, logits)
    return Measurement(evidence, {**_verdicts(split, logits), **_samples(*shown)})


def _opened(asking: Asking, largest_bytes: int, missing: Problem) -> int | None:
    """The number of parameters of the saved model, which is kept in the process."""
    told = asking.ask("saved_model", path=MODEL_PATH, builder=BUILDER, handle=_HANDLE, largest_bytes=largest_bytes)
    if not isinstance(told, Mapping):
        raise _Unusable(Problem("model_other", {"detail": ""}))
    if told.get("loaded") is not True:
        reason = told.get("reason")
        if reason == "missing":
            raise _Unusable(missing)
        known = f"model_{reason}" if reason in _REASONS else "model_other"
        raise _Unusable(Problem(known, {"detail": str(told.get("detail", ""))[:500]}))
    if told.get("graph_matches_builder") is False:
        raise _Unusable(Problem("other_network", {"builder": BUILDER}))
    shape = told.get("output_shape")
    if shape is not None and list(shape) not in ([None, CLASSES], [None, None]):
        raise _Unusable(Problem("model_output", {"found": _shape(shape), "expected": _shape([None, CLASSES])}))
    parameters = told.get("parameters")
    return parameters if type(parameters) is int else None


def _logits(asking: Asking, images: np.ndarray) -> np.ndarray:
    """What the kept model gives for `images`: (N, 10) float32, finite."""
    found = []
    for start in range(0, len(images), _AT_ONCE):
        part = np.ascontiguousarray(images[start : start + _AT_ONCE])
        found.append(_checked(asking.ask("logits", handle=_HANDLE, images=part), len(part)))
    return np.concatenate(found)


def _checked(got: Value, count: int) -> np.ndarray:
    if not isinstance(got, np.ndarray) or got.dtype.kind != "f" or got.shape != (count, CLASSES):
        shape = _shape(got.shape) if isinstance(got, np.ndarray) else type(got).__name__
        raise _Unusable(Problem("model_output", {"found": shape, "expected": str((count, CLASSES))}))
    unusable = int(np.count_nonzero(~np.isfinite(got)))
    if unusable:
        raise _Unusable(Problem("not_finite", {"name": "logits", "count": unusable, "total": got.size}))
    return got.astype(np.float32)


def _shape(shape: object) -> str:
    return f"({', '.join(str(extent) for extent in shape)})" if isinstance(shape, list | tuple) else str(shape)


def _measured(name: str, logits: np.ndarray, labels: np.ndarray) -> Measured:
    return Measured(name, len(labels), int(np.count_nonzero(logits.argmax(axis=1) == labels)))


def _verdicts(split: Split, logits: np.ndarray) -> dict[str, np.ndarray]:
    """Predictions and labels of the split that pays."""
    return {"predictions": logits.argmax(axis=1).astype(np.int8), "labels": split.labels.astype(np.int8)}


def _samples(split: Split, logits: np.ndarray) -> dict[str, np.ndarray]:
    """A few images of every class with what was said of them."""
    places = np.concatenate([np.flatnonzero(split.labels == number)[:_SAMPLES_PER_CLASS] for number in range(CLASSES)])
    return {
        "samples/pixels": np.ascontiguousarray(split.pixels[places], dtype=np.uint8),
        "samples/labels": split.labels[places].astype(np.int8),
        "samples/predictions": logits[places].argmax(axis=1).astype(np.int8),
        "samples/scores": _probabilities(logits[places]),
    }


def _probabilities(output: np.ndarray) -> np.ndarray:
    """Softmax of logits; a network that ends in a softmax gives probabilities already."""
    already = bool((output >= 0).all()) and np.allclose(output.sum(axis=1), 1, atol=1e-3)
    return (output if already else np.exp(log_softmax(output.astype(np.float64)))).astype(np.float32)
