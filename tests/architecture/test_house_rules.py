"""Rules that every file of the repository keeps: no place of one machine, no registry's address, no vague file name."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 400
VAGUE_NAMES = frozenset({"utils.py", "helpers.py", "common.py", "misc.py"})

#: A home folder that belongs to somebody. The made-up users of the examples are nobody.
HOME_FOLDER = re.compile(r"(?<![\w.~])/(?:root|(?:home|Users)/(?!student\b|user\b|somebody\b)[A-Za-z_][\w-]*)/")
REGISTRY = re.compile(
    r"pypi\.(?:org|python)|pythonhosted\.|anaconda\.(?:org|com)|--(?:extra-index|index|find)-(?:url|links)"
)


def tracked_files() -> list[Path]:
    """Files under version control; what a user's runs leave in the checkout is not ours to judge."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: which files belong to the project cannot be told")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    return [ROOT / name for name in listed.decode("utf-8").split("\0") if name and (ROOT / name).is_file()]


def checkout_places() -> list[str]:
    """Where this checkout stands, and the folders beside it, which no file may rely on."""
    beside = [] if ROOT.parent in (Path("/"), Path(tempfile.gettempdir())) else ROOT.parent.iterdir()
    return sorted({str(ROOT), *(str(folder) for folder in beside if folder.is_dir())})


def complaints(text: str, places: list[str]) -> list[str]:
    """Machine paths and registry addresses in `text`, as `line number: what`."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        hits = [match.group() for pattern in (HOME_FOLDER, REGISTRY) for match in pattern.finditer(line)]
        hits += [place for place in places if re.search(rf"{re.escape(place)}(?![\w-])", line)]
        found += [f"{number}: {hit}" for hit in hits]
    return found


@pytest.mark.parametrize(
    "line",
    [
        "path = '/{}/data'".format("root"),
        "see /{}/alice/notes".format("home"),
        "/{}/bob/Desktop/x.py".format("Users"),
        "pip install --{}-url=https://packages.example".format("index"),
        "https://{}.org/simple".format("pypi"),
        "cd /srv/checkout && make",
    ],
)
def test_detector_finds_a_machine_path_or_a_registry(line: str) -> None:
    assert complaints(line, ["/srv/checkout"])


@pytest.mark.parametrize(
    "line", ["/work/Utils/layer_utils.py", "/home/student/work", "~/root/", "/srv/checkout2", "/tmp/x"]
)
def test_detector_leaves_other_paths_alone(line: str) -> None:
    assert complaints(line, ["/srv/checkout"]) == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    places = checkout_places()
    found = []
    for file in tracked_files():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{file.relative_to(ROOT)}:{complaint}" for complaint in complaints(text, places)]
    assert found == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    vague = [file for file in tracked_files() if file.name.lower() in VAGUE_NAMES and file.parent.name != "Utils"]
    assert vague == []


def test_no_file_of_the_grader_outgrows_one_concept() -> None:
    lengths = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in (ROOT / "grader").rglob("*.py")}
    assert lengths
    assert {file: length for file, length in lengths.items() if length > LONGEST_FILE} == {}
