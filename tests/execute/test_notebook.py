"""Notebooks run headless: all cells, outputs as nbformat knows them, errors and endings told."""

from __future__ import annotations

import base64
from typing import Any

import nbformat
import pytest

from grader.execute.executor import Executor
from grader.execute.notebook import clean_notebook
from grader.model.limits import MEBIBYTE, ExecutionLimits
from grader.model.observation import NotebookObservation


def notebook(*sources: str) -> dict[str, Any]:
    return {"cells": [{"cell_type": "code", "source": source} for source in sources]}


def run(
    executor: Executor, *sources: str, files: dict[str, bytes] | None = None, **limits: Any
) -> tuple[NotebookObservation, list[list[dict[str, Any]]]]:
    with executor.workspace(files or {}, ExecutionLimits(**limits)) as workspace:
        seen = workspace.run_notebook(notebook(*sources), "test.ipynb")
    nbformat.validate(nbformat.from_dict(seen.executed))
    return seen, [cell["outputs"] for cell in seen.executed["cells"]]


def text_of(outputs: list[dict[str, Any]]) -> str:
    return "".join(output.get("text", "") for output in outputs)


def test_streams_results_displays_and_errors_are_outputs(executor) -> None:
    seen, (first, second, third) = run(
        executor,
        "import sys\nprint('a')\nprint('b', file=sys.stderr)\n6 * 7",
        "from IPython.display import Markdown\ndisplay(Markdown('*x*'))",
        "def f():\n    raise KeyError('k')\nf()",
    )
    assert [output["output_type"] for output in first] == ["stream", "stream", "execute_result"]
    assert first[2]["data"] == {"text/plain": "42"} and first[2]["execution_count"] == 1
    assert second[0]["data"]["text/markdown"] == "*x*"
    assert third[0]["ename"] == "KeyError" and "raise KeyError('k')" in third[0]["traceback"][-2]
    assert seen.status == "cell_error" and seen.failed_cell == 2 and seen.runner == "shell"
    assert seen.error.type == "KeyError" and seen.error.frames[-1] == "cell 3, line 2, in f: raise KeyError('k')"


def test_cells_after_a_failed_one_run_and_the_first_failure_is_told(executor) -> None:
    seen, outputs = run(executor, "x = 1", "1 / 0", "undefined", "print(x)")
    assert (seen.status, seen.failed_cell, seen.error.type) == ("cell_error", 1, "ZeroDivisionError")
    assert text_of(outputs[3]) == "1\n"
    assert [cell["execution_count"] for cell in seen.executed["cells"]] == [1, 2, 3, 4]


def test_magics_plots_and_commands_work(executor) -> None:
    seen, outputs = run(
        executor,
        "%matplotlib inline\n%load_ext autoreload\n%autoreload 2\nimport matplotlib.pyplot as plt",
        "plt.plot([1, 2])\nplt.show()",
        "import Utils.mine\n!ls Utils",
        "names = !echo one two\nnames",
        "%time sum(range(10))",
        "import time\nopen('Utils/mine.py', 'w').write('value = 2222')\nNone",
        "Utils.mine.value",
        files={"Utils/mine.py": b"value = 1\n"},
    )
    assert seen.status == "completed", seen.error
    (image,) = [output["data"]["image/png"] for output in outputs[1] if output["output_type"] == "display_data"]
    assert base64.b64decode(image).startswith(b"\x89PNG")
    assert "mine.py" in text_of(outputs[2])
    assert outputs[3][0]["data"]["text/plain"] == "['one two']"
    assert "Wall time" in text_of(outputs[4])
    assert outputs[6][0]["data"]["text/plain"] == "2222"


def test_clearing_and_updating_outputs_is_honoured(executor) -> None:
    _, outputs = run(
        executor,
        "from IPython.display import clear_output\nprint('old')\nclear_output()\nprint('new')",
        "print('old'); clear_output(wait=True)",
        "print('old'); clear_output(wait=True); print('new')",
        "handle = display('one', display_id=True)\nhandle.update('two')",
        "handle.update('three')",
    )
    assert [text_of(entry) for entry in outputs[:3]] == ["new\n", "old\n", "new\n"]
    assert [entry["data"]["text/plain"] for entry in outputs[3]] == ["'three'"] and outputs[4] == []


def test_nobody_answers_questions(executor) -> None:
    seen, _ = run(executor, "input('?')", "import getpass; getpass.getpass()")
    assert seen.failed_cell == 0 and seen.error.type == "StdinNotImplementedError"


