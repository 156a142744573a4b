"""Evidence of earlier schemas is brought to the present one, or refused by name."""

import json
from pathlib import Path

import pytest

from grader.evidence import migrations, store
from grader.evidence.migrations import Content, UnknownSchema, to_current
from grader.model.errors import InfrastructureError
from grader.model.evidence import EVIDENCE_SCHEMA
from tests.scoring.evidence_builder import case, evidence, item

SEEN = evidence({"p1.max_pool_forward": item("max_pool_forward", case("strides", {"contract": 0.25}))})


def renamed(old: str, new: str):  # noqa: ANN201
    def step(content: Content) -> Content:
        content[new] = content.pop(old)
        return content

    return step


def test_steps_are_taken_one_after_the_other() -> None:
    steps = {1: renamed("a", "b"), 2: renamed("b", "c")}
    assert to_current({"schema": 1, "a": 5}, current=3, migrations=steps) == {"schema": 3, "c": 5}
    assert to_current({"schema": 2, "b": 5}, current=3, migrations=steps) == {"schema": 3, "c": 5}


def test_present_evidence_is_left_as_it_is() -> None:
    assert to_current({"schema": 3, "a": 5}, current=3, migrations={}) == {"schema": 3, "a": 5}


@pytest.mark.parametrize("content", [{"schema": 1}, {"schema": 4}, {"schema": "3"}, {"schema": True}, {}, [], None])
def test_a_schema_without_a_way_here_is_refused(content: object) -> None:
    with pytest.raises(UnknownSchema, match="grade this team again"):
        to_current(content, current=3, migrations={2: renamed("a", "b")})


def test_every_step_leads_to_a_schema_that_is_known() -> None:
    assert all(0 < version < EVIDENCE_SCHEMA for version in migrations.MIGRATIONS)


def test_older_evidence_on_disk_is_read_through_its_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.save(tmp_path / "evidence", SEEN, {}, {})
    file = tmp_path / "evidence" / "evidence.json"
    older = json.loads(file.read_text())
    older["schema"] = EVIDENCE_SCHEMA - 1
    older["duration"] = older.pop("seconds")
    file.write_text(json.dumps(older))
    with pytest.raises(InfrastructureError, match=r"evidence\.json.*grade this team again"):
        store.load(tmp_path / "evidence")
    steps = {EVIDENCE_SCHEMA - 1: renamed("duration", "seconds")}
    monkeypatch.setattr(store.migrations.to_current, "__defaults__", (EVIDENCE_SCHEMA, steps))
    assert store.load(tmp_path / "evidence") == SEEN
