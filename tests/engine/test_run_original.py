"""A checkpoint that the course supplies, from its files to what hand-ins of TensorFlow 1 find."""

from __future__ import annotations

import base64
import importlib.util
import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from grader.datasets.supplied_checkpoint import PARTS
from grader.dialects.dialect import Dialect
from grader.engine import run_original
from grader.engine.installation import Installation
from grader.engine.run_pretrained import RunPretrained, settle
from grader.execute.executor import Executor
from grader.model.errors import UsageError
from grader.model.isolation import IsolationLevel
from grader.model.limits import MEBIBYTE, ExecutionLimits
from tests.checkpoints import SAVE, write_images
from tests.dialects.hand_in import notebook

TEMPLATE = Installation.here().student_template
LIMITS = ExecutionLimits(
    call_wall_s=120,
    item_wall_s=240,
    cell_wall_s=120,
    memory_bytes=4096 * MEBIBYTE,
    disk_bytes=256 * MEBIBYTE,
    processes=256,
)
#: Saves checkpoints and prints their files.
CELL = f"""
import base64, glob, json
import numpy as np
import tensorflow as tf
{SAVE}
save_checkpoint('./squeezenet.ckpt', (48, 40))
save_checkpoint('./named.ckpt', (48, 40), named='scores')
save_checkpoint('./softmax.ckpt', (48, 40), ends='softmax')
print(json.dumps({{file: base64.b64encode(open(file, 'rb').read()).decode() for file in glob.glob('*.ckpt.*')}}))
"""


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    """One for all: it takes seconds to start."""
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed: no checkpoint can be saved")
    with Executor(level=IsolationLevel.NONE, preload=("tensorflow",), dialect=Dialect.TF1) as made:
        yield made


@pytest.fixture(scope="module")
def checkpoints(executor: Executor, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints")
    with executor.workspace({}, LIMITS) as workspace:
        seen = workspace.run_notebook(notebook((CELL,)), "notebook")
    assert seen.error is None, seen.error
    printed = "".join(output.get("text", "") for output in seen.executed["cells"][0]["outputs"])
    for name, content in json.loads(printed.splitlines()[-1]).items():
        (folder / name).write_bytes(base64.b64decode(content))
    return folder


@pytest.fixture(autouse=True)
def one_executor(executor: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_original, "Executor", lambda **_: nullcontext(executor))


def settled(file: Path, cache: Path) -> RunPretrained:
    return settle(file, TEMPLATE, {"XDG_CACHE_HOME": str(cache)}, IsolationLevel.NONE, LIMITS)


def test_it_is_for_hand_ins_of_tensorflow_1_and_opened_once(
    checkpoints: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = settled(checkpoints / "squeezenet.ckpt.index", tmp_path)
    material = used.open(Path("/elsewhere"))
    assert (used.name, used.dialect, used.digest) == ("squeezenet.ckpt", Dialect.TF1, material.digest)
    told = {path: json.loads(content) for path, content in material.files.items()}
    assert told["Utils/expected_network.json"] == {"height": 48, "width": 40, "classes": 12}
    assert {Path(path).parent for path in told["Utils/original_network.json"].values()} == {Path("/elsewhere")}
    monkeypatch.setattr(run_original, "read_pretrained", None)
    assert settled(checkpoints / "squeezenet.ckpt", tmp_path) == used


def test_without_its_images_ours_are_enlarged_and_most_labelled_as_it_sees_them(
    checkpoints: Path, tmp_path: Path
) -> None:
    material = settled(checkpoints / "squeezenet.ckpt", tmp_path).open(tmp_path)
    assert material.stand_in_images and material.images.shape == (100, 48, 40, 3)
    assert material.class_names[3] == "class 3" and np.shape(material.mean) == np.shape(material.deviation) == (3,)


def test_its_images_are_used_and_change_what_evidence_is_kept_under(checkpoints: Path, tmp_path: Path) -> None:
    for part in PARTS:
        (tmp_path / f"squeezenet.ckpt{part}").write_bytes((checkpoints / f"squeezenet.ckpt{part}").read_bytes())
    without = settled(tmp_path / "squeezenet.ckpt", tmp_path)
    write_images(tmp_path / "imagenet_val_25.npz", (48, 40))
    used = settled(tmp_path / "squeezenet.ckpt", tmp_path)
    material = used.open(tmp_path)
    assert used.digest != without.digest and not material.stand_in_images
    assert material.images.shape == (25, 48, 40, 3) and material.class_names[3] == "name 3"
    write_images(tmp_path / "imagenet_val_25.npz", (48, 48))
    with pytest.raises(UsageError, match=r"imagenet_val_25\.npz: X is \(25, 48, 48, 3\) .* images of 48x40 "):
        settled(tmp_path / "squeezenet.ckpt", tmp_path)


def test_what_cannot_serve_is_refused_in_one_line(checkpoints: Path, tmp_path: Path) -> None:
    for part in PARTS:
        content = (checkpoints / f"squeezenet.ckpt{part}").read_bytes()
        (tmp_path / f"damaged.ckpt{part}").write_bytes(content[:100] if part == ".meta" else content)
    said = {
        checkpoints / "named.ckpt": "no tensor classifier/Reshape:0",
        checkpoints / "softmax.ckpt": "softmax",
        tmp_path / "damaged.ckpt": "cannot be opened",
    }
    for file, reason in said.items():
        with pytest.raises(UsageError) as refusal:
            settled(file, tmp_path)
        text = str(refusal.value)
        assert text.startswith(f"--pretrained: {file}: ") and reason in text and "\n" not in text
