"""teams/<team>/job.json: from which inputs a stored result was made, to see whether it still holds."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.engine import atomic_file
from grader.model.status import Severity, SubmissionStatus
from grader.model.submission import Flag

#: Raised whenever older records could be misread; they then count as absent.
_SCHEMA = 2


@dataclass(frozen=True, slots=True)
class JobRecord:
    """Written when a team's result is whole.

    `inputs` maps the name of an input (the hand-in, the grader's code, package versions, ...) to its fingerprint;
    `observed_rubric` and `scored_rubric` are the rubric's fingerprints at observing and at scoring: after `rescore`
    they differ. `reason` says why a hand-in was rejected or could not be graded, `flags` what the inbox told of it
    (of a graded one the evidence tells).
    """

    team: str
    source: str
    source_sha256: str
    status: SubmissionStatus
    inputs: Mapping[str, str] = field(default_factory=dict)
    observed_rubric: str = ""
    scored_rubric: str = ""
    reason: str = ""
    flags: tuple[Flag, ...] = ()

    def holds_for(self, inputs: Mapping[str, str], rubric: str) -> bool:
        """Whether a job with these inputs and this rubric would only repeat what is stored."""
        return (
            self.status is not SubmissionStatus.GRADER_ERROR
            and dict(self.inputs) == dict(inputs)
            and self.observed_rubric == rubric
            and self.scored_rubric == rubric
        )


def write(path: Path, record: JobRecord) -> None:
    """Stores `record` in one step. Raises OSError."""
    content = {"schema": _SCHEMA, **dataclasses.asdict(record)}
    atomic_file.write(path, json.dumps(content, indent=1, sort_keys=True) + "\n")


def read(path: Path) -> JobRecord | None:
    """The stored record; None where there is none that can be read, which means: nothing is known to be done."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("schema") != _SCHEMA:
            return None
        flags = tuple(Flag(flag["id"], Severity(flag["severity"]), flag["values"]) for flag in content["flags"])
        record = JobRecord(**{**content, "status": SubmissionStatus(content["status"]), "flags": flags})
        return record if _is_sound(record) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _is_sound(record: JobRecord) -> bool:
    """Whether everything is of the type that it has to be; a disk or a hand may have changed the file."""
    texts = (
        record.team,
        record.source,
        record.source_sha256,
        record.observed_rubric,
        record.scored_rubric,
        record.reason,
    )
    values = [flag.values for flag in record.flags]
    inputs = record.inputs
    return (
        all(isinstance(text, str) for text in (*texts, *(flag.id for flag in record.flags)))
        and all(isinstance(mapping, dict) for mapping in (inputs, *values))
        and all(isinstance(text, str) for text in inputs.values())
    )
