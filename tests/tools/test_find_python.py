"""`make setup` takes the first Python that really works, and says in one line why it found none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """An empty folder that is all of the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def put(program: Path, script: str) -> None:
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)


def put_shim_of_a_missing_version(program: Path) -> None:
    put(program, "echo 'version not installed' >&2; exit 127")


def put_working_python(program: Path) -> None:
    put(program, f'exec "{sys.executable}" "$@"')


def put_python_without_ensurepip(program: Path) -> None:
    broken = program.parent / "broken"
    broken.mkdir(exist_ok=True)
    (broken / "ensurepip.py").write_text("raise ImportError\n", encoding="utf-8")
    put(program, f'PYTHONPATH="{broken}" exec "{sys.executable}" "$@"')


def find(programs: Path, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", ". tools/find_python.sh; find_python"],
        cwd=ROOT,
        env={"PATH": str(programs), **(environment or {})},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_shim_that_stands_for_no_interpreter_is_passed_over(programs: Path) -> None:
    put_shim_of_a_missing_version(programs / "python3.11")
    put_working_python(programs / "python3.12")
    found = find(programs)
    assert (found.returncode, found.stdout.strip(), found.stderr) == (0, "python3.12", "")


def test_python_without_ensurepip_is_passed_over_where_another_has_it(programs: Path) -> None:
    put_python_without_ensurepip(programs / "python3.11")
    put_working_python(programs / "python3")
    found = find(programs)
    assert (found.returncode, found.stdout.strip(), found.stderr) == (0, "python3", "")


def test_python_without_ensurepip_alone_gives_one_line_with_the_package_to_install(programs: Path) -> None:
    put_python_without_ensurepip(programs / "python3.11")
    found = find(programs)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert (found.returncode, found.stdout) == (1, "")
    assert len(found.stderr.splitlines()) == 1
    assert f"apt-get install python{version}-venv" in found.stderr


def test_no_python_at_all_gives_one_line_with_the_versions_wanted(programs: Path) -> None:
    found = find(programs)
    assert (found.returncode, found.stdout) == (1, "")
    assert len(found.stderr.splitlines()) == 1
    assert "3.11, 3.12 or 3.13" in found.stderr


def test_named_interpreter_is_the_only_one_tried(programs: Path) -> None:
    put_working_python(programs / "python3.11")
    put_working_python(programs / "my own")
    named = str(programs / "my own")
    assert find(programs, {"PYTHON": named}).stdout.strip() == named
    refused = find(programs, {"PYTHON": "absent"})
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "PYTHON=absent" in refused.stderr and len(refused.stderr.splitlines()) == 1
