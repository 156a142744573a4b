"""Right answers for TensorFlow 1 pass every case, in whichever style."""

import pytest

from tests.checks.tensorflow1.conftest import ONE_STEP, Ask
from tests.checks.tensorflow1.notebooks import LAYERS, PLAIN, edited
from tests.checks.training.verdict import failing, told

CHECKS = ("simple.define", "simple.train", "simple.evaluate", "inception.module", "inception.train")
STYLES = {
    "layers": (LAYERS, set()),
    "plain operations": (PLAIN, {"drops_last_batch"}),
}
NEAR = 1e-5


@pytest.mark.parametrize("style", STYLES)
def test_every_style_is_exact(ask: Ask, style: str) -> None:
    source, hints = STYLES[style]
    for check in CHECKS:
        cases = ask(check, source)
        assert not failing(cases) and told(cases) <= hints, (check, cases)
        assert max(max(case.errors["contract"].values()) for case in cases.values()) < NEAR


@pytest.mark.parametrize(
    ("edits", "hints"),
    [
        ((("def run_model(session, model,", "def run_model(sess, model,"), ("session.run", "sess.run")), set()),
        ((("def run_model(session, model,", "def run_model(net, session,"), ("model.", "net.")), set()),
        ((("hits / len(X)", "100 * hits / len(X)"),), {"percent"}),
        ((("        sess.run(model.loss, {model.x: X_val, model.y: Y_val})\n", "        tf.one_hot(Y, 10).eval()\n"),), set()),
    ],
    ids=("the parameter is sess", "the model comes first", "in percent", "the default session"),
)  # fmt: skip
def test_what_no_contract_settles_is_open(ask: Ask, edits: tuple[tuple[str, str], ...], hints: set[str]) -> None:
    for check in (ONE_STEP, "simple.evaluate"):
        cases = ask(check, edited(LAYERS, edits))
        assert not failing(cases) and told(cases) <= hints, (check, cases)


def test_a_module_may_be_a_method(ask: Ask) -> None:
    module, rest = LAYERS.index("def Inception_module"), LAYERS.index("class complex_model")
    method = "".join(f"    {line}\n" for line in LAYERS[module:rest].splitlines()).replace(
        "module(Input,", "module(self, Input,"
    )
    source = LAYERS[:module] + edited(
        LAYERS[rest:],
        [("class complex_model(object):\n", f"class complex_model(object):\n{method}"),
         ("(Inception_module(", "(self.Inception_module(")],
    )  # fmt: skip
    for check in ("inception.module", "inception.train"):
        assert not failing(ask(check, source)), check
