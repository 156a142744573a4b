"""Puts all questions of a rubric to one submission and measures the answers: the way from code to evidence."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.checks import keys
from grader.checks.layers_part import observe_layers
from grader.checks.part import PartObserved, PartTask, Runner
from grader.checks.table import VISUALISATION_CHECKS_BY_NAME
from grader.checks.tensorflow1.pretrained_subject import pretrained_subject
from grader.checks.tensorflow1.tensorflow1_part import observe_tensorflow1
from grader.checks.training.training_data import TrainingData
from grader.checks.training.training_part import observe_training
from grader.checks.visualisation.network_served import network_served
from grader.checks.visualisation.pretrained_networks import PretrainedNetworks
from grader.checks.visualisation.visualisation_part import Subject, observe_visualisations
from grader.datasets.pretrained import PretrainedMaterial
from grader.dialects.dialect import Dialect
from grader.model.evidence import Evidence, IsolationUsed, ItemEvidence, NetworkUsed, NotebookEvidence, SubmissionRecord
from grader.model.rubric import Item, Rubric
from grader.model.submission import Submission

if TYPE_CHECKING:
    from grader.checks.oracle import Oracle

#: Where trained models lie in the work folder; they can be large.
_MODELS = "Utils/model_checkpoints/"


@dataclass(frozen=True, slots=True)
class Observed:
    """Evidence and what lies beside it: arrays by ``<item>/<case>/…`` and executed notebooks by file name.

    `fresh` counts the observations that were really made; the others were taken over from earlier evidence.
    """

    evidence: Evidence
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    executed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fresh: int = 0


@dataclass(frozen=True, slots=True)
class Laboratory:
    """What submissions are observed with.

    `runners` run the code of each part; a part without one is in `unavailable` with the reason, a key of the catalogue's
    topic ``skipped``. Without an `oracle` only the public cases are asked. `data` is for parts that need images, `profile`
    decides the limits, `dialect` the TensorFlow that the runners offer. Without `run_notebooks` notebooks are read and not run. `templates` are the notebooks as handed out,
    `given` the files beside them that are always ours. `pretrained` is what Part 3 is about, None where that cannot be run;
    `original` takes its place for hand-ins of TensorFlow 1, None where they are served a stand-in.
    """

    runners: Mapping[int, Runner]
    isolation: IsolationUsed
    oracle: Oracle | None = None
    data: TrainingData | None = None
    profile: str = "quick"
    dialect: Dialect = Dialect.TF2
    run_notebooks: bool = True
    unavailable: Mapping[int, str] = field(default_factory=dict)
    templates: Mapping[int, bytes] = field(default_factory=dict)
    given: Mapping[str, bytes] = field(default_factory=dict)
    pretrained: PretrainedMaterial | None = None
    original: PretrainedMaterial | None = None
    networks: PretrainedNetworks = field(default_factory=PretrainedNetworks)


def needed_files(files: Mapping[str, bytes], part: int) -> dict[str, bytes]:
    """The work folder as one part needs it: Part 1 neither reads nor is changed by trained models."""
    return {path: content for path, content in files.items() if part != 1 or not path.startswith(_MODELS)}


def planned_keys(
    files: Mapping[str, bytes], rubric: Rubric, parts: Sequence[int], laboratory: Laboratory, seed: int
) -> dict[str, str]:
    """The key of every item (by id) and notebook (``notebook.<part>``) that `observe` would make."""
    planned = {}
    for part in parts:
        surroundings = _surroundings(laboratory, rubric, part)
        setting = keys.setting_key(needed_files(files, part), rubric, part, surroundings, seed)
        planned[f"notebook.{part}"] = keys.notebook_key(setting)
        for item in rubric.items:
            if item.part == part:
                planned[item.id] = keys.item_key(setting, item.check)
    return planned


def _surroundings(laboratory: Laboratory, rubric: Rubric, part: int) -> Mapping[str, object]:
    """All that the observations of one part depend on, besides the submission, the rubric and the seed."""
    runner, data = laboratory.runners.get(part), laboratory.data
    told: dict[str, object] = {
        "level": laboratory.isolation.level.value,
        "environment": dict(runner.environment()) if runner is not None else laboratory.unavailable.get(part, ""),
        "hidden": laboratory.oracle is not None,
        "notebooks": laboratory.run_notebooks,
        "profile": laboratory.profile,
    }
    if visualises(rubric, part):
        pretrained = laboratory.original or laboratory.pretrained
        told["pretrained"] = pretrained.digest if pretrained is not None else ""
    elif part != 1 and data is not None:
        told["data"] = [data.served.digest, data.judged.digest, data.pays]
    if part in laboratory.templates:
        told["template"] = hashlib.sha256(laboratory.templates[part]).hexdigest()
    return told


def observe(
    submission: Submission,
    files: Mapping[str, bytes],
    rubric: Rubric,
    laboratory: Laboratory,
    *,
    parts: Sequence[int],
    seed: int,
    reuse: Evidence | None = None,
) -> Observed:
    """Observes all items of `parts`.

    `files` is the complete work folder, ours and theirs. What `reuse` already holds under the same key is taken over (its
    arrays are not returned: they are on disk). Raises InfrastructureError for faults of the grader; the student's faults
    are evidence.
    """
    started = time.monotonic()
    planned = planned_keys(files, rubric, parts, laboratory, seed)
    items: dict[str, ItemEvidence] = {}
    notebooks: dict[int, NotebookEvidence] = {}
    arrays: dict[str, np.ndarray] = {}
    executed: dict[str, Mapping[str, Any]] = {}
    fresh = 0
    for part in parts:
        wanted = [item for item in rubric.items if item.part == part]
        items.update(_taken_over(reuse, wanted, planned))
        missing = tuple(item for item in wanted if item.id not in items)
        key = planned[f"notebook.{part}"]
        known = reuse.notebooks.get(part) if reuse is not None else None
        notebook_wanted = known is None or known.key != key
        if known is not None and not notebook_wanted:
            notebooks[part] = known
        if not missing and not notebook_wanted:
            continue
        fresh += len(missing) + notebook_wanted
        task = PartTask(
            submission=submission,
            files=needed_files(files, part),
            rubric=rubric,
            part_number=part,
            wanted=missing,
            keys={"notebook": key, **{item.id: planned[item.id] for item in missing}},
            limits=rubric.parts[part].limits_for(laboratory.profile),  # type: ignore[index]
            seed=seed,
            notebook_wanted=notebook_wanted,
            run_notebook=laboratory.run_notebooks and rubric.parts[part].run_notebook,  # type: ignore[index]
            template=laboratory.templates.get(part),
        )
        found = _observe_part(task, laboratory)
        items.update(found.items)
        arrays.update(found.arrays)
        if found.notebook is not None:
            notebooks[part] = found.notebook
        if found.executed is not None:
            executed[submission.notebooks[part]] = found.executed
    evidence = _evidence(submission, rubric, laboratory, parts, seed, items, notebooks, started)
    network = _network(laboratory, files, rubric, parts)
    return Observed(replace(evidence, network=network), arrays, executed, fresh)


def _observe_part(task: PartTask, laboratory: Laboratory) -> PartObserved:
    runner = laboratory.runners.get(task.part_number)
    if task.part.framework == "numpy":
        assert runner is not None
        return observe_layers(runner, task, laboratory.oracle)
    unavailable = laboratory.unavailable.get(task.part_number, "")
    about_network = visualises(task.rubric, task.part_number)
    subject = _subject(laboratory, runner, task) if about_network else None
    if laboratory.dialect is Dialect.TF1:
        return observe_tensorflow1(runner, task, laboratory.data, subject, unavailable)
    if about_network:
        return observe_visualisations(runner, task, subject, unavailable)
    return observe_training(runner, task, laboratory.data, unavailable)


def visualises(rubric: Rubric, part: int) -> bool:
    """Whether the part is about a pretrained network; all items of a part are, or none is."""
    return any(item.part == part and item.check in VISUALISATION_CHECKS_BY_NAME for item in rubric.items)


def _subject(laboratory: Laboratory, runner: Runner | None, task: PartTask) -> Callable[[], Subject] | None:
    material = laboratory.pretrained
    if runner is None or material is None:
        return None

    def subject() -> Subject:
        hidden = laboratory.oracle is not None
        if laboratory.dialect is Dialect.TF1:
            given, networks = laboratory.given, laboratory.networks
            return pretrained_subject(runner, task, given, laboratory.original, networks, hidden)
        network = laboratory.networks.of(material, runner, laboratory.given, task.limits)
        return Subject(network, material, hidden)

    return subject


def _network(
    laboratory: Laboratory, files: Mapping[str, bytes], rubric: Rubric, parts: Sequence[int]
) -> NetworkUsed | None:
    """None where no part is about a pretrained network, or none of these can be run here."""
    if laboratory.pretrained is None or not any(
        part in laboratory.runners and visualises(rubric, part) for part in parts
    ):
        return None
    pretrained, original = laboratory.pretrained, laboratory.original
    return network_served(pretrained, original, laboratory.dialect, files, laboratory.given)


def _evidence(
    submission: Submission,
    rubric: Rubric,
    laboratory: Laboratory,
    parts: Sequence[int],
    seed: int,
    items: Mapping[str, ItemEvidence],
    notebooks: Mapping[int, NotebookEvidence],
    started: float,
) -> Evidence:
    environment: dict[str, str] = {}
    for part in parts:
        if (runner := laboratory.runners.get(part)) is not None:
            environment.update(runner.environment())
    data = laboratory.data
    needs_data = any(
        rubric.parts[part].framework != "numpy" and not visualises(rubric, part)  # type: ignore[index]
        for part in parts
    )
    return Evidence(
        submission=SubmissionRecord(
            submission.team, submission.source, submission.source_sha256, submission.content_sha256,
            submission.flags, submission.missing_notebooks,
        ),
        isolation=laboratory.isolation,
        environment=environment,
        seed=seed,
        items=items,
        notebooks=notebooks,
        seconds=time.monotonic() - started,
        limits={part: rubric.parts[part].limits_for(laboratory.profile) for part in parts},  # type: ignore[index]
        data=replace(data.used(), dialect=str(laboratory.dialect)) if data is not None and needs_data else None,
    )  # fmt: skip


def _taken_over(reuse: Evidence | None, wanted: Sequence[Item], planned: Mapping[str, str]) -> dict[str, ItemEvidence]:
    if reuse is None:
        return {}
    return {
        item.id: reuse.items[item.id]
        for item in wanted
        if item.id in reuse.items and reuse.items[item.id].key == planned[item.id]
    }
