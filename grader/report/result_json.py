"""A scorecard as `result.json`: the stable interface to scripts outside the project."""

from __future__ import annotations

import json
import math
from typing import Any

import grader
from grader.model.evidence import AccuracyEvidence, DataUsed, Measured, NetworkUsed
from grader.model.scorecard import RESULT_SCHEMA, CheckResult, ItemResult, Scorecard
from grader.model.status import SubmissionStatus
from grader.report.clean_text import clean, clean_line
from grader.report.wording import feedback, flag_text, isolation_sentence, rounded, write
from grader.scoring.wilson import wilson_interval


def result(scorecard: Scorecard) -> dict[str, Any]:
    """The scorecard as a tree of strict JSON values (no NaN, no infinity), always in the same order of keys.

    A rejected hand-in has the score 0. One that the grader failed on has the score null and no items, so that a script
    that takes no notice of `status` stumbles instead of writing down zero points.
    """
    failed_on = scorecard.status is SubmissionStatus.GRADER_ERROR
    isolation = scorecard.isolation
    return {
        "schema": RESULT_SCHEMA,
        "team": clean(scorecard.team),
        "submission": {"source": clean(scorecard.source), "sha256": scorecard.source_sha256},
        "status": scorecard.status.value,
        "reason": clean(scorecard.reason) or None,
        "score": None if failed_on else rounded(scorecard.score),
        "max_score": rounded(scorecard.max_score),
        "pending_points": rounded(scorecard.pending_points),
        "provisional": scorecard.provisional,
        "items": [] if failed_on else [_item(item) for item in scorecard.items],
        "flags": [
            {"id": flag.id, "severity": flag.severity.value, "message": flag_text(flag)} for flag in scorecard.flags
        ],
        "seconds": {"total": round(scorecard.seconds, 3)},
        "seed": scorecard.seed,
        "isolation": {
            "level": isolation.level.value if isolation else None,
            "gaps": [clean_line(gap) for gap in isolation.gaps] if isolation else [],
            "sentence": isolation_sentence(isolation, scorecard.status),
        },
        "environment": {
            clean_line(name): clean_line(scorecard.environment[name]) for name in sorted(scorecard.environment)
        },
        "data": None if scorecard.data is None else _data(scorecard.data),
        "network": None if scorecard.network is None else _network(scorecard.network),
        "rubric_sha256": scorecard.rubric_sha256,
        "grader": grader.__version__,
    }


def as_text(scorecard: Scorecard) -> str:
    """The file's text."""
    return json.dumps(result(scorecard), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _data(data: DataUsed) -> dict[str, Any]:
    return {
        "kind": data.kind,
        "name": clean_line(data.name),
        "provenance": clean_line(data.provenance),
        "digest": data.digest,
        "profile": data.profile,
        "asked_for": data.asked_for,
        "dialect": data.dialect,
    }


def _network(network: NetworkUsed) -> dict[str, Any]:
    return {
        "kind": network.kind,
        "name": clean_line(network.name),
        "height": network.height,
        "width": network.width,
        "digest": network.digest,
        "dialect": network.dialect,
        "stand_in_images": network.stand_in_images,
    }


def _item(item: ItemResult) -> dict[str, Any]:
    tree: dict[str, Any] = {
        "id": item.id,
        "part": item.part,
        "title": write(item.title),
        "points": rounded(item.points),
        "max_points": rounded(item.max_points),
        "status": item.status.value,
        "feedback": "\n".join(feedback(item)),
        "checks": [_check(check) for check in item.checks],
    }
    if item.accuracy is not None:
        tree["accuracy"] = _accuracy(item.accuracy)
    return tree


def _accuracy(found: AccuracyEvidence) -> dict[str, Any]:
    """Accuracies are in [0, 1]; null where there is none."""
    return {
        "model": found.model,
        "measured": _measured(found.paying),
        "validation": _measured(found.validation),
        "claimed_stored": _finite(found.claimed_stored),
        "claimed_rerun": _finite(found.claimed_rerun),
        "same_data": found.same_data,
        "parameters": found.parameters,
    }


def _measured(measured: Measured | None) -> dict[str, Any] | None:
    if measured is None or measured.images <= 0:
        return None
    return {
        "split": measured.split,
        "images": measured.images,
        "correct": measured.correct,
        "accuracy": round(measured.correct / measured.images, 6),
        "interval": [round(end, 6) for end in wilson_interval(measured.correct, measured.images)],
    }


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "id": check.id,
        "status": check.status.value,
        "measured": _finite(check.measured),
        "limit": _finite(check.limit),
        "message": write(check.message),
        "hint": write(check.hint) if check.hint is not None else None,
    }


def _finite(value: float | None) -> float | None:
    """JSON has no infinity; an error that is not finite is told by the check's status and message."""
    return float(value) if value is not None and math.isfinite(value) else None
