"""Which paths Landlock grants where something hidden lies below something readable."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.sandbox.landlock import LIST, READ, Grant, read_grants


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    for name in ("numpy/core/x.py", "numpy/y.py", "secret/z.py", "deep/open/a.py", "deep/shut/b.py", "single.py"):
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "site" / "out").symlink_to("/")
    return tmp_path / "site"


def readable(grants: list[Grant], path: Path) -> bool:
    return any(grant.rights == READ and path.is_relative_to(grant.path) for grant in grants)


def test_folder_with_nothing_hidden_is_granted_whole(packages: Path) -> None:
    assert read_grants([str(packages)], []) == [Grant(str(packages), READ)]


def test_hidden_folder_and_file_are_left_out_and_the_rest_stays(packages: Path) -> None:
    hidden = [packages / "secret", packages / "deep" / "shut", packages / "single.py"]
    grants = read_grants([str(packages)], map(str, hidden))
    files = [path for path in packages.rglob("*.py")]
    assert {path for path in files if readable(grants, path)} == {
        packages / "numpy/core/x.py",
        packages / "numpy/y.py",
        packages / "deep/open/a.py",
    }
    assert Grant(str(packages), LIST) in grants and Grant(str(packages / "deep"), LIST) in grants


def test_links_are_not_followed_into_the_open(packages: Path) -> None:
    grants = read_grants([str(packages)], [str(packages / "secret")])
    assert not readable(grants, Path("/etc/passwd"))


def test_hidden_folder_above_a_readable_one_hides_it(packages: Path) -> None:
    assert read_grants([str(packages / "numpy")], [str(packages)]) == []


def test_missing_paths_are_left_out(tmp_path: Path) -> None:
    assert read_grants([str(tmp_path / "nowhere")], []) == []


NAMES = st.sampled_from(["a", "b", "ab"])
PLACES = st.lists(st.lists(NAMES, min_size=1, max_size=3).map("/".join), max_size=3)


@settings(max_examples=60, deadline=None)
@given(hidden=PLACES)
def test_exactly_what_is_not_below_a_hidden_path_is_readable(tmp_path_factory, hidden: list[str]) -> None:
    root = tmp_path_factory.mktemp("tree").resolve()
    for first in ("a", "b", "ab"):
        for second in ("a", "b", "ab"):
            (root / first / second).mkdir(parents=True)
            for third in ("a", "b", "ab"):
                (root / first / second / third).write_text("x")
    grants = read_grants([str(root)], [str(root / place) for place in hidden])
    for path in root.glob("*/*/*"):
        covered = any(path.is_relative_to(root / place) for place in hidden)
        assert readable(grants, path) is not covered
