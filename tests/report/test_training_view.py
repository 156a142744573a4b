from __future__ import annotations

import math

from grader.model.observation import EpochSeen, TrainingRun
from grader.report.training_view import longest_run, seconds_per_epoch, training_view
from tests.report.training_samples import fit_run, runs


def test_every_run_is_listed_and_those_with_curves_are_drawn():
    view = training_view(2, runs())
    assert view is not None
    assert [row.cell for row in view.rows] == [6, 9, 11, 14] and (view.more, view.undrawn) == (0, 0)
    assert [len(curves.charts) for curves in view.curves] == [1, 2]
    last = view.rows[-1]
    assert (last.batch_size, last.epochs, last.steps, last.images) == ("64", "12", "756", "4,000 training images")
    assert view.rows[1].kind == "own loop"


def test_training_that_was_cut_short_says_how_far_it_came():
    view = training_view(2, [fit_run(epochs=3, planned=20)])
    assert view is not None and view.rows[0].epochs == "3 of 20"


def test_only_training_images_are_called_by_their_split():
    """That validation or test images were trained on is a suspicion, which a team's page does not hold."""
    view = training_view(2, [TrainingRun(4, "fit", on, 1000, 64, 5, 1) for on in ("train", "validation", "test")])
    assert view is not None
    assert [row.images for row in view.rows] == ["1,000 training images", "1,000 images", "1,000 images"]


def test_seconds_per_epoch_are_those_of_a_usual_epoch_not_the_first():
    run = TrainingRun(1, "fit", epochs=tuple(EpochSeen(n, s) for n, s in enumerate((9.0, 2.0, 2.2, math.inf), 1)))
    assert seconds_per_epoch(run) == 2.2
    assert seconds_per_epoch(TrainingRun(1, "steps")) is None


def test_the_longest_run_is_the_one_that_took_the_most_time():
    short, long = fit_run(cell=3, epochs=12, seconds=1.0), fit_run(cell=5, epochs=3, seconds=40.0)
    assert longest_run([short, long]) is long
    assert longest_run([TrainingRun(1, "steps")]) is None


def test_a_search_with_many_runs_shows_the_longest_ones():
    view = training_view(2, [fit_run(cell=n, epochs=2 + n % 5) for n in range(1, 51)])
    assert view is not None
    assert (len(view.rows), view.more) == (30, 20)
    assert (len(view.curves), view.undrawn) == (6, 44)
    assert all(len(curves.epochs) == 6 for curves in view.curves)


def test_a_notebook_that_told_nothing_has_no_section():
    assert training_view(2, ()) is None
