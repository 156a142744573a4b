"""Files of OUT that a bad disk or a hand has changed: scored again, or told to be the grader's fault; the others go on."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.engine import job_record, overview, team_result
from grader.engine.job_record import JobRecord
from grader.engine.out_folder import OutFolder
from grader.engine.rescore import rescore
from grader.evidence import store
from grader.model.evidence import NotebookEvidence
from grader.model.status import CallOutcome, SubmissionStatus, Visibility
from grader.scoring import rubric_file
from grader.scoring.rubric_file import fingerprint
from grader.scoring.score import score
from tests.fuzzing.mutation import damaged_bytes, damaged_tree
from tests.hypothesis_settings import generating
from tests.scoring.evidence_builder import RUBRIC_FILE, case, data_used, evidence, item

RUBRIC = rubric_file.load(RUBRIC_FILE)
POOL, CONV = "p1.max_pool_forward", "p1.conv_forward.valid"
DAMAGED = ("job.json", "result.json", "evidence/evidence.json", "evidence/arrays.npz", "../../run.json")
QUICK, LONG = 25, 600


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> OutFolder:
    """Two graded teams, with cases of several kinds, arrays and a notebook."""
    out = OutFolder(tmp_path_factory.mktemp("whole") / "OUT")
    out.prepare()
    sha256 = fingerprint(RUBRIC)
    for team in ("other", "team"):
        folder = out.team(team)
        folder.prepare()
        pooled = item(
            "max_pool_forward",
            case("strides", {"contract": 0.5}),
            case("overlap", {"contract": 0.0}, visibility=Visibility.HIDDEN),
            case("strides", outcome=CallOutcome.RAISED),
        )
        convolved = item("conv_forward.valid", case("stride", {"contract": float("nan")}))
        notebook = NotebookEvidence("key", "completed")
        seen = evidence({POOL: pooled, CONV: convolved}, {1: notebook}, data_used("stand-in"))
        seen = replace(seen, submission=replace(seen.submission, team=team, source=f"{team}.zip"))
        names = [each.id for each in pooled.cases]
        arrays = {
            f"{POOL}/{name}/{what}": np.arange(6.0).reshape(1, 2, 3, 1) for name in names for what in ("x", "out")
        }
        store.save(folder.evidence, seen, arrays, {"a.ipynb": {"cells": [], "metadata": {}}})
        team_result.write(folder, score(seen, RUBRIC), team_result.stored_arrays(folder))
        record = JobRecord(team, f"{team}.zip", "", SubmissionStatus.GRADED, {}, sha256, sha256)
        job_record.write(folder.job, record)
    overview.write(out, ["other", "team"], RUBRIC)
    out.run.write_text(
        '{"schema": 1, "started": "2026-01-01T00:00:00+00:00", "isolation": "none", "runner": "shell", "parts": [1]}'
    )
    return out


def damage(whole: OutFolder, folder: Path, examples: int, *, always_the_same: bool) -> None:
    other = (whole.team("other").path / "result.json").read_bytes()

    @generating(examples, always_the_same)
    @given(st.integers(0, 2**48))
    def one(seed: int) -> None:
        chance = random.Random(seed)
        out = OutFolder(folder / "OUT")
        shutil.rmtree(out.path, ignore_errors=True)
        shutil.copytree(whole.path, out.path)
        target = out.team("team").path / chance.choice(DAMAGED)
        content = target.read_bytes()
        if target.suffix == ".json" and chance.random() < 0.7:
            target.write_bytes(json.dumps(damaged_tree(json.loads(content), chance)).encode())
        else:
            target.write_bytes(damaged_bytes(content, chance))
        rescore(out.path, RUBRIC)
        assert (out.team("other").path / "result.json").read_bytes() == other
        assert out.gradebook.read_text(encoding="utf-8").count("other") >= 1

    one()


def test_damaged_team_is_the_graders_fault_and_the_others_are_scored(whole: OutFolder, tmp_path: Path) -> None:
    damage(whole, tmp_path, QUICK, always_the_same=True)


@pytest.mark.soak
def test_much_damaged_teams_are_the_graders_fault_and_the_others_are_scored(whole: OutFolder, tmp_path: Path) -> None:
    damage(whole, tmp_path, LONG, always_the_same=False)
