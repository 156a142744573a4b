"""Which files are in sight behind the walls."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.model.isolation import IsolationLevel
from grader.sandbox import default_wall, survey

NAMESPACES, LANDLOCK = IsolationLevel.NAMESPACES, IsolationLevel.LANDLOCK
both = pytest.mark.parametrize("level", [NAMESPACES, LANDLOCK])
places = pytest.mark.parametrize("place", ["wall", "cell"])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with something for students and something for staff, in a folder with something else."""
    folder = tmp_path / "course" / "data"
    for name in ("train/x.txt", "staff/labels.txt", "labels.txt", "deep/open/y.txt", "deep/shut/z.txt"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "course" / "rubric.txt").write_text("rubric")
    return folder


def seen(level: IsolationLevel, tmp_path: Path, look: list[Path], work: str | None = None, **paths: list[Path]) -> dict:
    found = next(entry for entry in survey().findings if entry.level is level)
    if not found.works:
        pytest.skip(f"{level} does not work here: {found.detail}")
    scratch = tmp_path / "scratch"
    (scratch / "work").mkdir(parents=True)
    ask = {
        "scratch": str(scratch),
        "work": work or ("/work" if level is NAMESPACES else str(scratch / "work")),
        "look": [str(path) for path in look],
        "readable": [str(path) for path in paths.get("readable", [])],
        "hidden": [str(path) for path in paths.get("hidden", [])],
    }
    done = subprocess.run(
        [sys.executable, "-B", str(Path(__file__).with_name("view.py")), level.value, json.dumps(ask)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@both
def test_readable_paths_are_seen_and_their_surroundings_are_not(
    level: IsolationLevel, tmp_path: Path, data: Path
) -> None:
    outside = data.parent / "rubric.txt"
    shown = data / "train" / "x.txt"
    answer = seen(level, tmp_path, [shown, outside, data.parent], readable=[data])
    for place in ("wall", "cell"):
        assert answer[place][str(shown)] == "train/x.txt"
        assert answer[place][str(outside)] is None
        assert answer[place][str(data.parent)] in (None, ["data"])


@both
def test_hidden_paths_below_readable_ones_are_empty_or_refused(
    level: IsolationLevel, tmp_path: Path, data: Path
) -> None:
    hidden = [data / "staff", data / "labels.txt", data / "deep" / "shut", data / "not there"]
    inside = [data / "staff" / "labels.txt", data / "labels.txt", data / "deep" / "shut" / "z.txt"]
    shown = [data / "train" / "x.txt", data / "deep" / "open" / "y.txt"]
    answer = seen(level, tmp_path, [*inside, *shown], readable=[data], hidden=hidden)
    for place in ("wall", "cell"):
        assert [answer[place][str(path)] or "" for path in inside] == [""] * 3
        assert [answer[place][str(path)] for path in shown] == ["train/x.txt", "deep/open/y.txt"]


@both
def test_links_on_the_way_keep_working(level: IsolationLevel, tmp_path: Path, data: Path) -> None:
    """As with an interpreter whose folder is a link to the one of its latest patch release."""
    (tmp_path / "latest").symlink_to("course")
    (tmp_path / "course" / "current").symlink_to(data)
    spelled = tmp_path / "latest" / "current"
    answer = seen(level, tmp_path, [spelled / "labels.txt", data / "labels.txt"], readable=[spelled])
    for place in ("wall", "cell"):
        assert set(answer[place].values()) == {"labels.txt"}


@both
def test_a_hidden_path_may_be_spelled_through_a_link(level: IsolationLevel, tmp_path: Path, data: Path) -> None:
    (tmp_path / "latest").symlink_to("course")
    hidden = tmp_path / "latest" / "data" / "staff"
    answer = seen(level, tmp_path, [data / "staff" / "labels.txt"], readable=[data], hidden=[hidden])
    for place in ("wall", "cell"):
        assert list(answer[place].values()) == [None]


@both
def test_paths_that_do_not_exist_are_no_hindrance(level: IsolationLevel, tmp_path: Path, data: Path) -> None:
    answer = seen(level, tmp_path, [data / "labels.txt"], readable=[data, tmp_path / "nowhere"])
    assert answer["cell"] == {str(data / "labels.txt"): "labels.txt"}


def test_data_may_lie_inside_the_work_folder(tmp_path: Path, data: Path) -> None:
    answer = seen(NAMESPACES, tmp_path, [data / "labels.txt"], readable=[data], work=str(data.parent))
    assert answer["cell"] == {str(data / "labels.txt"): "labels.txt"}


def test_work_folder_inside_a_readable_one_is_refused_by_name(tmp_path: Path, data: Path) -> None:
    answer = seen(NAMESPACES, tmp_path, [], readable=[data], work=str(data / "work"))
    assert str(data / "work") in answer["cell"]["refused"]


def test_scaffolding_is_out_of_sight(tmp_path: Path, data: Path) -> None:
    answer = seen(NAMESPACES, tmp_path, [Path("/")], readable=[data], hidden=[data / "labels.txt"])
    assert {"proc", "dev", "usr", "work"} <= set(answer["cell"]["/"])
    assert [name for name in answer["cell"]["/"] if name.startswith(".")] == []


def test_default_wall_shows_python_as_spelled_and_where_it_leads() -> None:
    wall = default_wall()
    real = Path(sys.executable).resolve()
    assert sys.prefix in wall.readable and sys.base_prefix in wall.readable
    assert any(real.is_relative_to(path) for path in wall.readable)
    assert "/" not in wall.readable


def test_default_wall_hides_the_grader_and_what_it_is_told_to(tmp_path: Path) -> None:
    wall = default_wall([str(tmp_path / "reference")], scratch=str(tmp_path))
    package = Path(__file__).resolve().parents[2] / "grader"
    assert {str(package), str(tmp_path / "reference")} <= set(wall.hidden)
    assert wall.scratch == str(tmp_path.resolve())
