"""The rubric that the three notebooks are graded by holds, and asks what the work has."""

from __future__ import annotations

from pathlib import Path

from benchmarks.assignments import first_part, three_parts
from grader.engine.settings import chosen_parts
from grader.scoring import rubric_file


def test_rubric_of_three_notebooks_holds(tmp_path: Path) -> None:
    assignment = three_parts(tmp_path)
    rubric = rubric_file.load(Path(assignment.options[assignment.options.index("--rubric") + 1]))
    asked = {item.check.partition(".")[0] for item in rubric.items if item.part != 1}
    assert asked == {"simple", "saliency"} and {item.part for item in rubric.items} == {1, 2, 3}
    assert chosen_parts(assignment.parts, rubric) == assignment.parts == (1, 2, 3)
    assert all(rubric.parts[part].run_notebook for part in assignment.parts)  # type: ignore[index]


def test_part_1_alone_is_graded_by_the_course_rubric() -> None:
    assert first_part().parts == (1,) and "--rubric" not in first_part().options
