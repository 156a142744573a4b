"""Part 1 end to end below the command line: code in a real sandboxed process, evidence, score.

A case is an entry of `part1/variants.yaml`: an edit of the right answer `part1/loops.py` and the verdict it must get.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from grader.checks.misconceptions import MISCONCEPTIONS, Misconception
from grader.checks.observe import Laboratory, Observed, observe
from grader.checks.oracle import Oracle
from grader.execute.executor import Executor
from grader.messages import catalogue
from grader.model.evidence import IsolationUsed
from grader.model.isolation import LevelFinding
from grader.model.rubric import Rubric
from grader.model.scorecard import ItemResult, Scorecard
from grader.model.status import ItemStatus
from grader.model.submission import Submission
from grader.sandbox import survey
from grader.scoring import rubric_file
from grader.scoring.score import score

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent / "part1"
VARIANTS = yaml.safe_load((HERE / "variants.yaml").read_text(encoding="utf-8"))
GIVEN = {
    f"Utils/{name}": (ROOT / "student_template" / "Utils" / name).read_bytes()
    for name in ("__init__.py", "data_utils.py")
}


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    """The course's rubric, cut to Part 1."""
    whole = rubric_file.load(ROOT / "rubrics" / "assignment2.yaml")
    items = tuple(item for item in whole.items if item.part == 1)
    return whole.model_copy(update={"items": items, "parts": {1: whole.parts[1]}, "total": 30.0})


@pytest.fixture(scope="module")
def quick_rubric(rubric: Rubric) -> Rubric:
    """The same rubric with limits that make a loop or a memory bomb short."""
    part = rubric.parts[1]
    limits = part.limits.model_copy(update={"call_wall_s": 3.0, "item_wall_s": 6.0, "memory_bytes": 400 << 20})
    return rubric.model_copy(update={"parts": {1: part.model_copy(update={"limits": limits})}})


@pytest.fixture(scope="module")
def executor(rubric: Rubric) -> Iterator[Executor]:
    executor = Executor(level=survey().strongest.level, forbidden_modules=rubric.parts[1].forbidden_modules)
    yield executor
    executor.close()


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    return Oracle.load(ROOT / "reference")


def edited(name: str) -> bytes:
    """The right answer with the case's edits, each of which must find its text."""
    source = (HERE / "loops.py").read_text(encoding="utf-8")
    for old, new in VARIANTS[name].get("edits", ()):
        assert old in source, f"{name}: {old!r} is not in loops.py"
        source = source.replace(old, new)
    return source.encode()


def observed(source: bytes, executor: Executor, rubric: Rubric, oracle: Oracle | None, seed: int = 1) -> Observed:
    files = {**GIVEN, "Utils/layer_utils.py": source}
    submission = Submission("team", "team.tar.gz", "0" * 64, "0" * 64, files, {})
    isolation = IsolationUsed(survey().strongest.level)
    return observe(submission, files, rubric, Laboratory({1: executor}, isolation, oracle), parts=[1], seed=seed)


def keys_of(item: ItemResult) -> set[str]:
    hints = {check.hint.key for check in item.checks if check.hint is not None}
    return hints | {message.key for message in item.feedback}


@pytest.mark.parametrize("name", VARIANTS)
def test_case_gets_its_verdict(
    name: str, executor: Executor, rubric: Rubric, quick_rubric: Rubric, oracle: Oracle
) -> None:
    expected = VARIANTS[name]
    used = quick_rubric if expected.get("slow") else rubric
    card = score(observed(edited(name), executor, used, oracle).evidence, used)
    differing = expected.get("items", {})
    for item in card.items:
        wanted = differing.get(item.id, {"status": "passed"})
        told = {check.id: (check.status.value, check.message) for check in item.checks if check.status != "passed"}
        assert item.status.value == wanted["status"], (item.id, item.feedback, told)
        if item.status is ItemStatus.PASSED:
            assert item.points == item.max_points
        elif item.status is ItemStatus.PARTIAL:
            assert 0 < item.points < item.max_points
        else:
            assert item.points == 0
        if "hint" in wanted:
            assert f"hint.{wanted['hint']}" in keys_of(item), (item.id, keys_of(item), told)
        if item.id in expected.get("slips", {}):
            assert f"slip.{expected['slips'][item.id]}" in keys_of(item)
        elif item.status is ItemStatus.PASSED:
            assert not {key for key in keys_of(item) if key.startswith("slip.")}
        if item.status is ItemStatus.PASSED:
            assert not {key for key in keys_of(item) if key.startswith("hint.")}


