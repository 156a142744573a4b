"""Which TensorFlow a hand-in is written for, read from its code."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest

from grader.checks.training.notebook_code import code_of
from grader.dialects.dialect import Dialect
from grader.dialects.recognition import dialect_of
from tests.dialects.hand_in import TRAINING, VISUALISING, notebook

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("cells", [TRAINING, VISUALISING])
def test_graphs_and_sessions_are_tensorflow_1(cells: tuple[str, ...]) -> None:
    assert dialect_of([code_of(notebook(cells))]) is Dialect.TF1


@pytest.mark.parametrize("folder", ["reference", "student_template"])
def test_what_is_handed_out_now_is_tensorflow_2(folder: str) -> None:
    notebooks = [nbformat.read(path, 4) for path in sorted((ROOT / folder).glob("*.ipynb"))]
    assert len(notebooks) == 3
    assert dialect_of([code_of(each) for each in notebooks]) is Dialect.TF2


@pytest.mark.parametrize(
    "source",
    [
        "import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()\nx = tf.placeholder(tf.float32)",
        "from tensorflow.compat import v1\nx = v1.placeholder('float')",
        "import tensorflow as T\nT.layers.conv2d",
        "from tensorflow.contrib.layers import flatten",
        "def run_model(session, model, X, Y):\n    pass",
        "def compute_saliency_maps(sess, model, X, Y):\n    pass",
        "import tensorflow as tf\nfrom tensorflow.keras.utils import to_categorical\ns = tf.Session()\np = tf.placeholder(0)",
    ],
)
def test_tensorflow_1_is_known_by_any_of_its_names(source: str) -> None:
    assert dialect_of([ast.parse(source)]) is Dialect.TF1


@pytest.mark.parametrize(
    "source",
    [
        "",
        "import numpy as np\nprint(np.placeholder)",
        "import tensorflow as tf\ntf.compat.v1.logging.set_verbosity('ERROR')\nm = tf.keras.Sequential()",
        "import keras\nfrom keras import layers\nlayers.Conv2D(8, 9)",
        "import tensorflow as tf\nwith tf.GradientTape() as tape:\n    pass\ntf.nn.relu(1)",
        "class tf:\n    Session = 1\ntf.Session",
    ],
)
def test_everything_else_is_tensorflow_2(source: str) -> None:
    assert dialect_of([ast.parse(source)]) is Dialect.TF2
