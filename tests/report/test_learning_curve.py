from __future__ import annotations

import math
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model.observation import EpochSeen, TrainingRun
from grader.report.axis_ticks import decade_ticks, even_ticks, whole_ticks
from grader.report.learning_curve import ACCURACY, HEIGHT, LOSS, MOST_EPOCHS, WIDTH, chart, logged, thinned

PLACE = re.compile(r"[ML](-?[\d.]+) (-?[\d.]+)")


def run(*values: dict[str, float]) -> TrainingRun:
    epochs = tuple(EpochSeen(number, 1.0, logs) for number, logs in enumerate(values, 1))
    return TrainingRun(3, "fit", "train", 4000, 64, 63, len(values), epochs)


def losses(*values: float) -> TrainingRun:
    return run(*({"loss": value} for value in values))


def places(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in PLACE.findall(path)]


def test_a_curve_goes_from_the_first_epoch_to_the_last_and_down_as_the_loss_does():
    found = chart(losses(2.0, 1.0, 0.5), LOSS)
    assert found is not None
    (curve,) = found.curves
    drawn = places(curve.path)
    assert [x for x, _ in drawn] == [0, WIDTH / 2, WIDTH]
    # 0 lies at the bottom and 2 at the top.
    assert [y for _, y in drawn] == [0, HEIGHT / 2, HEIGHT * 3 / 4]
    assert list(curve.marks) == drawn


def test_training_and_validation_are_told_apart_in_both_quantities():
    both = run(*({"loss": 1.0, "accuracy": 0.5, "val_loss": 1.5, "val_accuracy": 0.4},) * 2)
    for quantity in (LOSS, ACCURACY):
        found = chart(both, quantity)
        assert found is not None and [curve.name for curve in found.curves] == ["training", "validation"]
    assert logged(both.epochs[0], ACCURACY) == 0.5 and logged(both.epochs[0], LOSS, validation=True) == 1.5


def test_an_accuracy_is_found_under_the_name_of_its_metric():
    named = run(*({"sparse_categorical_accuracy": 0.3, "val_acc": 0.2, "top_5_accuracy": 0.9},) * 2)
    assert logged(named.epochs[0], ACCURACY) == 0.3 and logged(named.epochs[0], ACCURACY, validation=True) == 0.2


def test_accuracies_stand_on_a_scale_to_1_and_percentages_on_one_of_their_own():
    for values, top in (((0.1, 0.2), "1"), ((10.0, 62.0), "80")):
        found = chart(run(*({"accuracy": value} for value in values)), ACCURACY)
        assert found is not None and found.y_ticks[-1][0] == top


def test_a_loss_that_is_no_number_leaves_a_gap_and_is_told():
    found = chart(losses(2.0, math.nan, 1.0, 0.5), LOSS)
    assert found is not None
    assert [len(places(part)) for part in re.split("(?=M)", found.curves[0].path) if part] == [1, 2]
    assert "epoch 2" in found.odd and "epoch 4" in found.alternative


def test_a_loss_that_runs_away_is_laid_out_by_powers_of_ten():
    found = chart(losses(2.0, 50.0, 4000.0), LOSS)
    assert found is not None and found.logarithmic
    assert [label for label, _ in found.y_ticks] == ["1", "10", "100", "1000", "1e+04"]
    assert not chart(losses(2.0, 1.0), LOSS).logarithmic


def test_there_is_no_curve_without_two_values():
    assert chart(losses(2.0), LOSS) is None
    assert chart(losses(2.0, math.nan), LOSS) is None
    assert chart(losses(2.0, 1.0), ACCURACY) is None


def test_many_epochs_are_thinned_out_with_first_and_last_kept():
    epochs = losses(*(1.0 / n for n in range(1, 1001))).epochs
    shown = thinned(epochs)
    assert len(shown) == MOST_EPOCHS and (shown[0].number, shown[-1].number) == (1, 1000)
    assert thinned(epochs[:5]) == epochs[:5]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1 << 40), st.floats()), min_size=2, max_size=8))
def test_whatever_a_process_tells_stays_in_the_picture(told: list[tuple[int, float]]):
    epochs = tuple(EpochSeen(number, 1.0, {"loss": value}) for number, value in told)
    found = chart(TrainingRun(1, "fit", epochs=epochs), LOSS)
    if found is None:
        return
    for curve in found.curves:
        assert "nan" not in curve.path and "inf" not in curve.path
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places(curve.path))
    assert 2 <= len(found.y_ticks) <= 10 and len(found.x_ticks) <= 20


@given(st.floats(-1e90, 1e90), st.floats(-1e90, 1e90))
def test_even_ticks_enclose_what_they_are_for(one: float, other: float):
    ticks = even_ticks(min(one, other), max(one, other))
    slack = 1e-6 * max(abs(one), abs(other), 1e-12)
    assert ticks[0] <= min(one, other) + slack and ticks[-1] >= max(one, other) - slack


def test_ticks_are_round_numbers():
    assert even_ticks(0.2, 2.3) == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    assert decade_ticks(0.02, 30.0) == [0.01, 0.1, 1.0, 10.0, 100.0]
    assert whole_ticks(1, 5) == [1, 2, 3, 4, 5] and whole_ticks(1, 50)[:3] == [1, 10, 20]
