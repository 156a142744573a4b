"""The original network of the TensorFlow 1 years where the course supplies its checkpoint: opened once, apart, and kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from grader.checks.visualisation.pretrained_network import read_pretrained, what_happened
from grader.datasets.kept_network import entry_name, is_kept
from grader.datasets.pretrained import IMAGES_FILE, PretrainedMaterial
from grader.datasets.supplied_checkpoint import SuppliedCheckpoint
from grader.dialects.dialect import Dialect
from grader.dialects.tf1.expected_network import ExpectedNetwork
from grader.dialects.tf1.given_files import given_files
from grader.dialects.tf1.original_material import keep_original, location, original_images
from grader.execute.executor import Executor
from grader.messages import catalogue
from grader.model.errors import InfrastructureError, UsageError
from grader.model.isolation import IsolationLevel
from grader.model.limits import MEBIBYTE, ExecutionLimits
from grader.model.observation import ProbeRequest
from grader.model.status import CallOutcome

#: What the original's tensors are called, and the size of images where its graph leaves that open.
INPUTS, OUTPUTS = "input_image:0", "classifier/Reshape:0"
_SIZE = (224, 224)
#: In the work folder of the process that opens it.
_PREFIX, _GRAPH = "Utils/original.ckpt", "Utils/original.pb"
#: TensorFlow is imported there too, which takes long on a busy machine.
_WALL_S = 180.0


def kept_original(
    cache: Path,
    supplied: SuppliedCheckpoint,
    handed_out: Mapping[str, bytes],
    base: PretrainedMaterial,
    level: IsolationLevel,
    limits: ExecutionLimits,
    hidden: tuple[Path, ...],
) -> Path:
    """The cache entry of the network, made where it is not there: its variables made constants, and images of its size.

    `base` are the images of the `handed_out` files of today. Raises UsageError (DataRefused) in one line where it cannot
    serve.
    """
    entry = entry_name(supplied.digest, base)
    if is_kept(cache, entry):
        return cache / entry
    contents = supplied.contents()
    wide = roomy(limits, sum(map(len, contents.values())))
    checkpoint = {f"{_PREFIX}{part}": content for part, content in contents.items()}
    given = given_files(handed_out, ExpectedNetwork())
    try:
        with Executor(
            level=level, hidden=hidden, notebooks=False, preload=("tensorflow",), dialect=Dialect.TF1
        ) as executor:
            graph, shape = _frozen(executor, {**given, **checkpoint}, wide)
            # As students' code will find it; how many classes there are, it tells then.
            found = location(_GRAPH, IMAGES_FILE, ExpectedNetwork(shape[0], shape[1]))
            network = read_pretrained(executor, {**given, **found, _GRAPH: graph}, wide)
    except (UsageError, InfrastructureError) as error:
        refused = catalogue().text("engine.pretrained_refused", file=supplied.prefix, reason=error)
        raise UsageError(refused) from error
    size = ExpectedNetwork(shape[0], shape[1], network.classes)
    images = original_images(supplied, base, size)
    return keep_original(cache, supplied, base, graph, images, network.predicted)


def roomy(limits: ExecutionLimits, size: int) -> ExecutionLimits:
    """`limits` for a process that opens a network of the course's own, of `size` bytes: it may be larger than what a
    student may write."""
    return dataclasses.replace(
        limits,
        disk_bytes=2 * size + limits.disk_bytes,
        file_bytes=max(limits.file_bytes, 2 * size),
        array_bytes=max(limits.array_bytes, 2 * size + MEBIBYTE),
        call_wall_s=max(limits.call_wall_s, _WALL_S),
        item_wall_s=max(limits.item_wall_s, _WALL_S),
    )


def _frozen(
    executor: Executor, files: Mapping[str, bytes], limits: ExecutionLimits
) -> tuple[bytes, tuple[int, int, int]]:
    """The graph of the checkpoint in `files`, and the shape (H, W, C) of its images."""
    asked = {"prefix": _PREFIX, "inputs": INPUTS, "outputs": OUTPUTS, "size": list(_SIZE)}
    with executor.workspace(files, limits) as workspace:
        (seen,) = workspace.probe([ProbeRequest("original_network", asked)])
    if seen.outcome is not CallOutcome.RETURNED:
        raise UsageError(_text("not_opened", reason=what_happened(seen)))
    if seen.value["missing"]:
        raise UsageError(_text("no_tensor", names=", ".join(seen.value["missing"]), wanted=f"{INPUTS}, {OUTPUTS}"))
    shape = tuple(int(extent) for extent in seen.value["image_shape"])
    if len(shape) != 3 or shape[2] != 3:
        raise UsageError(_text("no_images", name=INPUTS))
    return np.asarray(seen.value["graph"], np.uint8).tobytes(), (shape[0], shape[1], shape[2])


def _text(reason: str, /, **values: object) -> str:
    return catalogue().text(f"engine.original.{reason}", **values)
