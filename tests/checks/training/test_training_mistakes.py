"""Each mistake in training loses the case that is about it, and is named."""

import pytest

from tests.checks.training import notebooks
from tests.checks.training.conftest import Ask
from tests.checks.training.verdict import failing, told


def compiled(optimizer: str = "keras.optimizers.SGD(0.01)", loss: str | None = None) -> str:
    source = notebooks.COMPILE.replace("optimizer or keras.optimizers.SGD(0.01)", optimizer)
    plain = "loss or keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
    return source.replace(plain, loss) if loss is not None else source


def layers_with(more: str, before: str = "layers.Dense(8,") -> str:
    return notebooks.LAYERS.replace(before, more)


def own_batches(size: int) -> str:
    return notebooks.LOOP.replace("    flag =", f"    batch_size = {size}\n    flag =")


LOSS = "keras.losses.SparseCategoricalCrossentropy"
DENSE_8 = "layers.Dense(8, activation"
#: What is replaced, the failing groups, what is told.
MISTAKES: dict[str, tuple[dict[str, str], set[str], set[str]]] = {
    "learning rate ten times too large": (
        {"run": notebooks.LOOP.replace("0.01 * g", "0.1 * g")},
        {"one_step"},
        {"learning_rate"},
    ),
    "learning rate ten times too small": (
        {"run": notebooks.LOOP.replace("0.01 * g", "0.001 * g")},
        {"one_step"},
        {"learning_rate"},
    ),
    "adam": ({"compiled": compiled("keras.optimizers.Adam(0.01)")}, {"one_step"}, {"other_optimizer"}),
    "rmsprop": ({"compiled": compiled("keras.optimizers.RMSprop(0.001)")}, {"one_step"}, {"other_optimizer"}),
    "momentum": ({"compiled": compiled("keras.optimizers.SGD(0.01, momentum=0.9)")}, {"batches"}, {"momentum"}),
    "nesterov": (
        {"compiled": compiled("keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True)")},
        {"one_step"},
        {"momentum"},
    ),
    "loss summed": (
        {"compiled": compiled(loss=f"{LOSS}(from_logits=True, reduction='sum')")},
        {"one_step"},
        {"loss_summed"},
    ),
    "from_logits forgotten": ({"compiled": compiled(loss=f"{LOSS}()")}, {"one_step"}, {"from_logits_missing"}),
    "loss by its name": (
        {"compiled": compiled(loss="'sparse_categorical_crossentropy'")},
        {"one_step"},
        {"from_logits_missing"},
    ),
    "logits taken for probabilities in a loop": (
        {
            "run": notebooks.LOOP.replace(
                "tf.nn.softmax_cross_entropy_with_logits(tf.one_hot(Y[part], 10), logits)",
                "keras.losses.sparse_categorical_crossentropy(Y[part], logits)",
            )
        },
        {"one_step"},
        {"from_logits_missing"},
    ),
    "adam at its usual rate": ({"compiled": compiled("'adam'")}, {"one_step"}, {"other_optimizer"}),
    "adagrad": ({"compiled": compiled("keras.optimizers.Adagrad(0.01)")}, {"one_step"}, {"other_optimizer"}),
    "weight decay of the optimiser": (
        {"compiled": compiled("keras.optimizers.SGD(0.01, weight_decay=0.01)")},
        {"one_step"},
        {"weight_decay"},
    ),
    "little weight decay": (
        {"layer_list": layers_with("layers.Dense(8, kernel_regularizer=keras.regularizers.l2(0.01),")},
        {"one_step"},
        {"weight_decay"},
    ),
    "softmax in the loss too": (
        {
            "run": notebooks.LOOP.replace(
                "tf.one_hot(Y[part], 10), logits", "tf.one_hot(Y[part], 10), tf.nn.softmax(logits)"
            )
        },
        {"one_step"},
        {"softmax_twice"},
    ),
    "weight decay": (
        {"layer_list": layers_with("layers.Dense(8, kernel_regularizer=keras.regularizers.l2(0.1),")},
        {"one_step"},
        {"weight_decay"},
    ),
    "frozen layer": (
        {"layer_list": layers_with("layers.Dense(8, trainable=False,"), "run": notebooks.LOOP},
        {"one_step"},
        {"layers_not_trained"},
    ),
    "epochs ignored": (
        {"run": notebooks.LOOP.replace("range(epochs if is_training else 1)", "range(1)")},
        {"batches"},
        {"epochs_ignored", "steps"},
    ),
    "batch size ignored": (
        {"run": own_batches(500)},
        {"batches"},
        {"batch_size_ignored", "steps"},
    ),
    "image by image": (
        {"run": own_batches(1)},
        {"batches"},
        {"batch_size_ignored", "steps"},
    ),
    "batches of a size of its own": (
        {"run": own_batches(24)},
        {"batches"},
        {"steps"},
    ),
    "optimiser never applied": (
        {"run": notebooks.LOOP.replace("w.assign_sub(0.01 * g)", "pass")},
        {"one_step", "batches", "loss_goes_down"},
        {"not_trained", "loss_not_lower"},
    ),
    "up the gradient": (
        {"run": notebooks.LOOP.replace("assign_sub", "assign_add")},
        {"one_step", "loss_goes_down"},
        {"gradient_ascent", "loss_not_lower"},
    ),
    "nothing returned": (
        {"run": notebooks.FIT.replace("    return loss, accuracy", "    history = 1")},
        {"loss_returned"},
        {"returned_none"},
    ),
    "the same figures returned by every training": (
        {"run": notebooks.FIT.replace("    return loss, accuracy", "    return 0.5, 0.5")},
        {"loss_returned"},
        {"fixed_figures"},
    ),
    "history returned": (
        {"run": notebooks.FIT.replace("model.fit(", "return model.fit(")},
        {"loss_returned"},
        {"no_pair"},
    ),
}


