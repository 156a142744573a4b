"""The lock files install the same files everywhere: exact versions, hashes, nothing that names a machine or a server."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import grader

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-core.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CORE = [Requirement(text) for text in PROJECT["dependencies"]]
EXTRAS = [Requirement(text) for group in PROJECT["optional-dependencies"].values() for text in group]

PLATFORMS = [
    {"sys_platform": system, "platform_machine": machine, "platform_system": name, "os_name": "posix"}
    for system, machine, name in [
        ("linux", "x86_64", "Linux"),
        ("linux", "aarch64", "Linux"),
        ("darwin", "arm64", "Darwin"),
        ("darwin", "x86_64", "Darwin"),
    ]
]
ENVIRONMENTS = [
    {**platform, "python_version": version, "python_full_version": f"{version}.0", "implementation_name": "cpython"}
    for platform in PLATFORMS
    for version in ("3.11", "3.12", "3.13")
]


def entries(lock: str) -> list[str]:
    """The lock's requirements, each with its hashes, on one line."""
    lines = (line for line in lock.splitlines() if not line.lstrip().startswith("#"))
    return [line.strip() for line in "\n".join(lines).replace("\\\n", " ").splitlines() if line.strip()]


def requirements(lock: str) -> list[Requirement]:
    return [Requirement(entry.split("--hash=")[0].strip()) for entry in entries(lock)]


def complaints(lock: str) -> list[str]:
    """Entries that are not `name==version [; marker] --hash=sha256:… …`, and lines that name a server or a folder."""
    wanted = re.compile(r"[a-z0-9-]+==[^\s;]+( ; [^\\]+?)?(\s+--hash=sha256:[0-9a-f]{64})+")
    found = [entry for entry in entries(lock) if not wanted.fullmatch(entry)]
    return found + [line for line in lock.splitlines() if "://" in line or re.search(r"\s/\w|\bfile:|\.whl\b", line)]


def missing(lock: str, declared: list[Requirement], environment: dict[str, str]) -> list[str]:
    """What `declared` asks for in `environment` and the lock does not give there, at a version that fits."""
    given = {
        canonicalize_name(entry.name): next(iter(entry.specifier)).version
        for entry in requirements(lock)
        if entry.marker is None or entry.marker.evaluate(environment)
    }
    wanted = [entry for entry in declared if entry.marker is None or entry.marker.evaluate(environment)]
    return [
        str(entry) for entry in wanted if not entry.specifier.contains(given.get(canonicalize_name(entry.name), "0"))
    ]


@pytest.mark.parametrize(
    "line",
    [
        "numpy==2.0.0",
        "numpy>=2.0.0 --hash=sha256:" + "0" * 64,
        "numpy==2.0.0 --hash=md5:" + "0" * 32,
        "numpy @ file:///wheels/numpy.whl --hash=sha256:" + "0" * 64,
        "--trusted-host=packages.example https://packages.example/simple",
        "# made with tool --links /wheels",
    ],
)
def test_detector_complains_about_a_loose_or_local_line(line: str) -> None:
    assert complaints(line)


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_is_an_exact_version_with_hashes_and_names_no_place(name: str) -> None:
    lock = (ROOT / name).read_text(encoding="utf-8")
    assert len(entries(lock)) > 10
    assert complaints(lock) == []


@pytest.mark.parametrize(
    "environment", ENVIRONMENTS, ids=lambda e: "-".join(list(e.values())[:2] + [e["python_version"]])
)
def test_locks_cover_every_declared_dependency_on_every_supported_machine(environment: dict[str, str]) -> None:
    full, core = ((ROOT / name).read_text(encoding="utf-8") for name in LOCKS)
    assert missing(full, CORE + EXTRAS, environment) == []
    assert missing(core, CORE, environment) == []
    assert missing(core, EXTRAS, environment) != []


def test_core_lock_agrees_with_the_full_one() -> None:
    full, core = (requirements((ROOT / name).read_text(encoding="utf-8")) for name in LOCKS)
    assert {(entry.name, str(entry.specifier)) for entry in core} <= {
        (entry.name, str(entry.specifier)) for entry in full
    }


def test_packaged_version_is_the_one_that_the_grader_states() -> None:
    assert PROJECT["dynamic"] == ["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", grader.__version__)
