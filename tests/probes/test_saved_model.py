"""A saved model of any kind is opened, kept and held beside what its builder builds; what cannot be opened says why."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.probes.conftest import Notebook

IMAGES = np.random.default_rng(0).standard_normal((3, 32, 32, 3)).astype(np.float32)
STEM = "Utils/model_checkpoints/my_model_final"

PLAIN = """
def my_model():
    return keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(4, 3, activation="relu"), layers.BatchNormalization(),
                             layers.Dropout(0.5), layers.GlobalAveragePooling2D(), layers.Dense(10)])
"""
LAMBDA = PLAIN.replace("layers.Dropout(0.5)", "layers.Lambda(lambda x: 2 * x)")
OWN_LAYER = """
class Double(layers.Layer):
    def call(self, x): return 2 * x
""" + PLAIN.replace("layers.Dropout(0.5)", "Double()")
OWN_LAYER_WITHOUT_CONFIG = """
class Times(layers.Layer):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor
    def call(self, x): return self.factor * x
""" + PLAIN.replace("layers.Dropout(0.5)", "Times(2)")
SUBCLASSED = """
class my_model(keras.Model):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = layers.Conv2D(4, 3), layers.GlobalAveragePooling2D(), layers.Dense(10)
    def call(self, x): return self.c(self.b(tf.nn.relu(self.a(x))))
"""
SAVING = """
def saved(save, path):
    import os
    os.makedirs(os.path.dirname(path), exist_ok=True)
    keras.utils.set_random_seed(0)
    model = my_model()
    model(np.zeros((1, 32, 32, 3), np.float32))
    for weight in model.weights:
        if weight.dtype == "float32":
            weight.assign(np.random.default_rng(weight.shape[-1]).uniform(0.1, 0.5, weight.shape))
    getattr(model, save)(path)
    return model