#: Near relatives of others, which only `make soak` tries.
RELATIVES = {
    "nesterov",
    "loss by its name",
    "adam at its usual rate",
    "adagrad",
    "little weight decay",
    "weight decay of the optimiser",
    "image by image",
    "batches of a size of its own",
}


@pytest.mark.parametrize(
    "mistake", [pytest.param(name, marks=[pytest.mark.soak] * (name in RELATIVES)) for name in MISTAKES]
)
def test_training_mistake_is_held_against_what_it_is_about_and_named(ask: Ask, mistake: str) -> None:
    pieces, groups, expected = MISTAKES[mistake]
    cases = ask("simple.train", **pieces)
    assert failing(cases) == groups, cases
    assert told(cases) == expected


def test_the_learning_rate_that_was_used_is_told(ask: Ask) -> None:
    cases = ask("simple.train", run=notebooks.LOOP.replace("0.01 * g", "0.05 * g"))
    assert cases["one_step"].problems[0].values == {"rate": "0.05", "expected": "0.01"}


@pytest.mark.parametrize("layer", ["layers.Dropout(0.5)", "layers.BatchNormalization()"])
def test_a_layer_that_acts_while_training_loses_the_structure_and_not_the_training(ask: Ask, layer: str) -> None:
    pieces = {"layer_list": layers_with(f"{layer}, layers.Dense(8,")}
    assert failing(ask("simple.define", **pieces)) == {"nothing_else"}
    cases = ask("simple.train", **pieces)
    assert not failing(cases) and told(cases) == {"training_pass_differs"}


def test_run_model_that_raises_fails_every_case_with_its_error(ask: Ask) -> None:
    cases = ask("simple.train", run="def run_model(*given):\n    raise KeyError('net')\n")
    assert all(case.error is not None and case.error.type == "KeyError" for case in cases.values())


def test_a_function_that_gives_no_model_is_told(ask: Ask) -> None:
    assert told(ask("simple.define", model="def simple_model():\n    pass\n")) == {"returned_none"}
    cases = ask("simple.define", model="def simple_model():\n    return 3\n")
    assert told(cases) == {"not_a_model"} and len(failing(cases)) == len(cases)