def test_what_programs_and_c_code_print_is_shown(executor) -> None:
    _, outputs = run(executor, "import os, sys\nos.system('echo program')\nos.write(1, b'raw')\nNone")
    assert "program" in text_of(outputs[0]) and "raw" in text_of(outputs[0])


def test_tags_and_kernels_of_the_student_have_no_effect(executor) -> None:
    given = notebook("1 / 0", "print('ran')")
    given["metadata"] = {"kernelspec": {"name": "evil", "display_name": "x"}}
    given["cells"][0]["metadata"] = {"tags": ["raises-exception"]}
    given["cells"][1]["metadata"] = {"tags": ["skip-execution"]}
    given["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "stored"}]
    with executor.workspace({}, ExecutionLimits()) as workspace:
        seen = workspace.run_notebook(given, "test.ipynb")
    assert seen.status == "cell_error" and text_of(seen.executed["cells"][1]["outputs"]) == "ran\n"
    assert seen.executed["metadata"]["kernelspec"]["name"] == "python3"


ENDINGS = {
    "loop": ("while True: pass", {"cell_wall_s": 0.7}, "timeout"),
    "slow notebook": ("import time\nwhile True: time.sleep(0.01)", {"notebook_wall_s": 0.7}, "timeout"),
    "exit": ("import os; os._exit(0)", {}, "died"),
    "crash": ("import ctypes; ctypes.string_at(0)", {}, "died"),
    "memory": (
        "import os, numpy as np\nfor _ in range(4): os.fork()\nbig = np.ones(60 << 17)\nwhile True: pass",
        {"memory_bytes": 256 * MEBIBYTE},
        "memory",
    ),
    "garbage": (
        "import os\nfor fd in range(3, 64):\n    try: os.write(fd, bytes(100))\n    except OSError: pass",
        {},
        "died",
    ),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_ending_is_told_and_what_ran_before_is_kept(executor, ending: str) -> None:
    source, limits, status = ENDINGS[ending]
    seen, outputs = run(executor, "print('before')", source, "print('after')", **limits)
    assert seen.status == status and "code cell 2" in seen.detail
    assert text_of(outputs[0]) == "before\n" and outputs[1:] == [[], []]


def test_sys_exit_and_interrupts_are_cell_errors(executor) -> None:
    seen, outputs = run(executor, "import sys; sys.exit(1)", "raise KeyboardInterrupt", "exit()", "print('after')")
    assert seen.status == "cell_error" and seen.error.type == "SystemExit"
    assert text_of(outputs[3]) == "after\n"


def test_output_is_bounded_a_cell_and_says_so(executor) -> None:
    seen, outputs = run(executor, "for _ in range(1000): print('x' * 1000)\n1 / 0", "'y' * 200", output_bytes=10_000)
    assert len(text_of(outputs[0])) < 11_000 and "output cut" in text_of(outputs[0])
    assert any(output["output_type"] == "error" for output in outputs[0])
    assert outputs[1][0]["output_type"] == "execute_result"


def test_output_is_bounded_a_notebook(executor) -> None:
    _, outputs = run(executor, *["print('x' * 900)"] * 40, output_bytes=1000)
    assert len(str(outputs)) < 25_000 and "output cut" in text_of([entry for cell in outputs for entry in cell])


def test_the_notebook_cannot_change_the_probed_files(executor, call, module) -> None:
    with executor.workspace(module("def f(): return 1\n"), ExecutionLimits()) as workspace:
        source = "open('Utils/layer_utils.py', 'w').write('def f(): return 2')"
        assert workspace.run_notebook(notebook(source), "test.ipynb").status == "completed"
        assert workspace.probe([call("f")])[0].value == 1


def test_every_level_runs_notebooks(executor_at, each_level) -> None:
    seen, outputs = run(executor_at(each_level), "print(1)\n!echo 2")
    assert seen.status == "completed" and text_of(outputs[0]) == "1\n2\n"


def test_odd_notebooks_are_cleaned(executor) -> None:
    odd = {
        "cells": [
            {"cell_type": "markdown", "source": ["a\n", "b"], "attachments": {"i.png": {"image/png": "eA=="}}},
            {"cell_type": "markdown", "source": None, "attachments": {"i.png": 3}},
            {"cell_type": "heading", "source": "x"},
            {"cell_type": "code", "source": 7, "outputs": "none"},
            "no cell",
        ]
    }
    clean = clean_notebook(odd)
    nbformat.validate(nbformat.from_dict(clean))
    assert [cell["source"] for cell in clean["cells"]] == ["a\nb", "", "x", ""]
    assert clean["cells"][0]["attachments"] and "attachments" not in clean["cells"][1]
    assert clean_notebook({})["cells"] == []
