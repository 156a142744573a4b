"""The original network, where a course supplies its checkpoint: what hand-ins find, and that right ones earn all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from grader.checks.network.graph import Graph
from grader.checks.tensorflow1.pretrained_subject import TENSORFLOW_1_QUESTIONS
from grader.checks.training.asking import Asking
from grader.checks.visualisation.pretrained_network import PretrainedNetwork, tried
from grader.datasets.pretrained import PretrainedMaterial, embedded
from grader.datasets.supplied_checkpoint import read_checkpoint
from grader.dialects.tf1.expected_network import ExpectedNetwork
from grader.dialects.tf1.given_files import given_files
from grader.dialects.tf1.original_material import keep_original, open_original, original_images
from grader.intake import Handout
from grader.model.scorecard import ItemResult
from grader.model.status import ItemStatus
from grader.scoring import rubric_file
from grader.scoring.item import score_item
from tests.checkpoints import SAVE, write_images
from tests.checks.tensorflow1.visualisations import CONSTANTS, edited
from tests.checks.training.conftest import ProcessNotebook
from tests.probes.conftest import Notebook
from tests.process_apart import ROOT, ProcessApart
from tests.scoring.evidence_builder import RUBRIC_FILE, item

RUBRIC = rubric_file.load(RUBRIC_FILE)
#: Too large to be a small network's; what the notebook expects is another size.
SIZE, CLASSES = (72, 80), 12
EXPECTED = ExpectedNetwork(64, 64, 20)
ASKED = {"inputs": "input_image:0", "outputs": "classifier/Reshape:0", "size": [224, 224]}
MEANS, DEVIATIONS = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


@pytest.fixture(scope="module")
def saved(tensorflow1_process: ProcessApart, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the checkpoint ``squeezenet.ckpt`` and its images, ``open.ckpt`` for images of any size, and one with
    other names."""
    folder = tmp_path_factory.mktemp("original")
    made = Notebook(tensorflow1_process)
    made.holds(SAVE)
    for call in ("'squeezenet.ckpt', (72, 80)", "'open.ckpt', None", "'other.ckpt', (72, 80), named='scores'"):
        name, rest = call.split(",", 1)
        made.value(f"save_checkpoint({str(folder)!r} + '/' + {name}, {rest})")
    write_images(folder / "imagenet_val_25.npz", SIZE, CLASSES)
    return folder


@pytest.fixture(scope="module")
def frozen(tensorflow1_process: ProcessApart, saved: Path) -> dict:
    return Notebook(tensorflow1_process).probe("original_network", prefix=str(saved / "squeezenet.ckpt"), **ASKED)


@pytest.fixture(scope="module")
def material(saved: Path, frozen: dict, tmp_path_factory: pytest.TempPathFactory) -> PretrainedMaterial:
    base = embedded(Handout.load(ROOT / "student_template").given)
    supplied = read_checkpoint(saved / "squeezenet.ckpt")
    images = original_images(supplied, base, ExpectedNetwork(*SIZE, CLASSES))
    graph = np.asarray(frozen["graph"]).tobytes()
    folder = keep_original(tmp_path_factory.mktemp("cache"), supplied, base, graph, images, lambda _: 1 / 0)
    return open_original(folder, folder)


@pytest.fixture(scope="module")
def visualising(
    tensorflow1_process: ProcessApart, material: PretrainedMaterial, tmp_path_factory: pytest.TempPathFactory
) -> Notebook:
    """A notebook in a work folder with the given files."""
    work: Path = tmp_path_factory.mktemp("work")
    handed_out = Handout.load(ROOT / "student_template").given
    made = Notebook(tensorflow1_process)
    made.works_in(work, {**given_files(handed_out, EXPECTED), **material.files})
    return made


@pytest.fixture(scope="module")
def network(visualising: Notebook) -> PretrainedNetwork:
    visualising.holds("import os, sys\nsys.path.insert(0, os.getcwd())\n")
    told = visualising.probe("pretrained")
    return tried(Graph.from_value(told["graph"]), tuple(told["image_shape"]))


