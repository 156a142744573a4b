"""What is read of a notebook without running it: which functions are written, the write-up, what outputs claim."""

import json

import pytest

from grader.checks.training.claims import claimed_accuracy, in_line
from grader.checks.training.notebook_code import code_of, implementation
from grader.checks.training.writeup import observe_writeup

FUNCTIONS = ("simple_model", "run_model")
STUB = "def simple_model():\n    # TODO\n    raise NotImplementedError('later')\n"
RUN = "def run_model(model, X, Y, *more):\n    return model.evaluate(X, Y)\n"


def notebook(*cells: tuple[str, str]) -> dict[str, object]:
    return {"cells": [{"cell_type": kind, "source": source.splitlines(keepends=True)} for kind, source in cells]}


def code(*sources: str) -> dict[str, object]:
    return notebook(*(("code", source) for source in sources))


@pytest.mark.parametrize(
    ("sources", "state"),
    [
        ((), "absent"),
        ((RUN,), "absent"),
        ((STUB, RUN), "stub"),
        ((STUB.replace("raise NotImplementedError('later')", "pass"), RUN), "stub"),
        (("def simple_model():\n    return build()\n", RUN), "written"),
        (("class simple_model(keras.Model):\n    pass\n", RUN), "written"),
        (("class simple_model(object):\n    def __init__(self):\n        # TODO\n        pass\n", RUN), "stub"),
        (("class simple_model(object):\n    def __init__(self):\n        self.x = build()\n", RUN), "written"),
        (("from mine import simple_model, run_model",), "written"),
        (("%matplotlib inline\n!pip list\nsimple_model = lambda: build()", "%%time\n" + RUN), "written"),
        (("def broken(:\n", "def simple_model():\n    return build()\n", RUN), "written"),
        ((STUB, "def simple_model():\n    return build()\n", RUN), "written"),
        (("def simple_model(:\n    return build()\n", RUN), "absent"),
    ],
)
def test_a_function_is_absent_a_stub_or_written(sources: tuple[str, ...], state: str) -> None:
    assert implementation(code_of(code(*sources)), FUNCTIONS) == state


TEMPLATE = json.dumps(
    notebook(("markdown", "# Title\n\nRead this."), ("markdown", "*TODO(p2.better.writeup): write your answer here.*"))
).encode()


@pytest.mark.parametrize(
    ("cells", "state", "count"),
    [
        (("# Title\n\nRead this.", "*TODO(p2.better.writeup): write your answer here.*"), "untouched", 0),
        (
            ("#  Title\nRead this.  ", "<!-- mine --> *TODO(p2.better.writeup): write your answer here.*"),
            "untouched",
            0,
        ),
        (("# Title\n\nRead this.", "*TODO(p2.better.writeup): write your answer here.*\nWe tried Adam."), "written", 1),
        (("# Title\n\nRead this.", "We tried Adam.", "Then SGD."), "written", 2),
        (("# Title\n\nRead this. We did.",), "written", 1),
        (("# Title\n\nRead this.",), "empty", 0),
        ((), "empty", 0),
    ],
)
def test_markdown_that_was_not_handed_out_is_the_write_up(cells: tuple[str, ...], state: str, count: int) -> None:
    found = observe_writeup(notebook(*(("markdown", cell) for cell in cells)), TEMPLATE)
    assert (found.state, len(found.cells)) == (state, count)


def test_without_the_template_what_is_left_of_the_task_does_not_count() -> None:
    cells = notebook(("markdown", "*TODO(p2.better.writeup): write your answer here.*"))
    assert observe_writeup(cells, None).state == "untouched"
    assert observe_writeup(None, TEMPLATE).state == "empty"


@pytest.mark.parametrize(
    ("line", "accuracy"),
    [
        ("Validation accuracy: 0.7312", 0.7312),
        ("validation acc = 71.5 %", 0.715),
        ("Validation accuracy: 71.5", 0.715),
        ("40/40 - 2s - loss: 0.9 - accuracy: 0.55 - val_loss: 1.1 - val_accuracy: 0.6120", 0.612),
        ("my_model, validation: loss 1.0500, accuracy 0.6900", 0.69),
        ("accuracy on the validation set: 0.71", 0.71),
        ("Val accuracy 0.5, val accuracy 0.6", 0.6),
        ("(Loss, Accuracy) on Validation Dataset (0.9776, 0.74)", 0.74),
        ("(Loss, Accuracy) on Validation Dataset (2.3, 16.00)", 0.16),
        ("(Loss, Accuracy) on Test Dataset (0.9862, 0.73)", None),
        ("Test accuracy: 0.9", None),
        ("accuracy: 0.9", None),
        ("validation loss: 0.5", None),
        ("validation accuracy: 250", None),
        ("interval accuracy 0.5", None),
        ("", None),
    ],
)
def test_a_line_claims_a_validation_accuracy_or_none(line: str, accuracy: float | None) -> None:
    found = in_line(line)
    assert found is None if accuracy is None else found == pytest.approx(accuracy)


def test_the_last_claim_from_the_own_model_on_counts() -> None:
    def cell(source: str, text: str) -> dict[str, object]:
        output = {"output_type": "stream", "name": "stdout", "text": text}
        return {"cell_type": "code", "source": source, "outputs": [output]}

    simple = cell("run_model(simple_model())", "Validation accuracy: 0.2")
    own = cell("def my_model(): pass", "")
    training = cell("train(m)", "epoch 1 val_accuracy: 0.5\rval_accuracy: 0.6\nval_accuracy: \x1b[1m0.7\x1b[0m\n")
    assert claimed_accuracy({"cells": [simple, own]}) is None
    assert claimed_accuracy({"cells": [simple, own, training]}) == pytest.approx(0.7)
    assert claimed_accuracy(None) is None
