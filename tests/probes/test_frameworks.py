"""Stubs of forbidden packages: free to import and to mention, an error to use."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from grader.probes.frameworks import ForbiddenFrameworkError, forget_uses, install_stand_ins, used_frameworks

PACKAGE = "forbidden_package_of_test"
STUDENT = "student_of_frameworks"


@pytest.fixture
def student(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], object]]:
    """Imports a module of the given source, in which the package `T` stands for the forbidden one."""
    finders, modules = list(sys.meta_path), set(sys.modules)
    monkeypatch.syspath_prepend(str(tmp_path))
    install_stand_ins([PACKAGE])
    forget_uses()

    def make(source: str) -> object:
        sys.modules.pop(STUDENT, None)
        importlib.invalidate_caches()
        (tmp_path / f"{STUDENT}.py").write_text(re.sub(r"\bT\b", PACKAGE, source))
        return importlib.import_module(STUDENT)

    yield make
    sys.meta_path[:] = finders
    for name in set(sys.modules) - modules:
        if name.startswith((PACKAGE, STUDENT, "numba", "tqdm", "past")):
            del sys.modules[name]
    forget_uses()


@pytest.mark.parametrize(
    "source",
    [
        "import T",
        "import T.keras.layers as layers\nx = layers.Dense(3)(4)[0] + 1\nfor y in x: pass",
        "from T.keras import layers, models\nx = models.Model.__doc__",
        "from T.examples.tutorials.mnist import data",
        "from T import *",
        "import importlib\nt = importlib.import_module('T.nn')",
        "t = __import__('T.nn', fromlist=['relu']).relu",
        "import T\nassert T.__version__ == '0' and not isinstance(3, T.Tensor)",
        "import T\nclass Net(T.Module):\n    pass\nclass Both(Net, T.Mixin): pass",
        "import T\nwith T.device('cpu') as d: x = T.ones([2])\nx[0] = 1\nfloat(x), int(x), len(x), -x, x @ x, 2 * x",
        "import T\nT.config.threads = 3\nif T.config: pass",
    ],
)
def test_importing_and_module_level_use_are_free(student, source: str) -> None:
    student(source)
    assert used_frameworks() == ()


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("T.nn.relu(x)", "nn.relu"),
        ("t[0]", "const"),
        ("t + 1", "const"),
        ("1 + t", "const"),
        ("x @ t", "const"),
        ("np.asarray(t)", "const"),
        ("np.add(x, t)", "const"),
        ("np.sum(t)", "const"),
        ("[y for y in t]", "const"),
        ("float(t)", "const"),
        ("t > 0", "const"),
        ("len(t)", "const"),
        ("3 in t", "const"),
        ("Net()", "Module"),
        ("setattr(t, 'a', 1)", "const"),
        ("T(1)", ""),
    ],
)
def test_using_it_raises_and_is_remembered(student, expression: str, name: str) -> None:
    source = f"import T\nimport numpy as np\nt = T.const(1)\nclass Net(T.Module): pass\ndef f(x): return {expression}\n"
    module = student(source)
    dotted = f"{PACKAGE}.{name}".rstrip(".")
    with pytest.raises(ForbiddenFrameworkError, match=dotted):
        module.f(np.ones(3))  # type: ignore[attr-defined]
    assert used_frameworks()[0] == dotted
    forget_uses()
    assert used_frameworks() == ()


def test_a_mention_inside_a_function_is_no_use(student) -> None:
    module = student(
        "def f(x):\n    import T.nn\n    kind = T.float32\n    return x if isinstance(x, T.Tensor) else x + 1\n"
    )
    assert module.f(1) == 2 and used_frameworks() == ()  # type: ignore[attr-defined]


def test_numba_keeps_its_meaning_where_it_is_not_installed(student) -> None:
    if importlib.util.find_spec("numba").origin != "stand-in":  # type: ignore[union-attr]
        pytest.skip("numba is installed here, so there is no stand-in to test")
    module = student(
        "from numba import njit, jit, prange, float64\n"
        "@njit\ndef a(n): return sum(i for i in prange(n))\n"
        "@jit(nopython=True, parallel=True)\ndef b(n): return a(n)\n"
        "@jit(float64(float64[:, :]))\ndef c(n): return b(n)\n"
    )
    assert module.a(4) == module.b(4) == module.c(4) == 6  # type: ignore[attr-defined]
    module = student(
        "from numba import cuda, types, vectorize\nfrom numba.typed import List\nimport numba\n"
        "numba.set_num_threads(1)\n@vectorize\ndef larger(a, b): return a if a > b else b\n"
        "def on_graphics_card(x): return cuda.to_device(x)\n"
    )
    assert module.larger([1, 5], [3, 2]).tolist() == [3, 5]  # type: ignore[attr-defined]
    with pytest.raises(ModuleNotFoundError, match="numba"):
        module.on_graphics_card(3)  # type: ignore[attr-defined]
    assert used_frameworks() == ()


@pytest.mark.parametrize("importing", ["from tqdm import tqdm, trange", "from tqdm.notebook import tqdm, trange"])
def test_progress_bars_and_names_of_python_2_pass_through_where_they_are_not_installed(student, importing: str) -> None:
    for package in ("tqdm", "past"):
        if importlib.util.find_spec(package).origin != "stand-in":  # type: ignore[union-attr]
            pytest.skip(f"{package} is installed here, so there is no stand-in to test")
    module = student(
        f"{importing}\nfrom past.builtins import xrange\n"
        "def f(n):\n    with tqdm(xrange(n), total=n) as bar:\n        for i in bar: bar.set_description(str(i))\n"
        "    bar.update(1)\n    return sum(tqdm([1, 2])) + sum(trange(n)) + len(tqdm(range(n)))\n"
    )
    assert module.f(4) == 3 + 6 + 4  # type: ignore[attr-defined]
