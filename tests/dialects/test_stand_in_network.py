"""The network that stands in for the one of the TensorFlow 1 years is the one that is handed out, at another size."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pytest

from grader.dialects.tf1.expected_network import ExpectedNetwork
from grader.dialects.tf1.given_files import given_files
from tests.dialects.hand_in import notebook

_CELL = """
import json
import numpy as np
import tensorflow as tf
from Utils.data_utils import load_ImageNet_val, random_noise_image, jitter_image, unjitter_image
from Utils.model_utils import SqueezeNet
sess = tf.Session()
model = SqueezeNet(sess)
X, Y, names = load_ImageNet_val(60)
scores = np.concatenate([sess.run(model.outputs, {model.inputs: X[i:i + 20]}) for i in range(0, 60, 20)])
moved = unjitter_image(jitter_image(X, 3, -5), 3, -5)
print(json.dumps({
    'shape': X.shape, 'scores': scores[:, :10].tolist(), 'classes': scores.shape[1], 'best': scores.argmax(1).tolist(),
    'labels': Y.tolist(), 'names': len(names), 'norms': np.linalg.norm(X.reshape(60, -1), axis=1).tolist(),
    'noise': random_noise_image(2).shape, 'unmoved': bool(np.allclose(moved, X, atol=1e-6)),
}))
"""


@pytest.fixture(scope="module")
def told(tensorflow1, work_folder, limits, printed) -> Mapping[tuple[int, int], dict]:
    """What the cell prints where a notebook expects images of a size: 224 and 1000 classes, 32 and ten, 70 x 100."""
    answers = {}
    for height, width, classes in ((224, 224, 1000), (32, 32, 10), (70, 100, 12)):
        files = {**work_folder, **given_files(_handed_out(work_folder), ExpectedNetwork(height, width, classes))}
        with tensorflow1.workspace(files, limits) as workspace:
            seen = workspace.run_notebook(notebook((_CELL,)), "notebook")
        assert seen.error is None
        answers[height, width] = json.loads(printed(seen)[0])
    return answers


def _handed_out(work_folder: Mapping[str, bytes]) -> dict[str, bytes]:
    today = {"Utils/data_utils.py": "Utils/served_data.py", "Utils/model_utils.py": "Utils/served_model.py"}
    return {name: work_folder[today.get(name, name)] for name in work_folder}


@pytest.mark.parametrize(("size", "classes"), [((224, 224), 1000), ((32, 32), 10), ((70, 100), 12)])
def test_images_scores_and_names_have_the_expected_sizes(told, size: tuple[int, int], classes: int) -> None:
    answer = told[size]
    assert answer["shape"] == [60, *size, 3] and answer["noise"] == [2, *size, 3]
    assert answer["classes"] == answer["names"] == classes
    assert answer["unmoved"]


def test_small_network_knows_its_classes(told) -> None:
    answer = told[32, 32]
    assert np.mean(np.equal(answer["best"], answer["labels"])) > 0.7


@pytest.mark.parametrize("size", [(224, 224), (70, 100)])
def test_enlarged_images_have_the_scores_of_small_ones(told, size: tuple[int, int]) -> None:
    np.testing.assert_allclose(told[size]["scores"], told[32, 32]["scores"], rtol=1e-3, atol=1e-3)


def test_images_keep_their_norm_and_their_class_among_a_thousand(told) -> None:
    large, small = told[224, 224], told[32, 32]
    np.testing.assert_allclose(large["norms"], small["norms"], rtol=1e-4)
    assert large["best"] == small["best"]
