"""Part 2 end to end below the command line: a notebook in a real sandboxed process, evidence, score.

A case is an entry of `part2/variants.yaml`: an edit of one of the right answers in `part2/` and the verdict it must get.
The data is a small stand-in, so that training takes seconds; the scale for accuracy is set to what it allows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.checks.observe import Laboratory, Observed, observe
from grader.checks.training.training_data import TrainingData
from grader.datasets.entry_contents import data_set_of
from grader.datasets.profile import Profile
from grader.datasets.stand_in import obtain_stand_in
from grader.execute.executor import Executor
from grader.intake import Handout
from grader.model.evidence import IsolationUsed
from grader.model.rubric import AccuracyScale, Ramp, Rubric
from grader.model.scorecard import Scorecard
from grader.model.status import ItemStatus
from grader.model.submission import Submission
from grader.sandbox import survey
from grader.scoring import rubric_file
from grader.scoring.score import score
from tests.cases.percent_notebook import notebook_bytes

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent / "part2"
VARIANTS: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "variants.yaml").read_text(encoding="utf-8"))
NOTEBOOK = "Assignment2-2_Training_CNN.ipynb"
WRITEUP, ACCURACY = "p2.better.writeup", "p2.better.accuracy"
#: Random guessing is right for one image in ten; the small networks of the cases reach more than twice that.
RAMP = Ramp(none_at=0.13, full_at=0.19)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TrainingData:
    entry = obtain_stand_in(tmp_path_factory.mktemp("cache"), {"train": 1000, "validation": 300, "test": 300})
    data_set = data_set_of(entry, asked_for=True)
    return TrainingData(data_set, data_set, Profile.QUICK)


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    rubric = rubric_file.load(ROOT / "rubrics" / "assignment2.yaml")
    scale = AccuracyScale(rule="accuracy_scale", cifar10=RAMP, stand_in=RAMP)
    items = [
        item.model_copy(update={"credit": scale}) if item.check == "better.accuracy" else item for item in rubric.items
    ]
    return rubric.model_copy(update={"items": tuple(items)})


@pytest.fixture(scope="module")
def executor(data: TrainingData) -> Iterator[Executor]:
    with Executor(
        level=survey().strongest.level, preload=("tensorflow", "keras"), readable=(data.served.folder,), threads=2
    ) as executor:
        yield executor


@pytest.fixture(scope="module")
def laboratory(executor: Executor, data: TrainingData) -> Laboratory:
    template = (ROOT / "student_template" / NOTEBOOK).read_bytes()
    level = IsolationUsed(survey().strongest.level)
    return Laboratory({2: executor}, level, data=data, templates={2: template})


@pytest.fixture(scope="module")
def given() -> Mapping[str, bytes]:
    return Handout.load(ROOT / "student_template").given


def edited(name: str) -> bytes:
    """The notebook of the case, each of whose edits must find its text."""
    source = (HERE / f"{VARIANTS[name]['base']}.py").read_text(encoding="utf-8")
    for old, new in VARIANTS[name].get("edits", ()):
        assert old in source, f"{name}: {old!r} is not in {VARIANTS[name]['base']}.py"
        source = source.replace(old, new)
    return notebook_bytes(source)


def limited(rubric: Rubric, limits: Mapping[str, float]) -> Rubric:
    part = rubric.parts[2]
    quick = part.profiles["quick"].model_copy(update=dict(limits))
    part = part.model_copy(update={"profiles": {**part.profiles, "quick": quick}})
    return rubric.model_copy(update={"parts": {**rubric.parts, 2: part}})


def observed(content: bytes, rubric: Rubric, laboratory: Laboratory, given: Mapping[str, bytes]) -> Observed:
    files = {NOTEBOOK: content}
    submission = Submission("team", "team.tar.gz", "0" * 64, "0" * 64, files, {2: NOTEBOOK})
    return observe(submission, {**files, **given}, rubric, laboratory, parts=[2], seed=1)


def told(card: Scorecard) -> set[str]:
    """Keys of all texts of the card's items."""
    items = [item for item in card.items if item.part == 2]
    messages = [message for item in items for message in item.feedback]
    for item in items:
        for check in item.checks:
            messages += [check.message, *([check.hint] if check.hint is not None else [])]
    return {message.key for message in messages}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.soak) if case.get("soak") else name for name, case in VARIANTS.items()],
)
def test_case_gets_its_verdict(name: str, rubric: Rubric, laboratory: Laboratory, given: Mapping[str, bytes]) -> None:
    case = VARIANTS[name]
    rubric = limited(rubric, case.get("limits", {}))
    run = case.get("run", True)
    laboratory = replace(laboratory, run_notebooks=run)
    card = score(observed(edited(name), rubric, laboratory, given).evidence, rubric)
    expected = case.get("expect", {})
    problems = []
    for item in card.items:
        if item.part != 2 or item.id == WRITEUP:
            continue
        if item.id == ACCURACY and not run:
            assert item.status is ItemStatus.SKIPPED
            continue
        share = item.points / item.max_points
        earned = "full" if share > 1 - 1e-9 else "none" if share == 0 else "some"
        if earned != expected.get(item.id, "full"):
            failing = [(check.id, check.message) for check in item.checks if check.status is not ItemStatus.PASSED]
            problems.append(f"{item.id}: {item.points:g} points, {item.status.value}; {item.feedback}; {failing}")
        if item.id in case.get("status", {}) and item.status.value != case["status"][item.id]:
            problems.append(f"{item.id}: status {item.status.value}, expected {case['status'][item.id]}")
    problems += [f"not told: {key}" for key in case.get("hints", ()) if key not in told(card)]
    flags = {flag.id for flag in card.flags}
    problems += [f"no flag {flag}" for flag in case.get("flags", ()) if flag not in flags]
    assert not problems, "\n".join(problems)
    writeup = next(item for item in card.items if item.id == WRITEUP)
    assert writeup.status is ItemStatus.MANUAL and card.pending_points == writeup.max_points


def test_untouched_template_earns_nothing(rubric: Rubric, laboratory: Laboratory, given: Mapping[str, bytes]) -> None:
    content = (ROOT / "student_template" / NOTEBOOK).read_bytes()
    card = score(observed(content, rubric, laboratory, given).evidence, rubric)
    items = [item for item in card.items if item.part == 2]
    assert {item.status for item in items} == {ItemStatus.MISSING} and sum(item.points for item in items) == 0
