"""Part 3 of TensorFlow 1 hand-ins: right ones earn all in either style, known mistakes cost what their groups cost."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.checks.network.graph import Graph
from grader.checks.tensorflow1.pretrained_subject import TENSORFLOW_1_QUESTIONS
from grader.checks.training.asking import Asking
from grader.checks.visualisation.pretrained_network import PretrainedNetwork, tried
from grader.datasets.pretrained import PretrainedMaterial
from grader.dialects.tf1.expected_network import ExpectedNetwork
from grader.dialects.tf1.given_files import given_files
from grader.dialects.tf1.stand_in_material import stand_in_material
from grader.intake import Handout
from grader.model.scorecard import ItemResult
from grader.model.status import ItemStatus
from grader.scoring import rubric_file
from grader.scoring.item import score_item
from tests.checks.tensorflow1.visualisations import CONSTANTS, HELPERS, edited
from tests.checks.training.conftest import ProcessNotebook
from tests.probes.conftest import Notebook
from tests.process_apart import ROOT, ProcessApart
from tests.scoring.evidence_builder import RUBRIC_FILE, item

RUBRIC = rubric_file.load(RUBRIC_FILE)
CHECKS = ("saliency", "class_representative", "adversarial")
#: Twice as large as the small network's images, and more classes than have images.
EXPECTED = ExpectedNetwork(64, 64, 20)
SEED = 5

Judge = Callable[..., tuple[ItemResult, set[str]]]


@pytest.fixture(scope="module")
def handed_out() -> dict[str, bytes]:
    return dict(Handout.load(ROOT / "student_template").given)


@pytest.fixture(scope="module")
def visualising(
    tensorflow1_process: ProcessApart, handed_out: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> Notebook:
    """A notebook in a work folder with the given files."""
    made = Notebook(tensorflow1_process)
    made.works_in(tmp_path_factory.mktemp("work"), given_files(handed_out, EXPECTED))
    return made


@pytest.fixture(scope="module")
def material(handed_out: dict[str, bytes]) -> PretrainedMaterial:
    return stand_in_material(handed_out, EXPECTED)


@pytest.fixture(scope="module")
def network(visualising: Notebook) -> PretrainedNetwork:
    visualising.holds("import os, sys\nsys.path.insert(0, os.getcwd())\n")
    told = visualising.probe("pretrained")
    return tried(Graph.from_value(told["graph"]), tuple(told["image_shape"]))


@pytest.fixture
def judge(visualising: Notebook, network: PretrainedNetwork, material: PretrainedMaterial) -> Judge:
    def judged(check: str, source: str, hidden: bool = True) -> tuple[ItemResult, set[str]]:
        """The verdict on a notebook of that source, and all that was recognised."""
        visualising.holds(source)
        asking = Asking(ProcessNotebook(visualising))
        cases, _ = TENSORFLOW_1_QUESTIONS[check](asking, network, material, SEED, hidden)
        wanted = next(entry for entry in RUBRIC.items if entry.check == check)
        matches = {match for case in cases for match in case.matches}
        return score_item(wanted, item(check, *cases), RUBRIC, (), None), matches

    return judged


def test_the_copy_computes_what_the_network_does(visualising, network, material) -> None:
    visualising.holds(
        f"{CONSTANTS}\ndef scores_of(sess, model, X, Y):\n    return sess.run(model.outputs, {{model.inputs: X}})\n"
    )
    images = material.images[:7]
    scores = np.array(visualising.probe("visualisation", **_scores_asked(images))["returned"])
    np.testing.assert_allclose(network.scores(images), scores, rtol=1e-4, atol=1e-4)
    assert network.is_small and network.image_shape == (64, 64, 3) and network.classes == 20


def _scores_asked(images: np.ndarray) -> dict[str, object]:
    return {"function": "scores_of", "arguments": {"X": images, "Y": np.zeros(len(images), np.int64)}}


def test_images_are_those_that_a_notebook_loads(visualising, material) -> None:
    visualising.holds(CONSTANTS + "\nfrom Utils.data_utils import load_ImageNet_val, normalisation\n")
    images, labels, names = visualising.value("load_ImageNet_val(100)")
    np.testing.assert_allclose(material.images, images, rtol=1e-5, atol=1e-6)
    assert material.labels.tolist() == labels.tolist()
    assert [names[number] for number in range(10)] == list(material.class_names)
    np.testing.assert_allclose((material.mean, material.deviation), visualising.value("normalisation()"))


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("source", [CONSTANTS, HELPERS], ids=["constants", "helpers"])
def test_right_answers_earn_all(judge: Judge, source: str, check: str) -> None:
    found, matches = judge(check, source)
    assert failed(found) == set() and found.points == found.max_points
    assert matches == ({"map_squeezed"} if check == "saliency" and source is CONSTANTS else set())


#: The check, edits of CONSTANTS, groups that are lost, and what is recognised. How maps and ascents are judged does not
#: depend on the dialect, and is tested without TensorFlow.
MISTAKES = {
    "all scores": (
        "saliency", [("tf.gradients(picked,", "tf.gradients(model.outputs,")], {"gradient", "scale"}, "all_scores",
    ),
    "half of the penalty": (
        "class_representative", [("l2_reg * tf.norm", "l2_reg / 2 * tf.norm")], {"regularisation"}, "l2_factor",
    ),
    "never moved": (
        "class_representative", [("np.random.randint(-max_jitter, max_jitter + 1, 2)", "0, 0")], {"jitter"}, None,
    ),
    "neither reading of the adversarial step, and the image given is changed": (
        "adversarial",
        [
            (" - 1e-3 * tf.norm(model.inputs) ** 2", ""),
            (" * 0.9 ** (i / num_iterations) * way / np.linalg.norm(way)", " * way"),
            ("X.copy()", "X"),
        ],
        {"normalisation", "input_unchanged"},
        "not_normalised",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_costs_its_groups_and_is_named(judge: Judge, mistake: str) -> None:
    check, edits, lost, named = MISTAKES[mistake]
    found, matches = judge(check, edited(CONSTANTS, *edits), False)
    assert failed(found) == lost and (named is None or named in matches)


def test_nothing_that_a_call_adds_to_a_graph_is_met_by_the_next(visualising) -> None:
    visualising.holds(
        CONSTANTS
        + """