def test_images_of_a_graph_that_leaves_their_size_open_have_the_originals(visualising, saved, frozen) -> None:
    assert (frozen["image_shape"], frozen["missing"]) == ([*SIZE, 3], [])
    assert visualising.probe("original_network", prefix=str(saved / "open.ckpt"), **ASKED)["image_shape"] == [
        224,
        224,
        3,
    ]


def test_tensors_that_are_not_there_are_named(visualising, saved) -> None:
    told = visualising.probe("original_network", prefix=str(saved / "other.ckpt"), **ASKED)
    assert told["missing"] == ["classifier/Reshape:0"] and "graph" not in told


def test_hand_ins_find_the_original_images_and_normalisation(visualising, material) -> None:
    visualising.holds(
        CONSTANTS
        + "from Utils.data_utils import load_ImageNet_val, IMAGENET_MEAN, IMAGENET_STD\n"
        + "noise, white = random_noise_image(2), unjitter_image(np.full((1, 72, 80, 3), 9.), 3, 4)\n"
        + "sess.run(tf.global_variables_initializer())\n"
    )
    images, labels, names = visualising.value("load_ImageNet_val()")
    assert images.shape == (25, *SIZE, 3) and labels.max() < CLASSES
    assert names == {number: f"name {number}" for number in range(CLASSES)}
    np.testing.assert_allclose(material.images, images, atol=1e-5)
    np.testing.assert_allclose(material.pixels(images) / 255, images * DEVIATIONS + MEANS, atol=1e-5)
    np.testing.assert_allclose(visualising.value("(IMAGENET_MEAN, IMAGENET_STD)"), (MEANS, DEVIATIONS), rtol=1e-5)
    np.testing.assert_allclose(visualising.value("white")[0, 0, 0], (1 - MEANS) / DEVIATIONS, rtol=1e-5)
    noise = np.array(visualising.value("noise"))
    assert noise.shape == (2, *SIZE, 3) and abs(noise.std() / material.noise - 1) < 0.02


def test_the_copy_computes_what_the_network_does(visualising, network, material) -> None:
    visualising.holds(
        CONSTANTS + "def scores_of(sess, model, X, Y):\n    return sess.run(model.outputs, {model.inputs: X})"
    )
    images = material.images[:5]
    given = {"X": images, "Y": np.zeros(5, np.int64)}
    scores = visualising.probe("visualisation", function="scores_of", arguments=given)["returned"]
    np.testing.assert_allclose(network.scores(images), scores, rtol=1e-4, atol=1e-4)
    assert network.image_shape == (*SIZE, 3) and network.classes == CLASSES and not network.is_small


@pytest.fixture
def judge(visualising: Notebook, network: PretrainedNetwork, material: PretrainedMaterial) -> Callable[..., ItemResult]:
    def judged(check: str, source: str, hidden: bool) -> ItemResult:
        visualising.holds(source)
        asking = Asking(ProcessNotebook(visualising))
        cases, arrays = TENSORFLOW_1_QUESTIONS[check](asking, network, material, 5, hidden)
        assert arrays["samples/class_names"].tolist() == [f"name {number}" for number in range(CLASSES)]
        wanted = next(entry for entry in RUBRIC.items if entry.check == check)
        return score_item(wanted, item(check, *cases), RUBRIC, (), None)

    return judged


@pytest.mark.parametrize("check", ["saliency", "class_representative", "adversarial"])
def test_right_answers_earn_all(judge, check: str) -> None:
    found = judge(check, CONSTANTS, hidden=check == "saliency")
    assert found.points == found.max_points, [(each.id, each.status, each.measured) for each in found.checks]


def test_a_slip_costs_its_group_though_some_pixels_are_spared(judge) -> None:
    found = judge("saliency", edited(CONSTANTS, ("tf.abs(slopes)", "tf.stack(slopes)")), hidden=False)
    assert {each.id for each in found.checks if each.status is not ItemStatus.PASSED} == {"absolute"}