def predicted(model, images): return np.asarray(model(images, training=False))
"""
KINDS = {
    "keras": ("save", ".keras"),
    "h5": ("save", ".h5"),
    "weights_h5": ("save_weights", ".weights.h5"),
    "saved_model": ("export", ""),
}


def save(notebook: Notebook, source: str, kind: str = "keras") -> np.ndarray:
    """Save what `source` builds, in the notebook that holds it; its logits for IMAGES."""
    notebook.holds(SAVING + source)
    method, ending = KINDS[kind]
    return notebook.value(f"predicted(saved({method!r}, {STEM + ending!r}), np.array({IMAGES.tolist()}, np.float32))")


def opened(notebook: Notebook, largest_bytes: int = 10_000_000) -> dict[str, Any]:
    return notebook.probe("saved_model", path=STEM, builder="my_model", handle="s", largest_bytes=largest_bytes)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("source", "needs_code"),
    [(PLAIN, False), (OWN_LAYER, False), (LAMBDA, True), (OWN_LAYER_WITHOUT_CONFIG, True), (SUBCLASSED, True)],
    ids=["plain", "own layer", "lambda", "own layer without config", "subclassed"],
)
def test_saved_models_of_every_kind_give_the_logits_they_gave(
    notebook: Notebook, kind: str, source: str, needs_code: bool
) -> None:
    expected = save(notebook, source, kind)
    told = opened(notebook)
    built = kind == "weights_h5" or (needs_code and kind != "saved_model")
    assert (told["loaded"], told["kind"]) == (True, kind)
    assert told["how"] == ("weights_into_built" if built else "loaded")
    assert told["reason"] == ("needs_code" if needs_code and kind in ("keras", "h5") else "")
    assert told["graph_matches_builder"] is True
    assert (told["input_shape"], told["output_shape"]) == ([None, 32, 32, 3], [None, 10])
    assert told["parameters"] >= 162
    np.testing.assert_allclose(notebook.probe("logits", handle="s", images=IMAGES), expected, rtol=1e-5, atol=1e-6)
    assert notebook.probe("graph", handle="s")["nodes"][0]["op"] == "Placeholder"


@pytest.mark.parametrize("kind", ["keras", "saved_model"])
def test_another_model_than_the_builder_builds_is_told_so(notebook: Notebook, kind: str) -> None:
    save(notebook, PLAIN, kind)
    notebook.holds(PLAIN.replace("Conv2D(4", "Conv2D(5"))
    assert (told := opened(notebook))["loaded"] and told["graph_matches_builder"] is False
    notebook.holds(PLAIN.replace('"relu"', '"elu"'))
    assert opened(notebook)["graph_matches_builder"] is False
    notebook.holds("")
    assert opened(notebook)["graph_matches_builder"] is None


def test_weights_of_another_model_are_not_taken_for_the_builders(notebook: Notebook) -> None:
    save(notebook, LAMBDA)
    notebook.holds(LAMBDA.replace("Conv2D(4", "Conv2D(5"))
    told = opened(notebook)
    assert (told["loaded"], told["reason"]) == (False, "needs_code")
    assert "weights into my_model" in told["detail"]


def test_a_model_that_needs_code_stays_closed_without_a_builder(notebook: Notebook) -> None:
    save(notebook, OWN_LAYER)
    notebook.holds("")
    told = opened(notebook)
    assert (told["loaded"], told["reason"]) == (False, "needs_code")
    assert told["detail"].endswith("; no my_model") and "Double" in told["detail"]


def test_a_lambda_in_the_file_is_not_run(notebook: Notebook, tmp_path: Path) -> None:
    source = LAMBDA.replace("lambda x: 2 * x", "lambda x: (open('was_run', 'w'), 2 * x)[1]")
    save(notebook, source)
    (tmp_path / "was_run").unlink()
    notebook.holds("")
    assert opened(notebook)["reason"] == "needs_code"
    assert not (tmp_path / "was_run").exists()


def test_weights_alone_need_a_builder(notebook: Notebook) -> None:
    save(notebook, PLAIN, "weights_h5")
    for source, detail in (("", "no my_model"), ("def my_model(): return 1 / 0", "my_model: ZeroDivisionError")):
        notebook.holds(source)
        told = opened(notebook)
        assert (told["loaded"], told["reason"]) == (False, "no_builder")
        assert told["detail"].startswith(detail)


def test_what_is_not_there_is_missing(notebook: Notebook) -> None:
    told = opened(notebook)
    assert (told["loaded"], told["reason"], told["found"], told["path"]) == (False, "missing", [], None)


def test_a_checkpoint_of_tensorflow_1_is_named(notebook: Notebook, tmp_path: Path) -> None:
    folder = (tmp_path / STEM).parent
    folder.mkdir(parents=True)
    for ending in ("meta", "index", "data-00000-of-00001"):
        (folder / f"my_model_final.{ending}").write_bytes(b"x")
    assert opened(notebook)["reason"] == "tf1_checkpoint"


@pytest.mark.parametrize("kind", ["keras", "h5", "weights_h5"])
@pytest.mark.parametrize("keep", [0.5, 0.0])
def test_a_file_of_which_a_part_is_missing_is_corrupted(
    notebook: Notebook, tmp_path: Path, kind: str, keep: float
) -> None:
    save(notebook, PLAIN, kind)
    file = tmp_path / (STEM + KINDS[kind][1])
    content = file.read_bytes()
    file.write_bytes(content[: int(keep * len(content))])
    told = opened(notebook)
    assert (told["loaded"], told["reason"]) == (False, "corrupted")
    assert told["detail"] and "\n" not in told["detail"]


def test_an_archive_without_a_model_is_corrupted(notebook: Notebook, tmp_path: Path) -> None:
    (tmp_path / STEM).parent.mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / f"{STEM}.keras", "w") as archive:
        archive.writestr("readme.txt", "no model")
    assert opened(notebook)["reason"] == "corrupted"


def test_an_archive_that_unpacks_to_too_much_is_not_opened(notebook: Notebook, tmp_path: Path) -> None:
    (tmp_path / STEM).parent.mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / f"{STEM}.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.weights.h5", bytes(20_000_000))
    told = opened(notebook, largest_bytes=10_000_000)
    assert (told["loaded"], told["reason"], told["bytes"]) == (False, "too_large", 20_000_000)


@pytest.mark.parametrize("kind", ["h5", "saved_model"])
def test_other_files_are_too_large_by_their_size(notebook: Notebook, kind: str) -> None:
    save(notebook, PLAIN, kind)
    assert opened(notebook, largest_bytes=1000)["reason"] == "too_large"


def of_another_version(file: Path) -> None:
    """Give the archive `file` the version of a Keras to come, and a setting that only that one knows."""
    with zipfile.ZipFile(file) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content["metadata.json"] = json.dumps({"keras_version": "9.1.0"}).encode()
    configuration = json.loads(content["config.json"])
    configuration["config"]["layers"][1]["config"]["unheard_of"] = 3
    content["config.json"] = json.dumps(configuration).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)


def test_a_file_of_another_keras_says_so_and_gives_its_weights_to_the_builders_model(
    notebook: Notebook, tmp_path: Path
) -> None:
    expected = save(notebook, PLAIN)
    of_another_version(tmp_path / f"{STEM}.keras")
    told = opened(notebook)
    assert (told["loaded"], told["how"], told["reason"]) == (True, "weights_into_built", "version")
    np.testing.assert_allclose(notebook.probe("logits", handle="s", images=IMAGES), expected, rtol=1e-5, atol=1e-6)
    notebook.holds("")
    told = opened(notebook)
    assert (told["loaded"], told["reason"]) == (False, "version") and "unheard_of" in told["detail"]


def test_a_model_for_other_images_is_told_with_its_error(notebook: Notebook) -> None:
    save(notebook, PLAIN)
    notebook.holds("def my_model(): return keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(2, 3)])")
    notebook.value(f"my_model().save({STEM + '.keras'!r})")
    told = opened(notebook)
    assert (told["loaded"], told["reason"]) == (False, "other") and "ValueError" in told["detail"]


def test_the_shapes_are_the_models_own(notebook: Notebook) -> None:
    save(notebook, PLAIN)
    notebook.holds("def other(): return keras.Sequential([keras.Input((28, 28, 3)), layers.Conv2D(2, 3)])")
    notebook.value(f"other().save({STEM + '.keras'!r})")
    told = opened(notebook)
    assert (told["input_shape"], told["output_shape"]) == ([None, 28, 28, 3], [None, 30, 30, 2])
