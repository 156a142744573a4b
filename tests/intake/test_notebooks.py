"""Notebooks of every age and state, and which of several counts."""

import json
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.intake.notebooks import UnreadableNotebook, read_notebook
from grader.model.submission import Submission
from tests.intake.hand_ins import (
    NAMES,
    NOTEBOOK_CODE,
    flags_of,
    flat_hand_in,
    layer_utils,
    notebook,
    part_notebook,
    tar_bytes,
)

Take = Callable[..., Submission]


def version_3() -> dict[str, Any]:
    outputs = [
        {"output_type": "stream", "stream": "stdout", "text": ["1\n"]},
        {"output_type": "pyout", "prompt_number": 1, "text": ["2"]},
    ]
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["Part"], "metadata": {}},
        {"cell_type": "code", "input": ["print(1)\n", "2"], "language": "python", "outputs": outputs, "metadata": {}},
    ]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}


def dumped(document: object) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"])
def test_an_old_notebook_is_upgraded_with_its_outputs(prefix: bytes) -> None:
    read = read_notebook(prefix + dumped(version_3()))
    heading, code = read.document["cells"]
    assert (heading["cell_type"], heading["source"]) == ("markdown", "## Part")
    assert code["source"] == "print(1)\n2"
    assert [output["output_type"] for output in code["outputs"]] == ["stream", "execute_result"]
    nbformat.validate(nbformat.reads(read.content.decode(), as_version=4))


def test_an_old_notebook_without_metadata_is_upgraded_too() -> None:
    document = version_3()
    del document["metadata"]
    assert len(read_notebook(dumped(document)).document["cells"]) == 2


def test_what_steers_execution_is_left_out_and_outputs_stay() -> None:
    document = json.loads(notebook("x = 1"))
    document["metadata"] = {"kernelspec": {"name": "evil", "display_name": "e"}, "widgets": {}}
    document["cells"][0]["metadata"] = {"tags": ["raises-exception", "skip-execution"], "scrolled": False}
    document["cells"][0]["outputs"][0]["metadata"] = {"x": 1}
    stored = json.loads(read_notebook(dumped(document)).content)
    assert stored["metadata"] == {} and stored["cells"][0]["metadata"] == {}
    assert stored["cells"][0]["outputs"] == [{"output_type": "stream", "name": "stdout", "text": "done\n"}]
    assert stored["cells"][0]["execution_count"] == 1


def test_damaged_cells_and_outputs_are_mended_or_dropped() -> None:
    cells = [
        {"cell_type": "code", "outputs": [{"output_type": "stream"}, 5, {"output_type": "?"}], "execution_count": "1"},
        {"cell_type": "code", "source": ["a\n", "b"], "outputs": [{"output_type": "error", "traceback": [1, "t"]}]},
        {"cell_type": "markdown", "source": 7, "attachments": {"a.png": {"image/png": ["ab", "cd"]}}},
        {"cell_type": "video"},
        None,
    ]
    read = read_notebook(dumped({"nbformat": 4, "nbformat_minor": 99, "cells": cells}))
    assert [cell["cell_type"] for cell in read.document["cells"]] == ["code", "code", "markdown"]
    assert read.document["cells"][0]["outputs"] == [{"output_type": "stream", "name": "stdout", "text": ""}]
    assert read.document["cells"][1]["outputs"][0]["traceback"] == ["", "t"]
    assert read.document["cells"][2]["attachments"] == {"a.png": {"image/png": "abcd"}}


def test_half_a_surrogate_pair_cannot_break_a_report() -> None:
    read = read_notebook(b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x = \'\\ud800\'"}]}')
    assert read.document["cells"][0]["source"].encode("utf-8") == b"x = '?'"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "not valid JSON"),
        (b'{"nbformat": 4, "cells": [', "not valid JSON"),
        (b"<<<<<<< HEAD\n{}", "merge marks"),
        (b"[1, 2]", "not a notebook"),
        (b'{"a": 1}', "not a notebook"),
        (b'{"nbformat": 4}', "not a notebook"),
        (b'{"nbformat": 5, "cells": []}', "format 5"),
        (b'{"nbformat": 3, "worksheets": [5]}', "could not be upgraded"),
        (b'{"nbformat": -1}', "could not be upgraded"),
        (b"\xff\xff\xff", "not UTF-8"),
        (b"[" * 200_000, "nested more than"),
        (b'{"nbformat": 4, "cells": [' + b"[" * 300 + b"]" * 300 + b"]}", "nested more than"),
        (b'{"nbformat": ' + b"1" * 5000 + b"}", "not valid JSON"),
    ],
)
def test_what_is_no_notebook_is_named(raw: bytes, reason: str) -> None:
    with pytest.raises(UnreadableNotebook, match=reason):
        read_notebook(raw)


