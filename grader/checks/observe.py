"""Puts all questions of a rubric to one submission and measures the answers: the way from code to evidence."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import numpy as np

from grader.checks import keys
from grader.checks.cases import Case
from grader.checks.item import Layers, observe_item
from grader.checks.layer_check import LayerCheck
from grader.checks.notebooks import NotebookRunner, observe_notebook, stored_notebook
from grader.checks.oracle import Oracle
from grader.checks.pack import public_cases, smaller_cases
from grader.checks.table import CHECKS
from grader.model.evidence import Evidence, IsolationUsed, ItemEvidence, NotebookEvidence, SubmissionRecord
from grader.model.limits import ExecutionLimits
from grader.model.observation import CallObservation, ProbeRequest
from grader.model.rubric import Item, Rubric
from grader.model.submission import Submission

#: Where trained models lie in the work folder; they can be large.
_MODELS = "Utils/model_checkpoints/"


class Workspace(NotebookRunner, Protocol):
    """A submission's work folder with its functions, in some isolated process."""

    def probe(self, requests: Sequence[ProbeRequest]) -> list[CallObservation]: ...


class Runner(Protocol):
    """Whatever runs student code: opens workspaces, and knows its versions."""

    def environment(self) -> Mapping[str, str]: ...

    def workspace(
        self, files: Mapping[str, bytes], limits: ExecutionLimits, seed: int = 0
    ) -> AbstractContextManager[Workspace]: ...


@dataclass(frozen=True, slots=True)
class Observed:
    """Evidence and what lies beside it: arrays by ``<item>/<case>/…`` and executed notebooks by file name.

    `fresh` counts the observations that were really made; the others were taken over from earlier evidence.
    """

    evidence: Evidence
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    executed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fresh: int = 0


def needed_files(files: Mapping[str, bytes], part: int) -> dict[str, bytes]:
    """The work folder as one part needs it: Part 1 neither reads nor is changed by trained models."""
    return {path: content for path, content in files.items() if part != 1 or not path.startswith(_MODELS)}


def planned_keys(
    files: Mapping[str, bytes],
    rubric: Rubric,
    parts: Sequence[int],
    isolation: IsolationUsed,
    environment: Mapping[str, str],
    seed: int,
    hidden: bool,
) -> dict[str, str]:
    """The key of every item (by id) and notebook (``notebook.<part>``) that `observe` would make."""
    planned = {}
    for part in parts:
        setting = keys.setting_key(needed_files(files, part), rubric, part, isolation.level, environment, seed, hidden)
        planned[f"notebook.{part}"] = keys.notebook_key(setting)
        for item in rubric.items:
            if item.part == part:
                planned[item.id] = keys.item_key(setting, item.check)
    return planned


def observe(
    submission: Submission,
    files: Mapping[str, bytes],
    runner: Runner,
    rubric: Rubric,
    *,
    isolation: IsolationUsed,
    parts: Sequence[int],
    seed: int,
    oracle: Oracle | None,
    reuse: Evidence | None = None,
    run_notebooks: bool = True,
) -> Observed:
    """Observes all items of `parts`.

    `files` is the complete work folder, ours and theirs. Without an `oracle` only the public cases are asked.
    What `reuse` already holds under the same key is taken over (its arrays are not returned: they are on disk).
    Raises InfrastructureError for faults of the grader; the student's faults are evidence.
    """
    started = time.monotonic()
    environment = dict(runner.environment())
    planned = planned_keys(files, rubric, parts, isolation, environment, seed, oracle is not None)
    items: dict[str, ItemEvidence] = {}
    notebooks: dict[int, NotebookEvidence] = {}
    arrays: dict[str, np.ndarray] = {}
    executed: dict[str, Mapping[str, Any]] = {}
    fresh = 0
    for part in parts:
        wanted = [item for item in rubric.items if item.part == part]
        items.update(_taken_over(reuse, wanted, planned))
        missing = [item for item in wanted if item.id not in items]
        key = planned[f"notebook.{part}"]
        known = reuse.notebooks.get(part) if reuse is not None else None
        notebook_wanted = known is None or known.key != key
        if known is not None and not notebook_wanted:
            notebooks[part] = known
        if not missing and not notebook_wanted:
            continue
        fresh += len(missing) + notebook_wanted
        limits = rubric.parts[part].limits.execution_limits()  # type: ignore[index]
        with runner.workspace(needed_files(files, part), limits, seed) as workspace:
            if notebook_wanted and run_notebooks and rubric.parts[part].run_notebook:  # type: ignore[index]
                notebooks[part], notebook = observe_notebook(workspace, submission, part, key)
                if notebook is not None:
                    executed[submission.notebooks[part]] = notebook
            elif notebook_wanted:
                notebooks[part] = stored_notebook(submission, part, key)
            if missing:
                layers = Layers.found(workspace, rubric.parts[part].module, files, _functions(missing))  # type: ignore[index]
                for item in missing:
                    check = CHECKS[item.check]
                    cases = _cases(check, oracle, seed, rubric)
                    items[item.id], found = observe_item(
                        workspace, check, layers, cases, planned[item.id], partial(_smaller, check.name)
                    )
                    arrays.update({f"{item.id}/{name}": array for name, array in found.items()})
    evidence = Evidence(
        submission=SubmissionRecord(
            submission.team, submission.source, submission.source_sha256, submission.content_sha256,
            submission.flags, submission.missing_notebooks,
        ),
        isolation=isolation,
        environment=environment,
        seed=seed,
        items=items,
        notebooks=notebooks,
        seconds=time.monotonic() - started,
        limits={part: rubric.parts[part].limits.execution_limits() for part in parts},  # type: ignore[index]
    )  # fmt: skip
    return Observed(evidence, arrays, executed, fresh)


def _taken_over(reuse: Evidence | None, wanted: Sequence[Item], planned: Mapping[str, str]) -> dict[str, ItemEvidence]:
    if reuse is None:
        return {}
    return {
        item.id: reuse.items[item.id]
        for item in wanted
        if item.id in reuse.items and reuse.items[item.id].key == planned[item.id]
    }


def _functions(items: Sequence[Item]) -> list[str]:
    names = [name for item in items for name in (CHECKS[item.check].function, CHECKS[item.check].forward)]
    return list(dict.fromkeys(names))


def _cases(check: LayerCheck, oracle: Oracle | None, seed: int, rubric: Rubric) -> list[Case]:
    cases = list(public_cases()[check.name])
    if oracle is not None:
        cases += check.hidden_cases(oracle, seed, rubric.hidden_cases.per_class)
    return cases


def _smaller(check: str) -> list[Case]:
    return smaller_cases()[check]
