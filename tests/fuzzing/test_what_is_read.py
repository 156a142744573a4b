"""Whatever is handed in, sent or stored: it is read, or refused with one of the errors declared for that.

In the default run a few hundred damaged inputs that are always the same; in the long run some tens of thousands.
"""

from __future__ import annotations

import datetime
import io
import json
import random
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from grader.checks.network import simple_structure
from grader.checks.network.errors import NetworkError
from grader.checks.network.forward import outputs
from grader.checks.network.gradients import gradients
from grader.checks.network.graph import Graph
from grader.checks.network.structure import read
from grader.checks.training.notebook_code import code_of, implementation
from grader.execute import wire
from grader.execute.outputs import checked_outputs
from grader.execute.replies import call_observation
from grader.execute.values import Decoder, ValueBounds
from grader.execute.wire import FrameBounds, FrameReader, MalformedFrame
from grader.intake import Candidate, Handout, take_in
from grader.intake.hashing import text_sha256
from grader.intake.inbox import scan
from grader.intake.notebooks import UnreadableNotebook, read_notebook
from grader.model import array_file
from grader.model.errors import InfrastructureError, SubmissionRejected, UsageError
from grader.model.limits import ExecutionLimits, IntakeLimits
from grader.report import notebook_page
from grader.scoring import rubric_file
from grader.scoring.score import score
from tests.fuzzing.mutation import damaged_bytes, damaged_text, damaged_tree, odd_array
from tests.hypothesis_settings import generating
from tests.intake import hand_ins
from tests.scoring.evidence_builder import case, evidence, item

RUBRIC_TEXT = (Path(__file__).parents[2] / "rubrics" / "assignment2.yaml").read_text(encoding="utf-8")
LIMITS = IntakeLimits(unpacked_bytes=4 << 20)

Target = Callable[[random.Random, Path], None]
QUICK, LONG = 60, 4000
#: Of those that take long to read.
LONG_OF = {"rubrics": 1000, "archives": 2500}


def archives(chance: random.Random, folder: Path) -> None:
    """A hand-in as an archive of any kind, of which a byte, a header or a name is wrong."""
    kind, name = chance.choice((("tar", "a.tar"), ("tar", "team_7.tar.gz"), ("zip", "team_7.zip"), ("tar", "b.tgz")))
    files = hand_ins.whole_hand_in() if chance.random() < 0.5 else hand_ins.flat_hand_in()
    names = list(files)
    if chance.random() < 0.4:
        odd = chance.choice(("../x", "/etc/x", "a\\b", "x" * 300, "\x1b[2J", "é" * 90, "Utils", "con", "a//b", ". "))
        files[odd] = files[chance.choice(names)]
    packed = _zip(files) if kind == "zip" else hand_ins.tar_bytes(files, mode="w")
    if chance.random() < 0.8:
        packed = damaged_bytes(packed, chance)
    if name.endswith("gz"):
        packed = hand_ins.gzip_bytes(packed)
        packed = damaged_bytes(packed, chance) if chance.random() < 0.2 else packed
    path = folder / name
    path.write_bytes(packed)
    try:
        scan(path)
    except UsageError:
        pass
    try:
        take_in(Candidate("team_7", name, path, None, datetime.datetime(2018, 10, 14)), _handout(), LIMITS)
    except SubmissionRejected as error:
        assert str(error)


def _zip(files: dict[str, bytes]) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return hand_ins.zip_bytes(files)


@cache
def _handout() -> Handout:
    given_text = b"def load_images(): ...\n"
    return Handout(
        given={"Utils/__init__.py": b"", "Utils/data_utils.py": given_text},
        known_given_sha256={"Utils/data_utils.py": frozenset({text_sha256(given_text)})},
        template={
            "Utils/layer_utils.py": hand_ins.template_layer_utils(),
            **{hand_ins.NAMES[part]: hand_ins.notebook(hand_ins.NOTEBOOK_CODE[part]) for part in hand_ins.NAMES},
        },
    )


