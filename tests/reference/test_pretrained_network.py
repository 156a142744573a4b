"""The network that is handed out, as its file holds it: nothing is trained here."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np

from grader.datasets.stand_in import draw_split
from tests.checks.visualisation.numpy_network import material, network

UTILS = Path(__file__).resolve().parents[2] / "reference" / "Utils"


def normalised(pixels: np.ndarray) -> np.ndarray:
    return (pixels - material().mean) / material().deviation


def test_it_knows_most_of_images_that_nobody_has_seen() -> None:
    pixels, labels = draw_split(300, (99, 7))
    right = (network().predicted(normalised(pixels)) == labels).mean()
    # Measured on 1000: 0.77; three standard errors on 300 are 0.07. A network that learnt nothing is at 0.1.
    assert 0.68 < right < 0.86


def test_it_is_wrong_about_some_of_the_images_that_go_with_it() -> None:
    wrong = network().predicted(material().images) != material().labels
    assert 10 <= wrong.sum() <= 30


def test_short_steps_on_the_score_of_a_target_reach_it() -> None:
    images, labels = material().images[:20].astype(np.float64), material().labels[:20]
    targets = (labels + 1 + np.arange(20) % 9) % 10
    steps = np.full(20, -1)
    for step in range(31):
        steps[(steps < 0) & (network().predicted(images) == targets)] = step
        gradient = network().class_gradient(images, targets)
        images += gradient / np.sqrt((gradient**2).sum(axis=(1, 2, 3), keepdims=True))
    assert (steps >= 0).sum() >= 19 and np.median(steps) <= 5


def test_scores_are_not_normalised() -> None:
    scores = network().scores(material().images[:10])
    assert scores.min() < 0 and np.abs(scores.sum(axis=1) - 1).min() > 1e-3


def test_weights_are_few_and_small_numbers_that_say_where_they_belong() -> None:
    with np.load(UTILS / "pretrained_cnn.npz", allow_pickle=False) as file:
        weights = {name: file[name] for name in file.files}
    assert {weight.dtype for weight in weights.values()} == {np.dtype(np.float16)}
    assert all(np.isfinite(weight).all() for weight in weights.values())
    assert sum(weight.size for weight in weights.values()) < 15_000
    assert weights["scores.kernel"].shape == (16, 10) and "normalisation_1.moving_mean" in weights
    assert (UTILS / "pretrained_cnn.npz").stat().st_size < 40_000


def test_the_files_hold_no_time_so_that_training_again_writes_the_same() -> None:
    for name in ("pretrained_cnn.npz", "pretrained_images.npz"):
        with zipfile.ZipFile(io.BytesIO((UTILS / name).read_bytes())) as archive:
            assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
