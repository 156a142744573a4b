"""A small hand-out, and one door through which every test takes a hand-in."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.intake import Candidate, Handout, take_in
from grader.intake.hashing import text_sha256
from grader.model.limits import IntakeLimits
from grader.model.submission import Submission
from tests.intake.hand_ins import NAMES, NOTEBOOK_CODE, notebook, template_layer_utils, write_tree


@pytest.fixture
def handout() -> Handout:
    return Handout(
        given={"Utils/__init__.py": b"", "Utils/data_utils.py": b"def load_images(): ...\n"},
        known_given_sha256={"Utils/data_utils.py": frozenset({text_sha256(b"def load_images(): ...\n")})},
        template={
            "Utils/layer_utils.py": template_layer_utils(),
            **{NAMES[part]: notebook(NOTEBOOK_CODE[part]) for part in NAMES},
        },
    )


@pytest.fixture
def take(tmp_path: Path, handout: Handout) -> Callable[..., Submission]:
    """Take in an archive (bytes, a name for it) or a file tree (a mapping)."""

    def take_it(
        content: bytes | Mapping[str, bytes], name: str = "team_7.tar.gz", limits: IntakeLimits | None = None
    ) -> Submission:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            write_tree(path, content)
        return take_in(Candidate("team_7", name, path, None, datetime.datetime(2018, 10, 14)), handout, limits)

    return take_it
