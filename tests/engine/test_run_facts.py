from __future__ import annotations

import dataclasses
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.datasets.profile import Profile
from grader.engine import overview, run_facts
from grader.engine.installation import Installation
from grader.engine.out_folder import OutFolder
from grader.engine.run_data import RunData
from grader.engine.run_facts import RunFacts
from grader.engine.run_setup import load_rubric
from grader.model.rubric import Rubric
from grader.model.scorecard import Scorecard
from grader.model.status import SubmissionStatus
from tests.engine.training_rubric import run_settings

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
FACTS = RunFacts(
    started="2026-03-04T05:00:00+00:00",
    isolation="landlock",
    runner="shell",
    parts=(1,),
    ignored=(("notes <b>.txt", "no archive"),),
)


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    return load_rubric(Installation.here(), None)


@pytest.fixture
def out(tmp_path: Path) -> OutFolder:
    folder = OutFolder(tmp_path / "OUT")
    folder.prepare()
    return folder


def page_of(out: OutFolder) -> str:
    return out.class_page.read_text(encoding="utf-8")


def test_facts_come_back_as_they_were_saved(tmp_path: Path):
    facts = dataclasses.replace(FACTS, seed=7, bom=True, profile="quick", data=("stand-in", "0123456789abcdef"))
    run_facts.save(tmp_path / "run.json", facts)
    assert run_facts.load(tmp_path / "run.json") == facts


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"schema": 99}', '{"schema": 1, "ignored": [1]}', '{"schema": 1'])
def test_facts_that_cannot_be_read_count_as_absent(tmp_path: Path, content: str):
    (tmp_path / "run.json").write_text(content, encoding="utf-8")
    assert run_facts.load(tmp_path / "run.json") is None


def test_what_was_run_is_labelled(rubric: Rubric):
    cards = [
        Scorecard("a", "a.zip", "0", SubmissionStatus.GRADED, environment={"numpy": version})
        for version in ("2.1", "2.0")
    ]
    told = run_facts.labelled(FACTS, rubric, cards, NOW)
    assert told["Batch started"] == "2026-03-04 05:00:00 UTC"
    assert told["Page written"] == "2026-03-04 05:06:07 UTC"
    assert told["Rubric"].startswith(f"{rubric.name} (")
    assert told["Seed of the drawn cases"].startswith("one for each hand-in")
    assert told["Versions"] == "numpy 2.0 / 2.1"


def test_images_and_profile_are_told_where_something_was_trained(rubric: Rubric):
    facts = dataclasses.replace(FACTS, profile="quick", data=("stand-in", "0123456789abcdef"))
    told = run_facts.labelled(facts, rubric, [], NOW)
    assert (told["Profile"], told["Images"]) == ("quick", "stand-in (0123456789ab)")
    assert not {"Profile", "Images"} & run_facts.labelled(FACTS, rubric, [], NOW).keys()


def test_facts_of_a_batch_before_there_were_images_are_still_read(tmp_path: Path):
    run_facts.save(tmp_path / "run.json", FACTS)
    content = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    del content["profile"], content["data"]
    (tmp_path / "run.json").write_text(json.dumps(content), encoding="utf-8")
    assert run_facts.load(tmp_path / "run.json") == FACTS


def test_a_batch_tells_of_images_only_where_it_has_any(tmp_path: Path):
    data = RunData(tmp_path, tmp_path, Profile.FULL, "CIFAR-10", True, "ab" * 32)
    facts = run_facts.of_batch(NOW, run_settings(1, 2, data=data, profile=Profile.FULL), [], bom=False)
    assert (facts.profile, facts.data) == ("full", ("CIFAR-10", "ab" * 32))
    facts = run_facts.of_batch(NOW, run_settings(1), [], bom=False)
    assert (facts.profile, facts.data) == (None, None)


def test_a_fixed_seed_is_told(rubric: Rubric):
    assert run_facts.labelled(dataclasses.replace(FACTS, seed=7), rubric, [], NOW)["Seed of the drawn cases"] == "7"


def test_a_page_made_again_still_tells_of_the_batch(out: OutFolder, rubric: Rubric):
    overview.write(out, [], rubric, FACTS)
    before = page_of(out)
    overview.write(out, [], rubric)
    for page in (before, page_of(out)):
        assert "notes &lt;b&gt;.txt</dt><dd>no archive</dd>" in page
        assert "2026-03-04 05:00:00 UTC" in page


@pytest.mark.parametrize("bom", [True, False])
def test_the_byte_order_mark_of_the_gradebook_is_kept_when_it_is_made_again(out: OutFolder, rubric: Rubric, bom: bool):
    overview.write(out, [], rubric, dataclasses.replace(FACTS, bom=bom))
    overview.write(out, [], rubric)
    assert out.gradebook.read_bytes().startswith(b"\xef\xbb\xbfteam," if bom else b"team,")


def test_a_copy_of_the_class_page_links_back_to_out(out: OutFolder, rubric: Rubric, tmp_path: Path):
    team = out.path / "teams" / "a"
    out.class_page.write_text(f'<a href="teams/{team.name}/report.html">', encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert '"../OUT/teams/a/report.html"' in overview.class_page_text(out.path, elsewhere / "class.html")
    assert '"OUT/teams/a/report.html"' in overview.class_page_text(out.path, tmp_path / "class.html")
    assert '"teams/a/report.html"' in overview.class_page_text(out.path, out.path / "copy.html")


def test_a_copy_that_goes_to_a_pipe_has_absolute_links(out: OutFolder, tmp_path: Path):
    out.class_page.write_text('<a href="teams/a/report.html">', encoding="utf-8")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert f'"{out.path.as_uri()}/teams/a/report.html"' in overview.class_page_text(out.path, pipe)
