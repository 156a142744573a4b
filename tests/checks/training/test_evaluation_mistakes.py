"""Each mistake in evaluating loses the case that is about it, and is named; open readings pass with a hint."""

import pytest

from tests.checks.training import notebooks
from tests.checks.training.conftest import Ask
from tests.checks.training.verdict import failing, told

LOOP = notebooks.LOOP
RETURN = "return np.mean(losses), np.mean(hits)"

#: The source of run_model, the failing groups, what is told.
MISTAKES: dict[str, tuple[str, set[str], set[str]]] = {
    "trains while evaluating": (
        LOOP.replace("if is_training:\n                for w", "if True:\n                for w"),
        {"unchanged"},
        {"trains_while_evaluating", "weights_changed"},
    ),
    "dropout and batch normalisation in training mode": (
        LOOP.replace('{"training": is_training}', '{"training": True}'),
        {"inference_mode"},
        {"training_mode", "statistics_changed"},
    ),
    "loss summed": (
        LOOP.replace(RETURN, "return np.sum(losses), np.mean(hits)"),
        {"loss"},
        {"loss_summed"},
    ),
    "number of images instead of their share": (
        LOOP.replace(RETURN, "return np.mean(losses), np.sum(hits)"),
        {"accuracy"},
        {"counts"},
    ),
    "share of mistakes": (
        LOOP.replace(RETURN, "return np.mean(losses), 1 - np.mean(hits)"),
        {"accuracy"},
        {"counts_mistakes"},
    ),
    "other order": (LOOP.replace(RETURN, "return np.mean(hits), np.mean(losses)"), {"loss"}, {"swapped"}),
    "softmax in the loss too": (
        LOOP.replace("tf.one_hot(Y[part], 10), logits", "tf.one_hot(Y[part], 10), tf.nn.softmax(logits)"),
        {"loss"},
        {"softmax_twice"},
    ),
    "accuracy made up": (LOOP.replace(RETURN, "return np.mean(losses), 0.85"), {"accuracy"}, set()),
    "logits taken for probabilities": (
        LOOP.replace(
            "tf.nn.softmax_cross_entropy_with_logits(tf.one_hot(Y[part], 10), logits)",
            "keras.losses.sparse_categorical_crossentropy(Y[part], logits)",
        ),
        {"loss"},
        {"from_logits_missing"},
    ),
    "both figures made up": (
        LOOP.replace(RETURN, "return 1.2, 0.85"),
        {"loss", "accuracy", "inference_mode", "last_batch"},
        {"fixed_figures"},
    ),
    "divides by whole batches": (
        LOOP.replace(RETURN, "return np.mean(losses), np.sum(hits) / (batch_size * -(-len(X) // batch_size))"),
        {"last_batch"},
        set(),
    ),
}
ACCEPTED: dict[str, tuple[str, set[str]]] = {
    "percent": (LOOP.replace(RETURN, "return np.mean(losses), 100 * np.mean(hits)"), {"percent"}),
    "last batch left out": (LOOP.replace("len(X), batch_size)", "len(X) // batch_size * batch_size, batch_size)"), set()),
    "last batch left out, in order": (
        LOOP.replace("len(X), batch_size)", "len(X) // batch_size * batch_size, batch_size)").replace(
            "np.random.permutation(len(X))", "np.arange(len(X))"
        ),
        {"drops_last_batch"},
    ),
    "mean of the batches' means": (
        LOOP.replace("losses += list(each.numpy())", "losses.append(np.mean(each))")
        .replace("hits += list(np.argmax(logits.numpy(), 1) == Y[part])", "hits.append(np.mean(np.argmax(logits, 1) == Y[part]))")
        .replace("np.random.permutation(len(X))", "np.arange(len(X))"),
        {"mean_of_batch_means"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_evaluation_mistake_is_held_against_what_it_is_about_and_named(ask: Ask, mistake: str) -> None:
    source, groups, expected = MISTAKES[mistake]
    assert source != LOOP
    cases = ask("simple.evaluate", run=source)
    assert failing(cases) == groups, cases
    assert told(cases) >= expected


@pytest.mark.parametrize(
    ("returned", "problem"),
    [
        ("np.mean(losses)", "no_pair"),
        ("{'loss': np.mean(losses), 'acc': np.mean(hits)}", "no_pair"),
        ("np.mean(losses), np.mean(hits), model", "wrong_count"),
        ("repr(float(np.mean(losses))), '%.3f%%' % (100 * np.mean(hits))", "no_number"),
    ],
)
def test_figures_in_another_form_lose_one_case(ask: Ask, returned: str, problem: str) -> None:
    cases = ask("simple.evaluate", run=LOOP.replace(RETURN, f"return {returned}"))
    assert failing(cases) == {"accuracy"} and problem in told(cases)


@pytest.mark.parametrize(
    "returned", ["None, None", "10**400, 0.5", "float('nan'), 0.5", "'low', 'high'", "{}", "iter([1, 2])"]
)
def test_what_is_no_figures_leaves_nothing_but_the_weights_to_judge(ask: Ask, returned: str) -> None:
    cases = ask("simple.evaluate", run=LOOP.replace(RETURN, f"return {returned}"))
    assert failing(cases) == set(cases) - {"unchanged"}


@pytest.mark.parametrize(
    "returned",
    [
        "tf.Variable(np.mean(losses)), tf.constant(np.mean(hits))",
        "tf.cast(np.mean(losses), tf.float32), keras.Variable(np.mean(hits))",
        "np.array([[np.mean(losses), np.mean(hits)]])",
    ],
)
def test_figures_may_be_of_any_type_that_holds_numbers(ask: Ask, returned: str) -> None:
    assert not failing(ask("simple.evaluate", run=LOOP.replace(RETURN, f"return {returned}")))


def test_what_comes_with_the_model_is_given_to_run_model_where_that_expects_it(ask: Ask) -> None:
    pair = notebooks.SEQUENTIAL.replace("return compiled(", "model = compiled(")
    pair += "    return model, keras.optimizers.SGD(0.01)\n"
    run = LOOP.replace("    flag =", "    model, optimizer = model\n    flag =")
    cases = ask("simple.evaluate", model=pair, run=run)
    assert not failing(cases) and cases["inference_mode"].asked["network"] == "none could be run"
    assert not failing(ask("simple.train", model=pair, run=run))


def test_a_model_that_has_taken_its_functions_name_is_looked_at_itself(ask: Ask) -> None:
    shadowed = notebooks.SEQUENTIAL + "\nsimple_model = simple_model()\n"
    for check in ("simple.define", "simple.train", "simple.evaluate"):
        assert not failing(ask(check, model=shadowed))


@pytest.mark.parametrize("end", ["layers.Reshape((10, 1))", "layers.Dense(2)", "layers.Reshape((1, 10))"])
def test_scores_that_are_no_row_for_each_image_are_told(ask: Ask, end: str) -> None:
    layer_list = notebooks.LAYERS.replace(
        "layers.Dense(10, activation=end)", f"layers.Dense(10, activation=end), {end}"
    )
    cases = ask("simple.evaluate", run=LOOP, layer_list=layer_list)
    assert "wrong_shape" in told(cases) and failing(cases) == set(cases)


def test_random_draws_are_no_evaluation(ask: Ask) -> None:
    cases = ask(
        "simple.evaluate", run=LOOP.replace("np.random.permutation(len(X))", "np.random.randint(0, len(X), len(X))")
    )
    assert "loss" in failing(cases) and "random_draws" in told(cases)
    # Whether the last batch comes out right as well is chance: that case draws too.
    assert "unchanged" not in failing(cases)


@pytest.mark.parametrize("reading", ACCEPTED)
def test_open_readings_pass_with_a_hint(ask: Ask, reading: str) -> None:
    source, expected = ACCEPTED[reading]
    assert source != LOOP
    cases = ask("simple.evaluate", run=source)
    assert not failing(cases), cases
    assert told(cases) >= expected


def test_code_that_runs_only_its_own_networks_is_asked_about_my_model(ask: Ask) -> None:
    picky = LOOP.replace("    flag =", "    assert hasattr(model, 'ours')\n    flag =")
    model = "def simple_model():\n    made = keras.Sequential([keras.Input((32, 32, 3)), *layer_list()])\n    made.ours = 1\n    return made\n"
    own = (
        "def my_model():\n    made = keras.Sequential([keras.Input((32, 32, 3)), layers.Flatten(), layers.Dropout(0.5), "
        "layers.Dense(10)])\n    made.ours = 1\n    return made\n"
    )
    cases = ask("simple.evaluate", model=model, run=picky, more=own)
    assert not failing(cases) and cases["inference_mode"].asked["network"] == "my_model"
    wrong = picky.replace('{"training": is_training}', '{"training": True}')
    assert failing(ask("simple.evaluate", model=model, run=wrong, more=own)) == {"inference_mode"}
    cases = ask("simple.evaluate", model=model, run=wrong)
    assert not failing(cases) and cases["inference_mode"].asked["network"] == "none could be run"
