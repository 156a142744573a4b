"""Hashes of everything that determines an observation: equal key, nothing to observe again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict

from grader.checks.table import CHECKS_VERSION
from grader.model.evidence import EVIDENCE_SCHEMA
from grader.model.rubric import Part, Rubric


def digest(content: object) -> str:
    """SHA-256 (hex) of a JSON-like value."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def files_digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 (hex) of a work folder's paths and contents."""
    return digest(sorted((path, hashlib.sha256(content).hexdigest()) for path, content in files.items()))


def setting_key(
    files: Mapping[str, bytes], rubric: Rubric, part_number: int, surroundings: Mapping[str, object], seed: int
) -> str:
    """What all observations of one part of one submission have in common."""
    part: Part = rubric.parts[part_number]  # type: ignore[index]
    # Where nothing is trained, the profile matters by its limits alone.
    ignored = {"profile"} if part.framework == "numpy" else set()
    return digest(
        {
            "evidence": EVIDENCE_SCHEMA,
            "checks": CHECKS_VERSION,
            "files": files_digest(files),
            "module": part.module,
            "forbidden": part.forbidden_modules,
            "limits": asdict(part.limits_for(str(surroundings["profile"]))),
            "surroundings": {name: value for name, value in surroundings.items() if name not in ignored},
            "seed": seed,
            "hidden_per_class": rubric.hidden_cases.per_class if surroundings["hidden"] else 0,
        }
    )


def item_key(setting: str, check: str) -> str:
    """Key of one item's observation."""
    return digest({"setting": setting, "check": check})


def notebook_key(setting: str) -> str:
    """Key of one notebook's run."""
    return digest({"setting": setting, "notebook": True})
