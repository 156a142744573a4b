"""Operations that are asked of TensorFlow in a process of its own equal the grader's own in NumPy."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from grader.checks.network.errors import GraphUnreadable, UnknownOperation
from grader.checks.network.forward import outputs
from grader.checks.network.graph import Graph, Node, Source
from grader.checks.network.operations import convolution, elsewhere, pooling
from grader.checks.network.operations.operation import Operation
from grader.checks.network.operations.table import OPERATIONS
from grader.execute import operation_process
from grader.execute.operation_process import OperationProcess, OperationRefused
from grader.model.errors import InfrastructureError

NUMPY = {**convolution.CONVOLUTIONS, **pooling.POOLINGS}
TENSORFLOW = {**elsewhere.CONVOLUTIONS, **elsewhere.POOLINGS}
EXPLICIT = {"padding": "EXPLICIT", "explicit_paddings": (0, 0, 1, 2, 0, 3, 0, 0)}

#: Operation, attributes beside strides of 1 and padding VALID, shape of the kernel.
CASES = {
    "convolution": ("Conv2D", {}, (3, 2, 4, 3)),
    "convolution, same": ("Conv2D", {"padding": "SAME"}, (4, 2, 4, 3)),
    "convolution, strides": ("Conv2D", {"padding": "SAME", "strides": (1, 2, 3, 1)}, (3, 5, 4, 2)),
    "convolution, explicit": ("Conv2D", {**EXPLICIT, "strides": (1, 2, 2, 1)}, (3, 3, 4, 2)),
    "convolution, dilated": ("Conv2D", {"padding": "SAME", "dilations": (1, 2, 3, 1)}, (3, 2, 4, 2)),
    "convolution, groups": ("Conv2D", {"padding": "SAME"}, (3, 3, 2, 6)),
    "depthwise": ("DepthwiseConv2dNative", {"padding": "SAME", "strides": (1, 2, 2, 1)}, (3, 2, 4, 2)),
    "depthwise, dilated": ("DepthwiseConv2dNative", {"dilations": (1, 2, 2, 1)}, (2, 2, 4, 1)),
    "max pool": ("MaxPool", {"ksize": (1, 3, 2, 1), "strides": (1, 2, 2, 1)}, None),
    "max pool, same": ("MaxPool", {"ksize": (1, 3, 3, 1), "padding": "SAME"}, None),
    "max pool, explicit": ("MaxPool", {"ksize": (1, 4, 4, 1), **EXPLICIT, "strides": (1, 2, 2, 1)}, None),
    "average pool": ("AvgPool", {"ksize": (1, 2, 3, 1), "padding": "SAME", "strides": (1, 2, 2, 1)}, None),
}


@pytest.fixture(scope="module", autouse=True)
def one_process() -> Iterator[None]:
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed: there is nobody to ask")
    yield
    operation_process.SHARED.close()


def node_of(op: str, **attributes: object) -> Node:
    return Node("it", op, attributes={"strides": (1, 1, 1, 1), "padding": "VALID", **attributes})


def both(name: str, values: np.ndarray) -> tuple[Operation, Operation, Node, list[np.ndarray]]:
    op, attributes, kernel = CASES[name]
    random = np.random.default_rng(1)
    inputs = [values] if kernel is None else [values, random.standard_normal(kernel)]
    return NUMPY[op], TENSORFLOW[op], node_of(op, **attributes), inputs


@pytest.mark.parametrize("name", CASES)
def test_outputs_and_gradients_are_those_of_the_numpy_operation(name: str) -> None:
    # Whole numbers: many windows then have their maximum in several cells.
    values = np.random.default_rng(0).integers(-2, 3, (5, 7, 6, 4)).astype(np.float64)
    ours, theirs, node, inputs = both(name, values)
    expected, got = ours.forward(node, inputs), theirs.forward(node, inputs)
    assert [array.dtype for array in got] == [np.float64]
    np.testing.assert_allclose(got[0], expected[0], rtol=0, atol=1e-12)
    upstream = [np.random.default_rng(2).standard_normal(expected[0].shape)]
    assert ours.backward is not None and theirs.backward is not None
    pairs = zip(
        theirs.backward(node, inputs, got, upstream), ours.backward(node, inputs, expected, upstream), strict=True
    )
    for gradient, right in pairs:
        np.testing.assert_allclose(gradient, right, rtol=0, atol=1e-11)


def test_gradient_to_the_kernel_alone_leaves_out_the_images() -> None:
    _, theirs, node, inputs = both("convolution", np.ones((2, 7, 6, 4)))
    assert theirs.to_parameters is not None and theirs.backward is not None
    output = theirs.forward(node, inputs)
    images, kernel = theirs.to_parameters(node, inputs, output, output)
    assert images is None
    np.testing.assert_array_equal(kernel, theirs.backward(node, inputs, output, output)[1])


@pytest.mark.parametrize(
    ("attributes", "error"),
    [
        ({"strides": (1, 0, 1, 1)}, UnknownOperation),
        ({"padding": "WRAP"}, UnknownOperation),
        ({"data_format": "NCHW"}, UnknownOperation),
        ({"padding": "EXPLICIT", "explicit_paddings": (1, 2)}, GraphUnreadable),
        ({"padding": "EXPLICIT", "explicit_paddings": (0, 0, 10**9, 0, 0, 0, 0, 0)}, GraphUnreadable),
        ({"dilations": (1, 10**9, 1, 1)}, GraphUnreadable),
    ],
)
def test_attributes_that_make_no_sense_are_told_and_not_asked(
    attributes: dict[str, object], error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(OPERATIONS, "Conv2D", TENSORFLOW["Conv2D"])  # type: ignore[arg-type]
    with pytest.raises(error):
        outputs(convolution_of((3, 3, 3, 2), **attributes), np.ones((2, 8, 8, 3)))


@pytest.mark.parametrize("images", [(2, 8, 8, 4), (2, 8, 8), (2, 0, 0, 3), (2, 2, 2, 3)])
def test_images_that_do_not_fit_are_told(images: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATIONS, "Conv2D", TENSORFLOW["Conv2D"])  # type: ignore[arg-type]
    with pytest.raises(GraphUnreadable):
        outputs(convolution_of((3, 3, 3, 2)), np.ones(images))


def convolution_of(kernel: tuple[int, ...], **attributes: object) -> Graph:
    constant = Node("kernel", "Const", value=np.ones(kernel))
    told = node_of("Conv2D", **attributes)
    convolved = Node("it", "Conv2D", (Source("images"), Source("kernel")), told.attributes)
    nodes = {"images": Node("images", "Placeholder"), "kernel": constant, "it": convolved}
    return Graph(nodes, "images", Source("it"))


def test_what_tensorflow_refuses_leaves_the_process_as_it_was() -> None:
    node = node_of("MaxPool", ksize=(1, 9, 9, 1))
    with pytest.raises(OperationRefused):
        elsewhere.POOLINGS["MaxPool"].forward(node, [np.ones((1, 2, 2, 1))])
    node = node_of("MaxPool", ksize=(1, 2, 2, 1))
    assert elsewhere.POOLINGS["MaxPool"].forward(node, [np.ones((1, 2, 2, 1))])[0].shape == (1, 1, 1, 1)


def test_process_that_dies_is_the_graders_fault_and_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATIONS, "Conv2D", TENSORFLOW["Conv2D"])  # type: ignore[arg-type]
    images, graph = np.ones((2, 8, 8, 3)), convolution_of((3, 3, 3, 2))
    right = outputs(graph, images)
    process = operation_process.SHARED._process
    assert process is not None

    def dies(*request: object) -> list[np.ndarray]:
        os.kill(process._process.pid, signal.SIGKILL)
        process._process.wait()
        return OperationProcess.computed(process, *request)  # type: ignore[arg-type]

    monkeypatch.setattr(process, "computed", dies)
    with pytest.raises(InfrastructureError, match="TensorFlow"):
        outputs(graph, images)
    np.testing.assert_array_equal(outputs(graph, images), right)


def test_grader_asks_without_importing_tensorflow_and_its_process_ends_with_it() -> None:
    # Other tests of this process may have imported Keras for reasons of their own.
    imported = {"tensorflow", "keras"} & sys.modules.keys()
    process = OperationProcess()
    assert {"tensorflow", "keras"} & sys.modules.keys() == imported
    place = Path(f"/proc/{process._process.pid}")
    process.close()
    assert process._process.returncode is not None and not place.exists()
