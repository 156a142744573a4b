"""load_CIFAR10: served data, Keras' copy, and what is said where there is neither."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.reference.conftest import load
from tests.reference.served_data import serve

NAMES = ("X_train", "Y_train", "X_val", "Y_val", "X_test", "Y_test")

Pair = tuple[np.ndarray, np.ndarray]


@pytest.fixture
def module(reference: Path, tmp_path: Path) -> ModuleType:
    """data_utils in a folder of its own, where nothing is served yet."""
    return load(Path(shutil.copy2(reference / "Utils" / "data_utils.py", tmp_path)))


@pytest.fixture
def keras_has(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], tuple[Pair, Pair]]], None]:
    """Puts a Keras in place whose CIFAR-10 is what the given function returns."""

    def put(load_data: Callable[[], tuple[Pair, Pair]]) -> None:
        datasets, cifar10 = ModuleType("keras.datasets"), ModuleType("keras.datasets.cifar10")
        cifar10.load_data = load_data
        datasets.cifar10 = cifar10
        for fake in (ModuleType("keras"), datasets, cifar10):
            monkeypatch.setitem(sys.modules, fake.__name__, fake)

    return put


def test_served_arrays_come_as_the_contract_names_them(module: ModuleType, tmp_path: Path) -> None:
    served = serve(Path(module.__file__), tmp_path / "served")
    *arrays, class_names = module.load_CIFAR10()
    assert class_names == [f"class {number}" for number in range(10)]
    for name, array in zip(NAMES, arrays, strict=True):
        assert type(array) is np.ndarray
        assert array.dtype == served[name].dtype == (np.float32 if name.startswith("X") else np.int64)
        assert np.array_equal(array, served[name])


def test_served_arrays_can_be_changed_in_place_and_the_files_stay(module: ModuleType, tmp_path: Path) -> None:
    served = serve(Path(module.__file__), tmp_path / "served")
    for file in (tmp_path / "served").iterdir():
        file.chmod(0o444)
    X_train, Y_train, *_ = module.load_CIFAR10()
    X_train *= 2
    Y_train += 1
    assert np.array_equal(X_train, 2 * served["X_train"])
    again, labels, *_ = module.load_CIFAR10()
    assert np.array_equal(again, served["X_train"]) and np.array_equal(labels, served["Y_train"])


@pytest.mark.parametrize("damage", ["no array", "an array is missing", "no JSON", "a pickle", "no class names"])
def test_served_data_that_cannot_be_read_is_told_with_the_file(module: ModuleType, tmp_path: Path, damage: str) -> None:
    serve(Path(module.__file__), tmp_path / "served")
    location = tmp_path / "data_location.json"
    said = json.loads(location.read_text())
    if damage == "no array":
        (tmp_path / "served" / "served_Y_val.npy").write_bytes(b"")
    elif damage == "an array is missing":
        del said["arrays"]["Y_test"]
    elif damage == "a pickle":
        np.save(tmp_path / "served" / "served_Y_val.npy", np.array([{}], dtype=object), allow_pickle=True)
    elif damage == "no class names":
        del said["class_names"]
    location.write_text("{" if damage == "no JSON" else json.dumps(said))
    with pytest.raises(RuntimeError, match="cannot be read") as raised:
        module.load_CIFAR10()
    assert str(location) in str(raised.value) and "\n" not in str(raised.value)


def test_of_keras_copy_the_last_fifth_validates_and_all_is_normalised_by_the_rest(
    module: ModuleType, keras_has: Callable[..., None]
) -> None:
    generator = np.random.default_rng(5)
    pixels = generator.integers(0, 256, (50, 32, 32, 3), dtype=np.uint8)
    pixels[:, 3, 4, 1] = 7  # a pixel that never changes
    labels = generator.integers(0, 10, (50, 1), dtype=np.uint8)
    keras_has(lambda: ((pixels, labels), (pixels[:10].copy(), labels[:10].copy())))
    X_train, Y_train, X_val, Y_val, X_test, Y_test, class_names = module.load_CIFAR10()
    assert [len(array) for array in (X_train, Y_train, X_val, Y_val, X_test, Y_test)] == [40, 40, 10, 10, 10, 10]
    assert {array.dtype for array in (X_train, X_val, X_test)} == {np.dtype(np.float32)}
    assert {array.dtype for array in (Y_train, Y_val, Y_test)} == {np.dtype(np.int64)}
    assert Y_val.shape == (10,) and np.array_equal(Y_val, labels[40:, 0])
    assert len(class_names) == 10 and class_names[3] == "cat"
    mean, deviation = pixels[:40].mean(axis=0), pixels[:40].std(axis=0)
    deviation[3, 4, 1] = 1
    for images, raw in ((X_train, pixels[:40]), (X_val, pixels[40:]), (X_test, pixels[:10])):
        assert np.allclose(images, (raw - mean) / deviation, atol=1e-5)
    X_train -= 1


def test_without_served_data_and_without_keras_it_says_what_to_install(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keras", None)
    monkeypatch.setitem(sys.modules, "keras.datasets", None)
    with pytest.raises(RuntimeError, match="install TensorFlow"):
        module.load_CIFAR10()


def test_where_keras_has_none_and_no_network_it_says_what_to_do(
    module: ModuleType, keras_has: Callable[..., None]
) -> None:
    def refuse() -> tuple[Pair, Pair]:
        raise Exception("URL fetch failure: unreachable")

    keras_has(refuse)
    with pytest.raises(RuntimeError) as raised:
        module.load_CIFAR10()
    assert "Keras' cache" in str(raised.value) and "unreachable" in str(raised.value)
    assert "with a network" in str(raised.value)


def test_importing_data_utils_imports_no_framework(reference: Path) -> None:
    code = (
        f"import sys; sys.dont_write_bytecode = True; sys.path.insert(0, {str(reference)!r}); import Utils.data_utils; "
        "print([name for name in ('keras', 'tensorflow', 'matplotlib') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.strip() == "[]"
