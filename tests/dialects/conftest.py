"""One fork server with TensorFlow 1 for the room's tests, and ways to run cells in its children."""

from __future__ import annotations

import importlib.util
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from grader.dialects.dialect import Dialect
from grader.dialects.tf1.expected_network import ExpectedNetwork
from grader.dialects.tf1.given_files import given_files
from grader.execute.executor import Executor
from grader.intake import Handout
from grader.model.limits import MEBIBYTE, ExecutionLimits
from grader.model.observation import NotebookObservation
from grader.sandbox import survey
from tests.dialects.hand_in import notebook

ROOT = Path(__file__).resolve().parents[2]
_IMAGES = {"train": 60, "val": 20, "test": 20}
_LIMITS = ExecutionLimits(
    call_wall_s=60.0,
    item_wall_s=120.0,
    cell_wall_s=120.0,
    notebook_wall_s=160.0,
    memory_bytes=4096 * MEBIBYTE,
    processes=256,
)

#: Runs code cells; gives what was seen.
Run = Callable[[Sequence[str]], NotebookObservation]


@pytest.fixture(scope="session")
def tensorflow1(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Executor]:
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed")
    level = survey().strongest.level
    scratch = tmp_path_factory.mktemp("tensorflow1")
    with Executor(level=level, preload=("tensorflow",), dialect=Dialect.TF1, threads=1, scratch=scratch) as executor:
        yield executor


@pytest.fixture(scope="session")
def work_folder() -> Mapping[str, bytes]:
    """The given files of TensorFlow 1, and a few drawn images in the place of CIFAR-10."""
    handed_out = Handout.load(ROOT / "student_template").given
    generator, files, arrays = np.random.default_rng(0), {}, {}
    for split, count in _IMAGES.items():
        images = generator.normal(size=(count, 32, 32, 3)).astype(np.float32)
        for name, array in (("X", images), ("Y", np.arange(count) % 10)):
            arrays[f"{name}_{split}"] = f"{name}_{split}.npy"
            written = io.BytesIO()
            np.save(written, array)
            files[f"Utils/{name}_{split}.npy"] = written.getvalue()
    location = {"folder": "Utils", "arrays": arrays, "class_names": list("abcdefghij")}
    files["Utils/data_location.json"] = json.dumps(location).encode()
    return {**given_files(handed_out, ExpectedNetwork()), **files}


@pytest.fixture(scope="session")
def limits() -> ExecutionLimits:
    return _LIMITS


@pytest.fixture
def run(tensorflow1: Executor, work_folder: Mapping[str, bytes], limits: ExecutionLimits) -> Run:
    def run(cells: Sequence[str]) -> NotebookObservation:
        with tensorflow1.workspace(work_folder, limits) as workspace:
            return workspace.run_notebook(notebook(tuple(cells)), "notebook")

    return run


@pytest.fixture(scope="session")
def printed() -> Callable[[NotebookObservation], list[str]]:
    """What each code cell printed to stdout."""

    def of(observation: NotebookObservation) -> list[str]:
        cells = observation.executed["cells"]
        streams = [[output for output in cell["outputs"] if output["output_type"] == "stream"] for cell in cells]
        return ["".join(each["text"] for each in outputs if each["name"] == "stdout") for outputs in streams]

    return of
