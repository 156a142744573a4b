"""Which setting of a changed rubric moved an item's points."""

from pathlib import Path

from grader.model.evidence import AccuracyEvidence, Measured
from grader.model.rubric import AccuracyScale, AllOrNothing, Item, Ramp, Rubric, ShareOfClasses, Tolerance
from grader.scoring import rubric_file
from grader.scoring.rubric_change import causes, setting_changes
from grader.scoring.score import score
from tests.scoring.evidence_builder import RUBRIC_FILE, case, data_used, evidence, item

RUBRIC = rubric_file.load(Path(__file__).parents[2] / "rubrics" / "assignment2.yaml")
POOL, SAME, SAME_BACKWARD = "p1.max_pool_forward", "p1.conv_forward.same", "p1.conv_backward.same"
#: One class just within the tolerance, one exact, one wrong.
SEEN = evidence(
    {
        POOL: item(
            "max_pool_forward",
            case("strides", {"contract": 5e-6}),
            case("negative", {"contract": 1e-13}),
            case("channels", {"contract": 1.0}),
        )
    }
)


def with_item(name: str, **changes: object) -> Rubric:
    def changed(entry: Item) -> Item:
        return entry.model_copy(update=changes) if entry.id == name else entry

    return RUBRIC.model_copy(update={"items": tuple(map(changed, RUBRIC.items))})


STRICT = Tolerance(float64=1e-7, float32=1e-4)


def test_same_rubric_has_no_changes() -> None:
    assert setting_changes(RUBRIC, RUBRIC.model_copy()) == ()
    assert causes(SEEN, RUBRIC, RUBRIC)[POOL] == ()


def test_a_change_is_told_with_both_values() -> None:
    new = with_item(POOL, credit=AllOrNothing(rule="all_or_nothing"))
    (change,) = causes(SEEN, RUBRIC, new)[POOL]
    assert (change.setting, change.before, change.after) == ("credit", "share_of_classes, floor 0.5", "all_or_nothing")


def test_a_tolerance_of_the_whole_rubric_is_told_for_every_item() -> None:
    new = RUBRIC.model_copy(update={"tolerance": STRICT})
    without_own = {entry.id for entry in RUBRIC.items if entry.tolerance is None}
    assert {change.item for change in setting_changes(RUBRIC, new)} == without_own
    (change,) = causes(SEEN, RUBRIC, new)[POOL]
    assert (change.item, change.setting) == (POOL, "tolerance")
    assert "1e-05" in change.before and "1e-07" in change.after


def test_of_several_changes_those_that_move_points_alone_are_told() -> None:
    lower_floor = ShareOfClasses(rule="share_of_classes", floor=0.4)
    new = with_item(POOL, tolerance=STRICT, credit=lower_floor)
    assert [change.setting for change in causes(SEEN, RUBRIC, new)[POOL]] == ["tolerance"]


def test_changes_that_move_points_only_together_are_all_told() -> None:
    # Two of three classes pass: neither a floor of two thirds nor the tolerance of float32 arrays changes anything.
    new = with_item(POOL, tolerance=Tolerance(float64=1e-5, float32=1e-3), credit=ShareOfClasses(rule="share_of_classes", floor=0.6))  # fmt: skip
    assert [change.setting for change in causes(SEEN, RUBRIC, new)[POOL]] == ["credit", "tolerance"]


def test_a_backward_pass_may_change_by_a_setting_of_its_forward_pass() -> None:
    new = with_item(SAME, tolerance=STRICT)
    (change,) = causes(SEEN, RUBRIC, new)[SAME_BACKWARD]
    assert (change.item, change.setting) == (SAME, "tolerance")


def test_another_scale_for_accuracies_needs_no_new_observation_and_is_told() -> None:
    rubric = rubric_file.load(RUBRIC_FILE)
    accuracy = "p2.better.accuracy"
    (credit,) = [entry.credit for entry in rubric.items if entry.id == accuracy]
    assert isinstance(credit, AccuracyScale)
    easier = credit.model_copy(update={"cifar10": Ramp(none_at=0.45, full_at=0.60)})
    changed = [entry.model_copy(update={"credit": easier}) if entry.id == accuracy else entry for entry in rubric.items]
    new = rubric.model_copy(update={"items": tuple(changed)})
    measured = AccuracyEvidence("submitted", Measured("test", 10_000, 6000))
    seen = evidence({accuracy: item("better.accuracy", accuracy=measured)}, data=data_used("cifar10"))
    points = [next(found.points for found in score(seen, r).items if found.id == accuracy) for r in (rubric, new)]
    assert points == [9, 15]
    (change,) = causes(seen, rubric, new)[accuracy]
    assert change.before == "accuracy_scale, cifar10 0.45 to 0.7, stand_in 0.3 to 0.6, borderline benefit"
    assert change.after == "accuracy_scale, cifar10 0.45 to 0.6, stand_in 0.3 to 0.6, borderline benefit"
