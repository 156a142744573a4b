"""What of a notebook is replayed: definitions and settings, and nothing that trains, evaluates, plots or loops."""

from __future__ import annotations

import ast

import pytest

from grader.execute.cell_source import parse_cell
from grader.execute.definitions import definitions

REPLAYED = [
    "import numpy as np",
    "from Utils.data_utils import load_CIFAR10",
    "X_train, Y_train, X_val, Y_val, X_test, Y_test, Class_names = load_CIFAR10()",
    "X_train, X_rest = train_test_split(X)",
    "X = scaler.fit_transform(X)",
    "learning_rate: float = 0.01",
    "X_train -= mean",
    "conf['lr'] = 0.1",
    "def train():\n    for _ in range(3): model.fit(X)",
    "async def later(): pass",
    "class Net(keras.Model):\n    def train_step(self, data): return self.fit(data)",
    "@tf.function\ndef step(x): return optimizer.apply_gradients(x)",
    "model = my_model()",
    "train_later = lambda: model.fit(X)",
    "sys.path.append('Utils')",
    "os.environ['TF_X'] = '1'",
    "os.environ.setdefault('TF_X', '1')",
    "tf.config.run_functions_eagerly(True)",
    "tf.random.set_seed(0)",
    "os.makedirs('Utils/model_checkpoints', exist_ok=True)",
    "try:\n    import a\nexcept ImportError:\n    print('no a')\n    a = None",
    "if gpus:\n    tf.config.set_visible_devices([])\nelse:\n    print('CPU')",
    "if __name__ == '__main__':\n    depth = 3",
    "with open('conf.json') as file:\n    conf = json.load(file)",
    "%time data = load_CIFAR10()",
]
LEFT_OUT = [
    "print(1)",
    "model.summary()",
    "plt.plot(x)",
    "history = model.fit(X_train, Y_train)",
    "h = {'loss': [my_model().fit(X).history for _ in range(3)]}",
    "loss, accuracy = run_model(model, X_val, Y_val)",
    "scores = model.predict(X_test)",
    "result = evaluate_all(models)",
    "run_model(model, X, Y, is_training=True)",
    "for rate in rates: model = my_model(rate)",
    "while True: pass",
    "if training:\n    history = model.fit(X)",
    "if ready:\n    x = 1\n    plt.show()",
    "try:\n    model.fit(X)\nexcept Exception:\n    pass",
    "with tf.device('/CPU:0'):\n    model.fit(X)",
    "if run_model(model, X, Y)[1] > 0.7:\n    good = True",
    "name = input('?')",
    "!pip install keras",
    "%matplotlib inline",
    "files = !ls",
    "get_ipython().run_line_magic('cd', '..')",
    "files = get_ipython().getoutput('ls')",
    "model?",
    "%%bash\nrm -rf x\n",
    "'text'",
    "def train(m=model.fit(X)): pass",
]


def replayed(*sources: str) -> list[str]:
    return [ast.unparse(found.statement) for found in definitions(sources) if found.statement is not None]


@pytest.mark.parametrize("source", REPLAYED)
def test_definitions_are_replayed(source: str) -> None:
    assert len(replayed(source)) == 1


@pytest.mark.parametrize("source", LEFT_OUT)
def test_what_trains_shows_or_loops_is_left_out(source: str) -> None:
    assert replayed(source) == []


def test_functions_of_the_notebook_that_train_are_known_by_what_they_call() -> None:
    helpers = (
        "def one(m): return m.fit(X)\ndef explore(n): return [one(m) for m in range(n)]\n"
        "class Trainer:\n    def __init__(self): self.h = explore(3)\n    def best(self): return explore(1)\n"
        "class Plain:\n    def __init__(self): self.x = 1\n"
        "go = lambda: explore(2)"
    )
    later = "a = explore(3)\nb = Trainer()\nc = t.best()\nd = Plain()\ne = go()\nf = explore"
    assert replayed(helpers, later)[-2:] == ["d = Plain()", "f = explore"]
    assert len(replayed(helpers, later)) == 5 + 2


def test_definitions_keep_their_order_and_place() -> None:
    found = definitions(["a = 1\n\n%magic\nb = 2", "print(a)", "\nc = 3"])
    assert [(entry.cell, entry.line) for entry in found] == [(1, 1), (1, 4), (3, 2)]


def test_a_cell_that_is_no_python_is_told_and_loses_no_other() -> None:
    found = definitions(["a = (", "b = 2", "c = '\0'", "d = 4"])
    assert [entry.cell for entry in found] == [1, 2, 3, 4]
    assert [entry.error is None for entry in found] == [False, True, False, True]


@pytest.mark.parametrize("source", ["-" * 100_000 + "1", "(" * 5000 + ")" * 5000, "a." * 50_000 + "b"])
def test_code_made_to_break_parsers_is_told_as_no_python(source: str) -> None:
    try:
        assert isinstance(parse_cell(source), ast.Module)
    except SyntaxError:
        pass


def test_magics_go_and_the_python_around_them_stays() -> None:
    source = (
        "%load_ext autoreload\n"
        "if True:\n    !pip install x \\\n        y\n"
        "total = (7\n    % 4)\n"
        "%time slow = 3\n"
        "text = '''\n!kept\n'''\n"
        "listing = %sx ls\n"
        "print?\n"
        "last = 1"
    )
    names: dict[str, object] = {}
    exec(compile(parse_cell(source), "cell", "exec"), names)
    assert (names["total"], names["slow"], names["text"], names["last"]) == (3, 3, "\n!kept\n", 1)
    assert "listing" not in names


@pytest.mark.parametrize(
    ("source", "statements"),
    [("%%time\nx = 1", 1), ("\n%%capture out\nx = 1\ny = 2", 2), ("%%writefile a.py\nx = 1", 0), ("%%html\n<b>", 0)],
)
def test_cell_magics_hold_python_only_where_it_runs_in_the_notebook(source: str, statements: int) -> None:
    assert len(parse_cell(source).body) == statements