def notebooks(chance: random.Random, folder: Path) -> None:
    """A notebook of any level; what can be read can be shown and its code be looked at."""
    tree = json.loads(hand_ins.notebook("def f(x):\n    return x", "%magic\nprint(f(1))"))
    tree["nbformat"] = chance.choice((4, 4, 4, 3, 2, 5, "4"))
    if tree["nbformat"] in (2, 3):
        tree["worksheets"] = [{"cells": tree.pop("cells"), "metadata": {}}]
        for each in tree["worksheets"][0]["cells"]:
            each["input"] = each.pop("source")
    tree["metadata"] = {"kernelspec": {"name": "python3"}, "widgets": {}}
    tree = damaged_tree(tree, chance)
    content = json.dumps(tree).encode()
    if chance.random() < 0.3:
        content = damaged_bytes(content, chance)
    try:
        found = read_notebook(content)
    except UnreadableNotebook:
        return
    nbformat.validate(nbformat.reads(found.content.decode(), as_version=4))
    implementation(code_of(found.document), ["f"])
    notebook_page.render(found.document, "team", "a", "report.html")


def rubrics(chance: random.Random, folder: Path) -> None:
    """The course's rubric with a mistake; what validates can be scored by."""
    if chance.random() < 0.5:
        text = damaged_text(RUBRIC_TEXT, chance)
    else:
        text = yaml.safe_dump(_plain(damaged_tree(yaml.safe_load(RUBRIC_TEXT), chance)))
    try:
        found = rubric_file.parse(text, "rubric.yaml")
    except UsageError as error:
        assert "\n" not in str(error)
        return
    pooled = item("max_pool_forward", case("strides", {"contract": 0.5}))
    score(evidence({"p1.max_pool_forward": pooled}), found)


def _plain(tree: Any) -> Any:
    """Without lone surrogates, which no file can hold."""
    return json.loads(json.dumps(tree).encode().replace(b"\\ud800", b""))


def frames(chance: random.Random, folder: Path) -> None:
    """What comes over a child's socket: bytes that are no frame, and frames that no loop of ours would send."""
    value = {"d": {"out": {"t": [{"a": ["f8", [2, 2], 0]}, 1, None]}}}
    body = {"reply": 3, "outcome": "returned", "value": value, "arguments": {"args": []}, "seconds": 0.1, "error": None,
            "output": "", "detail": ""}  # fmt: skip
    blobs = [bytes(32)]
    if chance.random() < 0.7:
        data = wire.pack(damaged_tree(body, chance), blobs)
    else:
        data = damaged_bytes(wire.pack(body, blobs), chance)
    reader = FrameReader(FrameBounds(header_bytes=1 << 20, blob_bytes=1 << 20))
    try:
        while data:
            piece = chance.randrange(1, len(data) + 1)
            reader.feed(data[:piece])
            data = data[piece:]
            if (frame := reader.next()) is not None:
                call_observation(frame, 3, ExecutionLimits(), 1.0)
    except MalformedFrame:
        pass


def cell_outputs(chance: random.Random, folder: Path) -> None:
    """Outputs of a notebook's cells as a child tells them."""
    told = [
        {"output_type": "stream", "name": "stdout", "text": "x"},
        {"output_type": "display_data", "data": {"text/plain": "1", "image/png": "aGk="}, "metadata": {}},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["a"]},
    ]
    try:
        checked_outputs(damaged_tree(told, chance))
    except MalformedFrame:
        pass


def values(chance: random.Random, folder: Path) -> None:
    """Trees that stand for values, with headers of arrays that lie about dtype, shape and bytes."""
    tree = {"d": {"a": {"a": ["f4", [3, 1], 0]}, "b": {"t": [1, {"a": ["i8", [2], 1]}]}, "c": {"u": "Model"}}}
    decoder = Decoder([bytes(12), bytes(16)], ValueBounds())
    try:
        decoder.decode(damaged_tree(tree, chance))
        decoder.finish()
    except MalformedFrame:
        pass