def compute_class_representative_image(sess, model, target_y):
    for _ in range(100):
        tf.square(model.outputs)
    assert model is globals()['model'] and sess is globals()['sess'] is tf.get_default_session()
    return np.array([len(tf.get_default_graph().get_operations())])
"""
    )
    asked = {"function": "compute_class_representative_image", "arguments": {"target_y": 1}}
    counts = [int(visualising.probe("visualisation", **asked)["returned"][0]) for _ in range(3)]
    assert counts[0] == counts[1] == counts[2] > 100


@pytest.mark.parametrize(
    "parameters", ["sess, model, X, Y", "model, X, Y", "s, net, images, labels", "net, images, labels"]
)
def test_a_session_is_given_where_there_is_room_for_it(visualising, parameters: str) -> None:
    names = [name.strip() for name in parameters.split(",")]
    body = "np.array([float(isinstance(value, np.ndarray)) for value in given])"
    visualising.holds(
        f"{CONSTANTS}\ndef compute_saliency_maps({parameters}):\n    given = [{parameters}]\n    return {body}\n"
    )
    given = {"X": np.zeros((1, 64, 64, 3), np.float32), "Y": np.zeros(1, np.int64)}
    told = visualising.probe("visualisation", function="compute_saliency_maps", arguments=given)
    assert told["returned"].tolist() == [0.0] * (len(names) - 2) + [1.0, 1.0]


def failed(found: ItemResult) -> set[str]:
    return {check.id for check in found.checks if check.status is not ItemStatus.PASSED}