WORDS = ("code", "markdown", "stream", "error", "display_data", "execute_result", "\ud800")
KEYS = ("cell_type", "source", "outputs", "output_type", "data", "text/plain", "attachments", "traceback", "code")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)

OUTPUT = st.fixed_dictionaries(
    {"output_type": st.sampled_from(WORDS)}, optional={key: JSON for key in ("name", "text", "data", "traceback")}
)
CELL = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(WORDS), "outputs": st.lists(OUTPUT, max_size=2) | JSON},
    optional={"source": JSON, "attachments": JSON, "execution_count": JSON},
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CELL | JSON, max_size=4), st.integers(min_value=2, max_value=4))
def test_any_content_gives_a_valid_notebook_or_a_reason(cells: list[object], version: int) -> None:
    document = {"nbformat": version, "cells": cells, "worksheets": [{"cells": cells}]}
    try:
        read = read_notebook(dumped(document))
    except UnreadableNotebook:
        return
    nbformat.validate(nbformat.from_dict(json.loads(read.content)))


@pytest.mark.parametrize("part", [1, 2, 3])
def test_a_renamed_notebook_is_found_by_its_content(take: Take, part: int) -> None:
    files = flat_hand_in()
    files["우리 팀 과제.ipynb"] = files.pop(NAMES[part])
    submission = take(tar_bytes(files))
    assert submission.files == take(flat_hand_in(), "folder").files
    values = flags_of(submission)["notebook_renamed"].values
    assert (values["found"], values["name"]) == ("우리 팀 과제.ipynb", NAMES[part])


def test_notebooks_saved_under_each_others_names_are_told_apart(take: Take) -> None:
    files = flat_hand_in()
    files[NAMES[1]], files[NAMES[2]] = files[NAMES[2]], files[NAMES[1]]
    assert take(tar_bytes(files)).files == take(flat_hand_in(), "folder").files


@pytest.mark.parametrize("name", ["Assignment2-2_Training_CNN-Copy1.ipynb", "old/Assignment2-2_Training_CNN.ipynb"])
def test_of_several_the_canonical_name_in_the_work_folder_counts(take: Take, name: str) -> None:
    submission = take(tar_bytes(flat_hand_in() | {name: part_notebook(2, "copied = 1")}))
    assert submission.files == take(flat_hand_in(), "folder").files
    assert flags_of(submission)["several_notebooks"].values["others"] == name


def test_a_solved_copy_goes_before_the_untouched_template(take: Take) -> None:
    files = flat_hand_in() | {NAMES[2]: notebook(NOTEBOOK_CODE[2]), "mine.ipynb": part_notebook(2, "solved = 1")}
    submission = take(tar_bytes(files))
    assert b"solved = 1" in submission.files[NAMES[2]]
    assert flags_of(submission).keys() == {"notebook_renamed", "several_notebooks"}


def test_a_readable_copy_goes_before_a_broken_original(take: Take) -> None:
    files = flat_hand_in() | {NAMES[2]: b"{", "Assignment2-2 copy.ipynb": part_notebook(2)}
    assert take(tar_bytes(files)).notebooks.keys() == {1, 2, 3}


@pytest.mark.parametrize("broken", [b"", b"{not json", b'{"a": 1}', b"[" * 100_000])
def test_an_unreadable_notebook_costs_its_part_alone(take: Take, broken: bytes) -> None:
    submission = take(tar_bytes(flat_hand_in() | {NAMES[1]: broken}))
    assert submission.notebooks.keys() == {2, 3}
    assert submission.missing_notebooks[1].startswith(f"{NAMES[1]}: ")
    assert submission.files["Utils/layer_utils.py"] == layer_utils()


def test_notebooks_that_belong_to_no_part_are_named_where_one_is_missing(take: Take) -> None:
    files = flat_hand_in() | {"Untitled.ipynb": notebook("print(1)")}
    assert take(tar_bytes(files)).missing_notebooks == {}
    del files[NAMES[3]]
    submission = take(tar_bytes(files))
    assert submission.missing_notebooks == {3: "no notebook for part 3 in the hand-in (not recognised: Untitled.ipynb)"}
