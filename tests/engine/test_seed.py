"""Seeds depend on the hand-in and the course's salt, and on nothing else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.engine import salt, seed
from grader.model.errors import UsageError


@settings(max_examples=50, deadline=None)
@given(st.text("0123456789abcdef", min_size=64, max_size=64), st.binary(max_size=40))
def test_seed_is_reproducible_and_exact_in_json(content: str, salt: bytes) -> None:
    drawn = seed.derive(content, salt)
    assert drawn == seed.derive(content, salt)
    assert 0 <= drawn < 1 << 53


def test_seed_changes_with_the_content_and_with_the_salt() -> None:
    assert len({seed.derive(c * 64, s) for c in "ab" for s in (b"1", b"2")}) == 4


def test_salt_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    first = salt.take_salt(environ)
    kept = salt.salt_path(environ)
    assert len(first) >= 32
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert salt.take_salt(environ) == first
    assert [entry.name for entry in kept.parent.iterdir()] == [kept.name]


def test_another_user_gets_another_salt(tmp_path: Path) -> None:
    salts = {salt.take_salt({"XDG_CONFIG_HOME": str(tmp_path / name)}) for name in ("a", "b")}
    assert len(salts) == 2


def test_given_salt_is_used_and_not_inherited_by_what_starts_later(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path), salt.VARIABLE: "the course's"}
    assert salt.take_salt(environ) == b"the course's"
    assert salt.VARIABLE not in environ
    assert not any(tmp_path.iterdir())


def test_salt_that_cannot_be_kept_is_a_usage_error_naming_the_variable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=salt.VARIABLE):
        salt.take_salt({"XDG_CONFIG_HOME": str(tmp_path / "file" / "below")})


def test_empty_salt_file_is_refused(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    path = salt.salt_path(environ)
    path.parent.mkdir()
    path.write_text("\n")
    with pytest.raises(UsageError, match="empty"):
        salt.take_salt(environ)


def test_relative_config_home_is_ignored() -> None:
    assert os.path.isabs(salt.salt_path({"XDG_CONFIG_HOME": "relative"}))
