from __future__ import annotations

import ast
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from grader.authoring.demo_code.body import Filling
from grader.authoring.demo_notebooks import written
from grader.authoring.demo_submissions import DemoSubmission, make_inbox
from grader.messages import catalogue
from grader.model.errors import UsageError
from grader.model.status import SubmissionStatus

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE, REFERENCE = ROOT / "student_template", ROOT / "reference"
NOTEBOOK = "Assignment2-1_Implementing_CNN.ipynb"
NOTEBOOK_2 = "Assignment2-2_Training_CNN.ipynb"

#: Samples whose functions all come to an end and do no harm: only these are run here.
HARMLESS = ("vectorised", "nested_loops", "kernel_flipped", "strides_swapped", "pool_from_zero", "overlap_lost")
HARMLESS += ("bias_averaged", "small_network", "training_mistakes")


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> dict[str, DemoSubmission]:
    """The samples by what they are, without ``team_<number>_``."""
    made = make_inbox(tmp_path_factory.mktemp("inbox") / "new", TEMPLATE, REFERENCE)
    return {sample.name.split("_", 2)[2]: sample for sample in made}


def contents(file: Path) -> dict[str, bytes]:
    """Regular members by name."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(file) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive if member.isreg()}


def member(sample: DemoSubmission, name: str) -> bytes:
    found = {path: content for path, content in contents(sample.file).items() if path.endswith(f"/{name}")}
    return found[min(found, key=len)]


def layers(source: bytes) -> SimpleNamespace:
    names: dict[str, object] = {}
    exec(compile(source, "layer_utils.py", "exec"), names)
    return SimpleNamespace(**names)


@pytest.fixture(scope="module")
def reference() -> SimpleNamespace:
    return layers((REFERENCE / "Utils/layer_utils.py").read_bytes())


def conv(direction: str, padding: str) -> Callable[[SimpleNamespace, str], list[np.ndarray]]:
    def run(module: SimpleNamespace, convention: str) -> list[np.ndarray]:
        random = np.random.default_rng(5)
        x, w, b = random.standard_normal((2, 7, 9, 3)), random.standard_normal((4, 3, 2, 3)), random.standard_normal(4)
        setting = {"stride": [1, 2, 1, 1], "padding": padding, "padding_convention": convention}
        if direction == "forward":
            return [module.conv_forward(x, w, b, setting)[0]]
        shape = (2, 4, 9, 4) if padding == "same" else (2, 3, 8, 4)
        return list(module.conv_backward(random.standard_normal(shape), (x, w, b, setting)))

    return run


def pool(direction: str) -> Callable[[SimpleNamespace, str], list[np.ndarray]]:
    def run(module: SimpleNamespace, convention: str) -> list[np.ndarray]:
        random = np.random.default_rng(6)
        x = random.standard_normal((2, 6, 7, 3)) - 1.0
        setting = {"pool_height": 3, "pool_width": 2, "stride": [1, 1, 2, 1]}
        if direction == "forward":
            return [module.max_pool_forward(x, setting)[0]]
        return [module.max_pool_backward(random.standard_normal((2, 4, 3, 3)), (x, setting))]

    return run


QUESTIONS = {
    "p1.conv_forward.valid": conv("forward", "valid"),
    "p1.conv_forward.same": conv("forward", "same"),
    "p1.conv_backward.valid": conv("backward", "valid"),
    "p1.conv_backward.same": conv("backward", "same"),
    "p1.max_pool_forward": pool("forward"),
    "p1.max_pool_backward": pool("backward"),
}


def agree(got: list[np.ndarray], expected: list[np.ndarray]) -> bool:
    pairs = zip(got, expected, strict=True)
    return all(a.shape == b.shape and np.allclose(a, b, rtol=1e-9, atol=1e-9) for a, b in pairs)


@pytest.mark.parametrize("key", HARMLESS)
def test_exactly_the_items_said_to_be_lost_are_wrong(inbox, reference, key: str):
    team = layers(member(inbox[key], "layer_utils.py"))
    convention = "tensorflow" if key == "vectorised" else "stride_independent"
    wrong = {item for item, ask in QUESTIONS.items() if not agree(ask(team, convention), ask(reference, convention))}
    assert wrong == inbox[key].not_passed


def test_the_crashing_team_raises_an_index_error(inbox):
    team = layers(member(inbox["crashing"], "layer_utils.py"))
    with pytest.raises(IndexError):
        QUESTIONS["p1.conv_backward.valid"](team, "tensorflow")


def test_the_vectorised_team_has_the_references_code_without_its_markers(inbox):
    source = member(inbox["vectorised"], "layer_utils.py").decode()
    assert "sliding_window_view" in source and "SOLUTION" not in source and "REFERENCE ONLY" not in source


def test_the_blank_team_hands_in_the_untouched_template(inbox):
    assert member(inbox["blank"], "layer_utils.py") == (TEMPLATE / "Utils/layer_utils.py").read_bytes()
    assert member(inbox["blank"], NOTEBOOK) == (TEMPLATE / NOTEBOOK).read_bytes()


def test_one_sample_has_the_references_part_2_without_its_markers(inbox):
    source = member(inbox["vectorised"], NOTEBOOK_2).decode()
    assert "keras.Sequential" in source and "SOLUTION" not in source and "REFERENCE ONLY" not in source
    assert "is not written yet" not in source


@pytest.mark.parametrize("key", ["small_network", "training_mistakes"])
def test_a_part_2_of_its_own_is_written_throughout_and_was_run(inbox, key: str):
    notebook = json.loads(member(inbox[key], NOTEBOOK_2))
    sources = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert not any("is not written yet" in source for source in sources)
    for source in sources:
        ast.parse(source.replace("%matplotlib inline", ""))
    # Docstrings of the hand-out stay above the team's code.
    assert any("Trains a model, or only measures" in source and "GradientTape" in source for source in sources)
    assert b"Validation accuracy: 0." in member(inbox[key], NOTEBOOK_2)


def test_a_part_2_that_does_not_fit_the_hand_out_is_refused():
    template = (TEMPLATE / NOTEBOOK_2).read_bytes()
    with pytest.raises(ValueError, match="no cell finale"):
        written(template, Filling({}, {"finale": ""}, {}))
    with pytest.raises(ValueError, match="no function simplest_model"):
        written(template, Filling({"simplest_model": "return None"}, {}, {}))


@pytest.mark.parametrize("key", ["kernel_flipped", "blank", "hostile"])
def test_other_samples_hand_in_part_2_as_it_was_handed_out(inbox, key: str):
    assert member(inbox[key], NOTEBOOK_2) == (TEMPLATE / NOTEBOOK_2).read_bytes()


@pytest.mark.parametrize("key", ["vectorised", "nested_loops", "looping", "memory", "hostile"])
def test_every_function_that_is_not_blank_is_really_written(inbox, key: str):
    assert b"is not written yet" not in member(inbox[key], "layer_utils.py")


def test_the_flat_layout_is_that_of_the_collecting_script(inbox):
    names = set(contents(inbox["vectorised"].file))
    assert {
        f"team_01_vectorised/{name}" for name in (NOTEBOOK, "layer_utils.py", "model_checkpoints/README.md")
    } <= names
    assert not any("/Utils/" in name for name in names)


def test_the_whole_folder_keeps_utils_and_junk(inbox):
    names = set(contents(inbox["nested_loops"].file))
    assert {"team_02_nested_loops/Utils/layer_utils.py", "team_02_nested_loops/.DS_Store"} <= names
    assert any(".ipynb_checkpoints" in name for name in names)


def outputs(sample: DemoSubmission, cell_id: str) -> str:
    cells = json.loads(member(sample, NOTEBOOK))["cells"]
    return json.dumps(next(cell for cell in cells if cell["id"] == cell_id)["outputs"])


def test_honest_notebooks_store_what_their_own_code_printed(inbox):
    assert "valid padding: difference 0.0e+00" in outputs(inbox["nested_loops"], "test-conv-forward")
    assert "valid padding: difference 0.0e+00" not in outputs(inbox["kernel_flipped"], "test-conv-forward")
    assert '"ename": "IndexError"' in outputs(inbox["crashing"], "test-conv-backward")
    assert "image/png" in outputs(inbox["nested_loops"], "test-pictures")


def test_cells_that_never_came_to_an_end_store_nothing(inbox):
    assert outputs(inbox["looping"], "test-pool-forward") == "[]"
    assert outputs(inbox["looping"], "test-conv-forward") != "[]"


def test_the_hostile_team_forges_its_outputs_and_packs_members_that_lead_outside(inbox):
    assert "<script>" in outputs(inbox["hostile"], "test-conv-forward")
    with tarfile.open(inbox["hostile"].file) as archive:
        members = archive.getmembers()
    assert {"../../escaped.txt", "/escaped.txt"} <= {entry.name for entry in members}
    assert [entry.linkname for entry in members if entry.issym()] == ["/etc/passwd"]


def test_the_broken_archive_ends_too_early(inbox):
    assert inbox["broken_archive"].status is SubmissionStatus.REJECTED
    with pytest.raises(EOFError):
        tarfile.open(fileobj=io.BytesIO(inbox["broken_archive"].file.read_bytes()), mode="r:gz").getmembers()


def test_all_sorts_are_there_each_with_a_line_and_a_text_of_its_own(inbox):
    assert len(inbox) == 15
    assert len({sample.shows for sample in inbox.values()}) == len(inbox)
    assert {key for key in catalogue().keys() if key.startswith("demo_submissions.")} == {
        f"demo_submissions.{key}" for key in inbox
    }
    assert all(sample.file.is_file() for sample in inbox.values())


def test_notebooks_are_valid(inbox):
    import nbformat

    for key in ("vectorised", "small_network", "training_mistakes", "crashing", "hostile", "looping"):
        for name in (NOTEBOOK, NOTEBOOK_2):
            nbformat.validate(nbformat.reads(member(inbox[key], name).decode(), as_version=4))


def test_making_them_again_gives_the_same_bytes(inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from grader.authoring import demo_submissions

    # The self-tests of the samples are the slow part; those of two are enough here.
    few = [sample for sample in demo_submissions._SAMPLES if sample.key in ("vectorised", "nested_loops")]
    monkeypatch.setattr(demo_submissions, "_SAMPLES", few)
    for again in make_inbox(tmp_path, TEMPLATE, REFERENCE):
        assert again.file.read_bytes() == inbox[again.name.split("_", 2)[2]].file.read_bytes()


def test_a_folder_that_lacks_a_file_is_named(tmp_path: Path):
    with pytest.raises(UsageError, match="Assignment2-1_Implementing_CNN.ipynb: cannot be read"):
        make_inbox(tmp_path / "inbox", tmp_path, REFERENCE)


def test_a_target_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        make_inbox(tmp_path / "file" / "inbox", TEMPLATE, REFERENCE)