def expected_hints() -> set[tuple[str, str]]:
    """Hint and item of every verdict above, without the padding that some items add to their check's name."""
    return {
        (wanted["hint"], item.removeprefix("p1.").partition(".")[0])
        for expected in VARIANTS.values()
        for item, wanted in expected.get("items", {}).items()
        if "hint" in wanted
    }


@pytest.mark.parametrize("misconception", MISCONCEPTIONS, ids=lambda one: f"{one.id}-{one.checks[0]}")
def test_every_misconception_is_recognised_in_some_variant(misconception: Misconception) -> None:
    """A function that nobody ever saw match a student's answer is a guess."""
    assert (misconception.id, misconception.checks[0].partition(".")[0]) in expected_hints()


def test_every_hint_comes_up_in_some_variant() -> None:
    """Those on single conditions (`only_where`) are tested one by one where they are found."""
    known = {key.removeprefix("hint.") for key in catalogue().keys() if key.startswith("hint.")}
    assert {name for name in known if not name.startswith("only_where.")} <= {hint for hint, _ in expected_hints()}


def verdict(card: Scorecard) -> list[tuple[str, float, str]]:
    return [(item.id, item.points, item.status.value) for item in card.items]


@pytest.mark.parametrize(
    "name", ["right_loops", "stride_axes_swapped", "maximum_starts_at_zero", "db_averaged", "output_extents_swapped"]
)
def test_points_do_not_depend_on_the_seed(name: str, executor: Executor, rubric: Rubric, oracle: Oracle) -> None:
    verdicts = [
        verdict(score(observed(edited(name), executor, rubric, oracle, seed).evidence, rubric))
        for seed in range(20, 25)
    ]
    assert all(other == verdicts[0] for other in verdicts)


def test_reference_earns_everything_and_template_nothing(executor: Executor, rubric: Rubric, oracle: Oracle) -> None:
    reference = (ROOT / "reference" / "Utils" / "layer_utils.py").read_bytes()
    template = (ROOT / "student_template" / "Utils" / "layer_utils.py").read_bytes()
    best = score(observed(reference, executor, rubric, oracle).evidence, rubric)
    blank = score(observed(template, executor, rubric, oracle).evidence, rubric)
    assert best.score == best.max_score == 30
    assert blank.score == 0 and {item.status for item in blank.items} == {ItemStatus.MISSING}


def test_public_cases_alone_judge_alike_without_the_reference(executor: Executor, rubric: Rubric) -> None:
    right = score(observed(edited("right_loops"), executor, rubric, None).evidence, rubric)
    wrong = score(observed(edited("kernel_flipped"), executor, rubric, None).evidence, rubric)
    assert right.score == 30
    assert "hint.kernel_flipped" in keys_of(wrong.items[0])


def test_stored_observations_are_taken_over_and_only_the_rest_is_made(
    executor: Executor, rubric: Rubric, oracle: Oracle
) -> None:
    source = edited("right_loops")
    files = {**GIVEN, "Utils/layer_utils.py": source}
    submission = Submission("team", "team.tar.gz", "0" * 64, "0" * 64, files, {})
    isolation = IsolationUsed(survey().strongest.level)
    first = observed(source, executor, rubric, oracle)
    laboratory = Laboratory({1: executor}, isolation, oracle)
    again = observe(submission, files, rubric, laboratory, parts=[1], seed=1, reuse=first.evidence)
    assert again.fresh == 0 and again.evidence.items == first.evidence.items
    fewer = rubric.model_copy(update={"items": rubric.items[:2], "total": 10.0})
    partial = observe(submission, files, fewer, laboratory, parts=[1], seed=1).evidence
    rest = observe(submission, files, rubric, laboratory, parts=[1], seed=1, reuse=partial)
    assert rest.fresh == 4


@pytest.mark.parametrize("finding", survey().findings, ids=lambda finding: finding.level.value)
def test_every_isolation_level_gives_the_same_verdicts(
    finding: LevelFinding, executor: Executor, rubric: Rubric, oracle: Oracle
) -> None:
    if not finding.works:
        pytest.skip(f"level {finding.level.value} does not work here: {finding.detail}")
    other = Executor(level=finding.level, forbidden_modules=rubric.parts[1].forbidden_modules)
    try:
        for name in ("right_loops", "db_averaged", "framework_used_in_one_function", "kills_its_parent"):
            here = score(observed(edited(name), other, rubric, oracle).evidence, rubric)
            assert verdict(here) == verdict(score(observed(edited(name), executor, rubric, oracle).evidence, rubric))
    finally:
        other.close()
