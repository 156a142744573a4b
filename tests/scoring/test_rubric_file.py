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
        ("total: 100", "total: 101", "total", "100, the sum of the items' points"),
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


ACCURACY = "      rule: accuracy_scale"
MANUAL = "    credit: {rule: manual}"


@pytest.mark.parametrize(
    ("old", "new", "key", "told", "line"),
    [
        ("    module: Utils.layer_utils\n", "", "parts.1.module", "with framework numpy", "  1:"),
        ("framework: tensorflow", "framework: torch", "parts.2.framework", "'numpy' or 'tensorflow'", "framework:"),
        ("    framework: tensorflow\n", "", "parts.2.module", "with framework numpy", "  2:"),
        (
            "      checkpoint:",
            "      fast:",
            "parts.2.profiles.fast",
            "'quick', 'checkpoint' or 'full'",
            "      checkpoint:",
        ),
        ("cpu_s: 420", "cpu_s: 0", "parts.2.profiles.quick.cpu_s", "greater than 0", "      quick:"),
        (ACCURACY, "      rule: manual", "items.11.credit.cifar10", "no such key", "      cifar10:"),
        (
            MANUAL,
            "    credit: {rule: share_of_classes}",
            "items.12.credit.rule",
            "with check better.writeup: manual",
            MANUAL,
        ),
        ("check: simple.train", "check: max_pool_forward", "items.7.check", "simple.train", "    check: simple.train"),
        (
            "check: max_pool_forward",
            "check: simple.train",
            "items.2.check",
            "max_pool_forward",
            "    check: max_pool_forward",
        ),
        (
            "full_at: 0.70",
            "full_at: 0.40",
            "items.11.credit.cifar10",
            "none_at (0.45) must be below full_at (0.4)",
            "      cifar10:",
        ),
        (
            "full_at: 0.60",
            "full_at: 60",
            "items.11.credit.stand_in.full_at",
            "less than or equal to 1",
            "      stand_in:",
        ),
        (
            "borderline: benefit",
            "borderline: kind",
            "items.11.credit.borderline",
            "'benefit' or 'measured'",
            "      borderline:",
        ),
        ("title: item.part2", "title: item.part4", "parts.2.title", "item.part2", "    title: item.part2"),
    ],
)
def test_mistake_about_a_training_part_is_told_with_its_place(
    old: str, new: str, key: str, told: str, line: str
) -> None:
    assert old in TEXT
    with pytest.raises(RubricError) as error:
        rubric_file.parse(TEXT.replace(old, new, 1), "mine.yaml")
    message = str(error.value)
    assert message.startswith(f"mine.yaml:{line_of(line)}: {key}: found ")
    assert told in message and "\n" not in message


SALIENCY = "{rule: points_by_class, points: {gradient: 4, scale: 2, absolute: 2, maximum: 2}}"


@pytest.mark.parametrize(
    ("credit", "key", "told"),
    [
        ("{gradient: 4, scale: 2, absolute: 2, maximum: 1}", "points", "found '9 in all', allowed: 10"),
        ("{gradient: 4, scale: 4, absolute: 2}", "points", "points for each of gradient, scale, absolute, maximum"),
        ("{gradient: 8, size: 2}", "points.size", "gradient, scale, absolute, maximum"),
        ("{gradient: 0, scale: 6, absolute: 2, maximum: 2}", "points.gradient", "greater than 0"),
        ("{}", "points", "at least 1 item"),
    ],
)
def test_points_of_case_classes_must_fit_the_check_and_add_up(credit: str, key: str, told: str) -> None:
    assert TEXT.count(SALIENCY) == 1
    wrong = TEXT.replace(SALIENCY, f"{{rule: points_by_class, points: {credit}}}")
    with pytest.raises(RubricError) as error:
        rubric_file.parse(wrong, "mine.yaml")
    message = str(error.value)
    assert message.startswith(f"mine.yaml:{line_of(SALIENCY)}: items.13.credit.{key}: ") and told in message


def test_points_are_for_the_case_classes_that_count() -> None:
    fewer = "{rule: points_by_class, points: {gradient: 6, maximum: 4}}\n    classes: [gradient, maximum]"
    rubric = rubric_file.parse(TEXT.replace(SALIENCY, fewer), "mine.yaml")
    assert rubric.items[13].classes == ("gradient", "maximum")


def test_a_part_about_a_pretrained_network_has_no_other_items() -> None:
    item = TEXT[TEXT.index("  - id: p3.saliency") :].partition("  - id: p3.class")[0]
    with pytest.raises(RubricError, match="items.13.check: found 'saliency', allowed: another part: part 2 has simple"):
        rubric_file.parse(TEXT.replace(item, item.replace("part: 3", "part: 2")), "mine.yaml")


@pytest.mark.parametrize("check", ["simple.define", "better.writeup"])
def test_an_accuracy_scale_is_for_the_accuracy_alone(check: str) -> None:
    rule = "{rule: accuracy_scale, cifar10: {none_at: 0.1, full_at: 0.7}, stand_in: {none_at: 0.1, full_at: 0.7}}"
    item = TEXT[TEXT.index(f"    check: {check}") :].partition("  - id:")[0]
    credit = next(line for line in item.splitlines() if line.startswith("    credit:"))
    text = TEXT.replace(item, item.replace(credit, f"    credit: {rule}"))
    with pytest.raises(RubricError, match=f"found 'accuracy_scale', allowed: with check {check}: "):
        rubric_file.parse(text, "mine.yaml")


def test_case_classes_are_not_for_what_has_none() -> None:
    text = TEXT.replace("    check: better.writeup\n", "    check: better.writeup\n    classes: [loss]\n")
    with pytest.raises(RubricError, match="items.12.classes: found 'loss', allowed: leave it out"):
        rubric_file.parse(text, "mine.yaml")


@pytest.mark.parametrize("profile", ["quick", "checkpoint", "full"])
def test_a_profile_sets_limits_in_place_of_the_parts(profile: str) -> None:
    part = rubric_file.parse(TEXT, "mine.yaml").parts[2]
    own = part.profiles[profile].model_dump(exclude_none=True)  # type: ignore[index]
    limits = part.limits_for(profile)
    assert own and all(getattr(limits, name) == value for name, value in own.items())
    assert all(
        getattr(limits, name) == value
        for name, value in part.limits.model_dump(exclude_none=True).items()
        if name not in own
    )


def test_images_that_are_judged_fit_into_what_a_call_may_carry() -> None:
    part = rubric_file.parse(TEXT, "mine.yaml").parts[2]
    assert part.limits_for("full").array_bytes > 10_000 * 32 * 32 * 3 * 4


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
                 model.Tolerance, model.DeterministicCell, model.ShareOfClasses, model.Thresholds, model.PointsByClass,
                 model.AccuracyScale, model.Ramp, model.Manual):  # fmt: skip
        for name, field in kind.model_fields.items():
            assert f"`{field.alias or name}`" in text or f"{field.alias or name}:" in text, name
