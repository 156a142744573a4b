"""Grading a team, writing the class pages and scoring again, disturbed at each single change that they make on disk."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from grader.checks.observe import Observed
from grader.engine import batch_plan, failed_job, job_record, overview, rescore
from grader.engine.job import Grader, Job
from grader.engine.job_failure import JobFailure
from grader.engine.out_folder import OutFolder
from grader.intake.candidate import Candidate
from grader.messages import ENGLISH
from grader.model.evidence import Evidence
from grader.model.submission import Submission
from grader.scoring import rubric_file
from grader.scoring.rubric_file import fingerprint
from tests.cli import hand_ins
from tests.engine.training_rubric import run_settings
from tests.faults import failing_writes
from tests.faults.failing_writes import DECLARED, ENDED, KILLED, Fault
from tests.scoring.evidence_builder import case, evidence, item

RUBRIC = rubric_file.load(Path(__file__).parents[2] / "rubrics" / "assignment2.yaml")
POOL = "p1.max_pool_forward"
INPUTS = {"handin": "0" * 64}
#: More changes than any of these makes.
MOST_CHANGES = 200
#: About what each of them makes.
MOST_CHANGES_OF_ONE = 30
#: Strike at every fifth change; in the long run at every one.
STEPS = [5, pytest.param(1, marks=pytest.mark.soak)]


class Seen:
    """Stands for what observes: the same evidence for everybody, at once."""

    def __init__(self, wrapped: object, error: float):
        self.handout = wrapped.handout  # type: ignore[attr-defined]
        self.limits = wrapped.limits  # type: ignore[attr-defined]
        self._error = error

    def observe(self, submission: Submission, reuse: Evidence | None = None) -> Observed:
        seen = evidence({POOL: item("max_pool_forward", case("strides", {"contract": self._error}))})
        seen = replace(seen, submission=replace(seen.submission, team=submission.team))
        notebook = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        return Observed(seen, {f"{POOL}/strides/x": np.arange(6.0)}, {"a.ipynb": notebook}, fresh=1)


@cache
def grader_seeing(error: float) -> Grader:
    """One whose observations say that the pooling is `error` away from the right answer."""
    grader = Grader(replace(run_settings(1), rubric=RUBRIC, appendix=True, language=ENGLISH))
    grader.close()
    grader._observing = Seen(grader._observing, error)  # type: ignore[assignment]
    return grader


def handed_in(source: Path) -> Candidate:
    return Candidate("team", source.name, source, None, datetime(2026, 1, 1, tzinfo=UTC))


def grading(out: OutFolder, source: Path, error: float = 0.0) -> Callable[[], None]:
    """Grades one team into `out`, as a worker and then, where that failed, the batch do it."""
    grader = grader_seeing(error)
    job = Job(handed_in(source), out.team("team"), INPUTS)

    def grade() -> None:
        try:
            grader.grade(job)
        except Exception as fault:
            failed_job.store(job, JobFailure(str(fault)), RUBRIC)

    return grade


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hand_ins.pack(tmp_path_factory.mktemp("inbox") / "team.tar.gz", hand_ins.right_files())


def content(out: OutFolder) -> dict[str, bytes]:
    """Every file of OUT by its path, but for the log and for what a killed writer left, which nobody reads."""
    files = (path for path in out.path.rglob("*") if path.is_file())
    return {
        str(path.relative_to(out.path)): path.read_bytes()
        for path in files
        if path not in (out.log, out.lock) and "/." not in str(path.relative_to(out.path.parent))
    }


def assert_nothing_half_written_counts(out: OutFolder, whole: set[bytes]) -> None:
    """Where the team counts as done its result is one of `whole`, or says that the grader failed."""
    folder = out.team("team")
    record = job_record.read(folder.job)
    if record is None:
        return
    result = folder.result.read_bytes()
    told = json.loads(result)
    assert result in whole or (told["status"] == "grader_error" and told["score"] is None)
    if told["status"] == "graded":
        assert folder.report.is_file() and (folder.evidence / "evidence.json").is_file()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.value)
def test_grading_survives_a_fault_at_every_change_it_makes(
    fault: Fault, step: int, source: Path, tmp_path: Path
) -> None:
    before, after = OutFolder(tmp_path / "before"), OutFolder(tmp_path / "after")
    for out in (before, after):
        out.prepare()
        grading(out, source, error=1.0)()
    wrong = before.team("team").result.read_bytes()
    grading(after, source)()
    right = after.team("team").result.read_bytes()
    assert wrong != right
    struck = 0
    for number in range(0, MOST_CHANGES, step):
        out = OutFolder(tmp_path / "OUT")
        shutil.copytree(before.path, out.path)
        code = failing_writes.run(grading(out, source), out.path, fault, number)
        assert code in (ENDED, KILLED)
        assert_nothing_half_written_counts(out, {wrong, right})
        # What counts as done under these inputs is not done again: it has to be the right one, or the old one untouched.
        out.prepare()
        grading(out, source)()
        assert content(out) == content(after)
        shutil.rmtree(out.path)
        struck += 1
        if all_struck(code, fault, number):
            break
    assert struck > 15 // step


def class_pages(out: OutFolder) -> Callable[[], object]:
    return lambda: overview.write(out, ["team"], RUBRIC)


def scored_again(out: OutFolder) -> Callable[[], object]:
    dearer = tuple(each.model_copy(update={"points": 7.0}) if each.id == POOL else each for each in RUBRIC.items)
    rubric = RUBRIC.model_copy(update={"items": dearer, "total": 32.0})
    return lambda: rescore.rescore(out.path, rubric)


@pytest.mark.parametrize("work", [class_pages, scored_again])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.value)
def test_pages_and_scoring_again_survive_a_fault_at_every_change(
    fault: Fault, work: Callable[[OutFolder], Callable[[], object]], step: int, source: Path, tmp_path: Path
) -> None:
    before, after = OutFolder(tmp_path / "before"), OutFolder(tmp_path / "after")
    before.prepare()
    grading(before, source)()
    shutil.copytree(before.path, after.path)
    work(after)()
    whole = {out.team("team").result.read_bytes() for out in (before, after)}
    for number in range(0, MOST_CHANGES, step):
        out = OutFolder(tmp_path / "OUT")
        shutil.copytree(before.path, out.path)
        code = failing_writes.run(work(out), out.path, fault, number)
        assert code in (ENDED, KILLED, DECLARED)
        assert out.team("team").result.read_bytes() in whole
        work(out)()
        assert scores(out) == scores(after)
        shutil.rmtree(out.path)
        if all_struck(code, fault, number):
            break
    assert number > 3


def all_struck(code: int, fault: Fault, number: int) -> bool:
    """Whether there is no change left to strike at. Without a kill that cannot be seen: some faults are taken calmly."""
    return code == ENDED if fault is Fault.KILL else number >= MOST_CHANGES_OF_ONE


def scores(out: OutFolder) -> tuple[bytes, bytes, bytes]:
    """What says how many points there are; pages also tell when they were made."""
    return out.team("team").result.read_bytes(), out.gradebook.read_bytes(), out.team("team").report.read_bytes()


def test_a_plan_takes_nobody_for_done_whose_grading_was_cut_short(source: Path, tmp_path: Path) -> None:
    out = OutFolder(tmp_path / "OUT")
    out.prepare()
    grading(out, source)()
    candidate = handed_in(source)
    shared = {name: value for name, value in INPUTS.items() if name != "handin"}
    assert job_record.read(out.team("team").job) is not None
    cut_short = 0
    for number in range(MOST_CHANGES):
        code = failing_writes.run(grading(out, source, error=1.0), out.path, Fault.KILL, number)
        plan = batch_plan.make_plan([candidate], out, shared, fingerprint(RUBRIC), anew=False)
        assert plan.jobs
        if code == ENDED:
            break
        cut_short += 1
    assert cut_short > 5
