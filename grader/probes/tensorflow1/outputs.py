"""Which tensor of a graph of TensorFlow 1 holds a network's scores, and what loss is made of them. No name is a contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grader.probes.tensorflow1.graph_search import dependent_on, placeholders

#: Of the assignment's networks.
_CLASSES = 10
_CROSS_ENTROPIES = frozenset({"SoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits"})
_SOFTMAXES = frozenset({"Softmax", "LogSoftmax"})
#: What the functions around a cross-entropy put between it and the logits.
_WRAPPINGS = frozenset({"Reshape", "Identity", "Cast", "StopGradient"})
#: What a name says of a loss that is no softmax cross-entropy.
_OTHER_LOSSES = ("mean_squared_error", "absolute_difference", "hinge_loss", "huber_loss", "log_loss", "logistic_loss")


@dataclass(frozen=True, slots=True)
class Output:
    """`tensor` is what the loss takes for logits; `loss` names that loss, None where none was made out."""

    tensor: Any
    loss: str | None


def find_output(images: Any) -> Output | None:
    """The scores that the network makes of `images`; None where there are none.

    They are what a softmax cross-entropy takes, or what a softmax takes whose logarithm somebody takes by hand; else
    the last row of ten numbers for each image that depends on no label.
    """
    operations = images.graph.get_operations()
    reached = dependent_on([images])
    of_images = [operation for operation in operations if operation.name in reached]
    for operation in reversed(of_images):
        if operation.type in _CROSS_ENTROPIES and operation.inputs[0].op.name in reached:
            return Output(_unwrapped(operation.inputs[0]), "softmax_cross_entropy")
    labels = [tensor for tensor in placeholders(operations) if tensor is not images and _may_be_labels(tensor)]
    from_labels = dependent_on(labels)
    plain = [operation for operation in of_images if operation.name not in from_labels]
    softmax = next((operation for operation in reversed(plain) if operation.type in _SOFTMAXES), None)
    loss = _other_loss(of_images)
    if softmax is not None:
        by_hand = any(operation.type == "Log" for operation in of_images) or softmax.type == "LogSoftmax"
        return Output(_unwrapped(softmax.inputs[0]), loss or ("cross_entropy by hand" if by_hand else None))
    for operation in reversed(plain):
        for tensor in operation.outputs:
            if tensor.dtype.is_floating and tensor.shape.rank == 2 and tensor.shape.as_list()[1] == _CLASSES:
                return Output(tensor, loss)
    return None


def _may_be_labels(tensor: Any) -> bool:
    return tensor.dtype.is_integer if tensor.shape.rank is None else tensor.shape.rank > 0


def _unwrapped(tensor: Any) -> Any:
    while tensor.op.type in _WRAPPINGS:
        inner = tensor.op.inputs[0]
        if inner.shape.rank != tensor.shape.rank or not inner.dtype.is_floating:
            break
        tensor = inner
    return tensor


def _other_loss(operations: list[Any]) -> str | None:
    names = [operation.name.lower() for operation in operations]
    known = next((loss for loss in _OTHER_LOSSES if any(loss in name for name in names)), None)
    if known is None and any(operation.type == "SquaredDifference" for operation in operations):
        return "mean_squared_error"
    return known
