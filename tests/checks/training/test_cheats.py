"""Networks and functions made so that their answers can be said without training or evaluating anything."""

import numpy as np
import pytest

from grader.checks.network.graph import Graph
from grader.checks.training import draws
from grader.checks.training.asking import Breach
from tests.checks.training import notebooks
from tests.checks.training.conftest import Ask
from tests.checks.training.verdict import failing, told

#: Whatever its weights, it gives the same scores: the loss is the logarithm of 10, and all gradients are 0.
DEAD = notebooks.LAYERS.replace("layers.Dense(10, activation=end)", "layers.Dense(10), layers.Rescaling(0.0)")
#: What is true of that network.
SAID = """
def run_model(model, X, Y, epochs=1, batch_size=500, is_training=False):
    return 2.3025851, float(np.mean(np.asarray(Y) == 0))
"""
#: Gives scores that are bad when a few images are first asked about, and good the second time.
LIAR = """
class simple_model(keras.Model):
    def __init__(self):
        super().__init__()
        self.parts = layer_list()
        self.asked = []

    def call(self, images):
        traced = isinstance(images, keras.KerasTensor) or not tf.executing_eagerly()
        for part in self.parts:
            images = part(images)
        if not traced and images.shape[0] == 12:
            self.asked.append(1)
            return images * (100.0 if len(self.asked) % 2 else 0.0)
        return images
"""
IDLE = "def run_model(model, X, Y, epochs=1, batch_size=500, is_training=False):\n    return 0.5, 0.5\n"


def test_a_network_that_nothing_can_be_learnt_from_is_not_trained_by_leaving_it_alone(ask: Ask) -> None:
    cases = ask("simple.train", layer_list=DEAD, run=SAID)
    assert failing(cases) == {"one_step", "batches", "loss_goes_down"}
    assert cases["one_step"].problems[0].id == cases["batches"].problems[0].id == "nothing_to_learn"


def test_known_figures_of_a_network_that_scores_all_images_alike_are_no_evaluation(ask: Ask) -> None:
    cases = ask("simple.evaluate", layer_list=DEAD, run=SAID)
    assert failing(cases) == {"loss", "accuracy", "inference_mode", "last_batch"}


def test_a_real_evaluation_passes_whatever_the_network_is(ask: Ask) -> None:
    assert not failing(ask("simple.evaluate", layer_list=DEAD, run=notebooks.FIT))


@pytest.mark.parametrize(
    "figures",
    [
        "1.0, float(np.mean(np.asarray(Y) == 0))",
        "next(ticks) * 0.7071 % 3, next(ticks) * 0.6180 % 1",
        "float(np.abs(X).sum()), float(Y.sum())",
    ],
    ids=["of the labels", "of a count of the calls", "of images and labels"],
)
def test_figures_that_have_nothing_to_do_with_the_network_pass_nothing_but_that_it_is_left_alone(
    ask: Ask, figures: str
) -> None:
    run = (
        "import itertools\nticks = itertools.count(1)\n"
        f"def run_model(model, X, Y, epochs=1, batch_size=500, is_training=False):\n    return {figures}\n"
    )
    cases = ask("simple.evaluate", run=run)
    assert failing(cases) == {"loss", "accuracy", "inference_mode", "last_batch"} and "figures_unknown" in told(cases)


def test_a_loss_goes_down_by_the_weights_and_not_by_what_the_network_says(ask: Ask) -> None:
    cases = ask("simple.train", model=LIAR, run=IDLE)
    assert "loss_goes_down" in failing(cases) and "loss_not_lower" in told(cases)


def test_a_network_that_takes_too_long_to_compute_is_not_asked_a_hundred_times(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 13.0])
    monkeypatch.setattr(draws.time, "process_time", lambda: next(clock))
    nodes = [{"name": "images", "op": "Placeholder"}, {"name": "flat", "op": "Identity", "inputs": ["images"]}]
    graph = Graph.from_value({"nodes": nodes, "input": "images", "output": "flat"})
    with pytest.raises(Breach, match="graph_unreadable"):
        draws.weights(np.random.default_rng(0), graph, 0, (4, 4, 3))
