"""Which file of a saved model counts, and how large it is before anything opens it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from grader.probes.saved_files import SavedFile, find_saved, unpacked_bytes


def made(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder / "my_model_final"


@pytest.mark.parametrize(
    ("names", "chosen", "kind"),
    [
        (["my_model_final.weights.h5", "my_model_final.h5", "my_model_final.keras"], "my_model_final.keras", "keras"),
        (["my_model_final.weights.h5", "my_model_final.h5"], "my_model_final.h5", "h5"),
        (["my_model_final.weights.h5", "my_model_final/saved_model.pb"], "my_model_final.weights.h5", "weights_h5"),
        (["my_model_final/saved_model.pb", "my_model_final.index"], "my_model_final", "saved_model"),
        (["my_model_final.meta", "my_model_final.data-00000-of-00001"], "my_model_final.meta", "tf1_checkpoint"),
        (["my_model_final-2.keras", "my_model_final.keras", "my_model_final.txt"], "my_model_final.keras", "keras"),
        (["my_model_final_best.keras", "my_model_final.h5"], "my_model_final_best.keras", "keras"),
    ],
)
def test_the_file_that_counts_is_chosen_by_kind_then_by_name(
    tmp_path: Path, names: list[str], chosen: str, kind: str
) -> None:
    file, found = find_saved(made(tmp_path, *names))
    assert file == SavedFile(tmp_path / chosen, kind)
    assert found == sorted({name.partition("/")[0] for name in names})


@pytest.mark.parametrize("names", [["model.keras"], ["my_model_final.txt"], ["my_model_final/weights.txt"]])
def test_no_file_is_chosen_where_none_is_a_model(tmp_path: Path, names: list[str]) -> None:
    assert find_saved(made(tmp_path, *names))[0] is None


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert find_saved(tmp_path / "absent" / "my_model_final") == (None, [])


def test_a_path_with_its_ending_finds_the_same(tmp_path: Path) -> None:
    stem = made(tmp_path, "my_model_final.keras")
    assert find_saved(stem.with_suffix(".keras")) == find_saved(stem)


def test_an_archive_is_as_large_as_what_it_unpacks_to(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "m.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.weights.h5", bytes(1_000_000))
        archive.writestr("config.json", "{}")
    assert (tmp_path / "m.keras").stat().st_size < 10_000
    assert unpacked_bytes(SavedFile(tmp_path / "m.keras", "keras")) == 1_000_002


def test_a_folder_is_as_large_as_its_files(tmp_path: Path) -> None:
    made(tmp_path, "m/saved_model.pb", "m/variables/a", "m/variables/b")
    assert unpacked_bytes(SavedFile(tmp_path / "m", "saved_model")) == 3