def array_files(chance: random.Random, folder: Path) -> None:
    """Stored arrays: zip, npy headers, or the index within are damaged."""
    try:
        array_file.loads(damaged_bytes(_array_file(chance.randrange(3)), chance))
    except InfrastructureError:
        pass


@cache
def _array_file(number: int) -> bytes:
    stored = array_file.dumps(
        {"a/x": np.arange(12.0).reshape(3, 4), "a/y": np.array(["né", "b"]), "b": np.ones((), bool)}
    )
    if number == 0:
        return stored
    # Uncompressed, so that damage reaches headers and index and not only checksums.
    with np.load(io.BytesIO(stored)) as entries:
        target = io.BytesIO()
        np.savez(target, **{name: entries[name] for name in entries.files})
    return target.getvalue()


def graphs(chance: random.Random, folder: Path) -> None:
    """A network as a student's process tells it."""
    told = _network()
    for told_node in told["nodes"]:
        if "value" in told_node and chance.random() < 0.1:
            told_node["value"] = odd_array(chance)
    told = damaged_tree(told, chance)
    images = np.random.default_rng(0).normal(size=(2, 12, 12, 3))
    try:
        with np.errstate(all="ignore"):
            graph = Graph.from_value(told)
            outputs(graph, images)
            gradients(graph, images, np.array([0, 1]))
            simple_structure.groups(read(graph))
    except NetworkError as error:
        assert "\n" not in str(error)


def _network() -> dict[str, Any]:
    strides = {"strides": [1, 1, 1, 1], "padding": "SAME", "data_format": "NHWC", "dilations": [1, 1, 1, 1]}
    window = {"ksize": [1, 3, 3, 1], "strides": [1, 3, 3, 1], "padding": "VALID", "data_format": "NHWC"}
    generator = np.random.default_rng(1)

    def constant(name: str, *shape: int) -> dict[str, Any]:
        value = generator.normal(size=shape).astype(np.float32)
        return {"name": name, "op": "Const", "inputs": [], "attributes": {"weight": 0}, "value": value}

    def node(name: str, op: str, *inputs: str, **attributes: Any) -> dict[str, Any]:
        return {"name": name, "op": op, "inputs": list(inputs), "attributes": attributes}

    return {
        "nodes": [
            node("x", "Placeholder", shape=[-1, 12, 12, 3]),
            constant("k", 9, 9, 3, 8),
            constant("kb", 8),
            node("c", "Conv2D", "x", "k", **strides),
            node("cb", "BiasAdd", "c", "kb", data_format="NHWC"),
            node("r", "Relu", "cb"),
            node("p", "MaxPool", "r", **window),
            {"name": "s", "op": "Const", "inputs": [], "attributes": {}, "value": np.array([-1, 128], np.int32)},
            node("f", "Reshape", "p", "s"),
            constant("w", 128, 8),
            node("m", "MatMul", "f", "w", transpose_a=False, transpose_b=False),
            node("a", "Relu", "m"),
            constant("v", 8, 10),
            node("z", "MatMul", "a", "v"),
        ],
        "input": "x",
        "output": "z:0",
    }


TARGETS: tuple[Target, ...] = (
    archives, notebooks, rubrics, frames, cell_outputs, values, array_files, graphs
)  # fmt: skip


def fuzz(target: Target, folder: Path, examples: int, *, always_the_same: bool) -> None:
    """Calls `target` with `examples` seeds; Hypothesis chooses them, and tells one that fails."""

    @generating(examples, always_the_same)
    @given(st.integers(0, 2**48))
    def call(seed: int) -> None:
        target(random.Random(seed), folder)

    call()


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
def test_damaged_input_is_read_or_refused(target: Target, tmp_path: Path) -> None:
    fuzz(target, tmp_path, QUICK, always_the_same=True)


@pytest.mark.soak
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
def test_much_damaged_input_is_read_or_refused(target: Target, tmp_path: Path) -> None:
    fuzz(target, tmp_path, LONG_OF.get(target.__name__, LONG), always_the_same=False)
