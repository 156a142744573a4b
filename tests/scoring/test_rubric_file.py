"""A rubric's mistakes are told with file, line, key, found and allowed."""

from pathlib import Path

import pytest

from grader.model.errors import RubricError, UsageError
from grader.scoring import rubric_file

RUBRIC = Path(__file__).parents[2] / "rubrics" / "assignment2.yaml"
TEXT = RUBRIC.read_text(encoding="utf-8")


def line_of(fragment: str) -> int:
    return TEXT[: TEXT.index(fragment)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "key", "told"),
    [
        ("total: 30", "total: 31", "total", "30, the sum of the items' points"),
        ("check: max_pool_forward", "check: pool", "items.2.check", "max_pool_forward"),
        ("points: 5", "points: five", "items.0.points", "number"),
        ("tell: class", "tell: all", "hidden_cases.tell", "'class' or 'nothing'"),
        ("rule: share_of_classes", "rule: shares", "items.0.credit.rule", "all_or_nothing"),
        ("floor: 0.5", "flor: 0.5", "items.0.credit.flor", "no such key"),
        ("floor: 0.5", "floor: 5", "items.0.credit.floor", "less than or equal to 1"),
        ("schema: 1", "schema: 2", "schema", "1"),
        ("[scipy, numba]", "[torch]", "parts.1.allowed_imports.0", "'scipy' or 'numba'"),
        ("text: item.max_pool_forward", "text: item.pool", "items.2.text", "item.max_pool_forward"),
        ("call_wall_s: 10", "call_wall_s: -1", "parts.1.limits.call_wall_s", "greater than 0"),
        ("title: item.part1", "title: Part 1", "parts.1.title", "item.part1"),
        ("id: p1.max_pool_forward", "id: p1.conv_forward.valid", "items.2.id", "each id once"),
    ],
)
def test_mistake_is_told_with_its_place(old: str, new: str, key: str, told: str) -> None:
    with pytest.raises(RubricError) as error:
        rubric_file.parse(TEXT.replace(old, new, 1), "mine.yaml")
    message = str(error.value)
    assert message.startswith(f"mine.yaml:{line_of(old)}: {key}: found ")
    assert told in message and "\n" not in message


@pytest.mark.parametrize(
    "text", ["", "- 1\n", "a: [", "\t", "a: &x [*x]", "just text", "a: !!python/object:os.system {}"]
)
def test_text_that_is_no_rubric_is_one_line(text: str) -> None:
    with pytest.raises(RubricError) as error:
        rubric_file.parse(text, "mine.yaml")
    assert str(error.value).startswith("mine.yaml") and "\n" not in str(error.value)


def test_unknown_class_is_told_with_the_known_ones() -> None:
    text = TEXT.replace(
        "    check: conv_forward.valid\n", "    check: conv_forward.valid\n    classes: [strides, sideways]\n"
    )
    with pytest.raises(RubricError, match="sideways.*unit_stride"):
        rubric_file.parse(text, "mine.yaml")


def test_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such rubric file"):
        rubric_file.load(tmp_path / "none.yaml")


def test_fingerprint_follows_the_meaning_not_the_comments() -> None:
    same = rubric_file.parse(TEXT + "\n# a remark\n", "a.yaml")
    other = rubric_file.parse(TEXT.replace("per_class: 1", "per_class: 2"), "a.yaml")
    mine = rubric_file.load(RUBRIC)
    assert rubric_file.fingerprint(same) == rubric_file.fingerprint(mine) != rubric_file.fingerprint(other)


def test_every_key_of_the_rubric_is_documented() -> None:
    from grader.model import rubric as model

    text = (RUBRIC.parents[1] / "docs" / "rubric.md").read_text(encoding="utf-8")
    for kind in (model.Rubric, model.Part, model.Item, model.Slips, model.HiddenCases, model.Limits,
                 model.Tolerance, model.DeterministicCell, model.ShareOfClasses, model.Thresholds):  # fmt: skip
        for name, field in kind.model_fields.items():
            assert f"`{field.alias or name}`" in text or f"{field.alias or name}:" in text, name
