"""From measured runs to the figures that are told."""

import json

import pytest

from benchmarks.batch_run import BatchRun
from benchmarks.figures import Cost, Figures, Speedup, paired
from benchmarks.flatness import first_and_last
from benchmarks.floor import Floor
from benchmarks.process_tree import Sample, Usage

FLOOR = Floor(cells_s=0.10, calls_s=0.02)


def cost(name: str, each_s: float, *above_s: float) -> Cost:
    return Cost(name, 10, total_s=10 * each_s + 2, start_s=2.0, each_s=each_s, above_s=above_s, wall_s=1.0,
                peak_bytes=5_000_000, others_cores=0.0)  # fmt: skip


def steady(copies: int, growth_bytes: int = 0) -> BatchRun:
    """One hand-in a second, each half a processor second."""
    samples = tuple(Sample(float(t), 0.5 * t, 1_000_000 + growth_bytes * t) for t in range(copies + 1))
    usage = Usage(0, 0.5 * copies, float(copies), samples[-1].resident_bytes, 0.0, 0.0, samples)
    return BatchRun(copies, 1, usage, tuple(float(t) for t in range(1, copies + 1)))


def test_a_steady_batch_costs_the_same_at_both_ends() -> None:
    first, last = first_and_last(steady(100))
    assert first == last
    assert (first.cpu_s, first.wall_s, first.peak_bytes) == (0.5, 1.0, 1_000_000)


def test_growing_memory_shows_at_the_end() -> None:
    first, last = first_and_last(steady(100, growth_bytes=1000))
    assert last.peak_bytes - first.peak_bytes > 80_000


def test_overhead_is_what_stands_above_the_work_that_was_asked_for() -> None:
    ours, other = cost("ours", 0.32, 0.2), cost("other", 2.1, 2.0)
    figures = Figures("work", FLOOR, "namespaces", ours, [other], machine="a machine")
    rows = [line.split("|") for line in figures.table().splitlines() if line.startswith("| o")]
    told = [[cell.strip() for cell in row[1:-1]] for row in rows]
    assert told == [
        ["ours", "10", "0.32", "0.20", "0.52", "0.40", "1.0", "5"],
        ["other", "10", "2.10", "2.00", "2.30", "2.20", "10.0", "5"],
    ]


def test_each_submission_is_held_against_the_floors_around_it() -> None:
    # The machine becomes twice as slow in between; 0.5 above the floor at first, 1 then.
    marks, floors = [20.0, 22.5, 25.0, 28.5, 33.5, 38.5], [2.0, 2.0, 2.0, 4.0, 4.0, 4.0]
    each_s, above_s = paired(marks, floors)
    assert (each_s, above_s) == (3.5, (0.5, 0.5, 0.5, 1.0, 1.0))


def test_one_stop_tells_nothing() -> None:
    with pytest.raises(ValueError, match="1 stops"):
        paired([1.0], [1.0])


def test_what_was_measured_in_pairs_is_what_is_told() -> None:
    ours = cost("ours", 0.32, 0.15, 0.25, 0.9, 0.25, 0.2)
    figures = Figures("work", FLOOR, "namespaces", ours, [cost("other", 2.1, 2.0)], machine="a machine")
    assert "0.25" in next(line for line in figures.table().splitlines() if line.startswith("| ours"))
    assert "above floor, the middle half of the submissions: ours 0.20 to 0.25\n" in figures.table()
    assert "| 8.0 " in next(line for line in figures.table().splitlines() if line.startswith("| other"))


def test_figures_are_json() -> None:
    figures = Figures(
        "work", FLOOR, "none", cost("ours", 0.3, 0.18), [cost("other", 2.0, 1.9, 2.1, 1.4)], Speedup(10, 1.0, 1.9, 0.5)
    )
    told = json.loads(json.dumps(figures.as_json()))
    assert told["speedup"]["ratio"] == pytest.approx(1.9)
    assert told["peers"][0]["overhead_s"] == pytest.approx(1.9)
