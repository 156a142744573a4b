"""The case pack and the rubric's schema are kept in step with what they are derived from."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from grader.authoring import derived_files

ROOT = Path(__file__).parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "reference", tmp_path / "reference")
    for path in derived_files.DERIVED:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, tmp_path / path)
    return tmp_path


def test_committed_files_are_in_step() -> None:
    assert derived_files.differences(ROOT) == []


@pytest.mark.parametrize("path", derived_files.DERIVED)
@pytest.mark.parametrize("damage", [None, b"", b"something else"])
def test_a_missing_or_changed_file_is_told_and_put_right(copy: Path, path: str, damage: bytes | None) -> None:
    if damage is None:
        (copy / path).unlink()
    else:
        (copy / path).write_bytes(damage)
    assert [line.partition(":")[0] for line in derived_files.differences(copy)] == [path]
    derived_files.write(copy)
    assert derived_files.differences(copy) == []
    assert not list(copy.rglob(".writing-*"))


def test_the_rubric_fits_its_schema_and_a_wrong_one_does_not() -> None:
    validator = Draft202012Validator(json.loads((ROOT / "rubrics/assignment2.schema.json").read_text()))
    rubric = json.loads(json.dumps(yaml.safe_load((ROOT / "rubrics/assignment2.yaml").read_text())))
    assert list(validator.iter_errors(rubric)) == []
    rubric["items"][0]["points"] = "five"
    assert list(validator.iter_errors(rubric))
