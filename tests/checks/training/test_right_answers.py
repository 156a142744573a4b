"""Right answers in every style pass every case, a hundred times nearer than the tolerance."""

import pytest

from tests.checks.training import notebooks
from tests.checks.training.conftest import Ask
from tests.checks.training.verdict import failing, told

STYLES = {
    "sequential and fit": {},
    "functional": {"model": notebooks.FUNCTIONAL},
    "subclassed": {"model": notebooks.SUBCLASSED},
    "gradient tape and Keras optimiser": {"run": notebooks.TAPE},
    "gradient tape and assign_sub": {"run": notebooks.LOOP},
    "without Keras": {"model": notebooks.RAW, "run": notebooks.LOOP},
}
NEAR = 1e-5


@pytest.mark.parametrize("style", STYLES)
def test_every_style_is_exact(ask: Ask, style: str) -> None:
    for check in ("simple.define", "simple.train", "simple.evaluate"):
        cases = ask(check, **STYLES[style])
        assert not failing(cases) and not told(cases), (check, cases)
        assert max(max(case.errors["contract"].values()) for case in cases.values()) < NEAR


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_no_seed_makes_a_right_answer_wrong(ask: Ask, seed: int) -> None:
    for check in ("simple.define", "simple.train", "simple.evaluate", "inception.module", "inception.train"):
        assert not failing(ask(check, seed=seed, run=notebooks.LOOP))


@pytest.mark.parametrize("run", [notebooks.FIT, notebooks.TAPE])
def test_inception_is_exact(ask: Ask, run: str) -> None:
    for check in ("inception.module", "inception.train"):
        cases = ask(check, run=run)
        assert not failing(cases) and not told(cases), (check, cases)


def test_how_training_chooses_its_images_is_open(ask: Ask) -> None:
    drawn = notebooks.LOOP.replace("np.random.permutation(len(X))", "np.random.randint(0, len(X), len(X))")
    assert not failing(ask("simple.train", run=drawn))
    split = notebooks.FIT.replace("epochs=epochs", "epochs=epochs, validation_split=0.2")
    assert not failing(ask("simple.train", run=split))


def test_probabilities_with_a_loss_for_probabilities_lose_the_structure_alone(ask: Ask) -> None:
    pieces = {
        "layer_list": notebooks.LAYERS.replace("end=None", 'end="softmax"'),
        "compiled": notebooks.COMPILE.replace("from_logits=True", "from_logits=False"),
    }
    assert failing(ask("simple.define", **pieces)) == {"logits"}
    assert not failing(ask("simple.train", **pieces)) and not failing(ask("simple.evaluate", **pieces))
