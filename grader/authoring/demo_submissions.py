"""Sample hand-ins made by code: right, wrong, blank, crashing, looping, memory-hungry, hostile, and a broken archive."""

from __future__ import annotations

import os
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.authoring.demo_archives import Packing, packed
from grader.authoring.demo_code import (
    hostile,
    image_by_image,
    misbehaving,
    nested_loops,
    picture_mistakes,
    small_network,
    training_mistakes,
    typical_bugs,
)
from grader.authoring.demo_code.body import Bodies, Filling
from grader.authoring.demo_layers import with_bodies, without_markers
from grader.authoring.demo_notebooks import Outputs, as_handed_in, filled, outputs_of, stored_outputs, written
from grader.authoring.template import HANDED_OUT
from grader.intake.handout import LAYER_UTILS, NOTEBOOK_NAMES
from grader.messages import catalogue
from grader.model.errors import UsageError
from grader.model.status import SubmissionStatus

_NOTEBOOK_1, _NOTEBOOK_2, _NOTEBOOK_3 = (NOTEBOOK_NAMES[part] for part in (1, 2, 3))

_CONV_FORWARD = ("p1.conv_forward.valid", "p1.conv_forward.same")
_CONV_BACKWARD = ("p1.conv_backward.valid", "p1.conv_backward.same")
_POOL_FORWARD, _POOL_BACKWARD = ("p1.max_pool_forward",), ("p1.max_pool_backward",)
_PART_1 = (*_CONV_FORWARD, *_CONV_BACKWARD, *_POOL_FORWARD, *_POOL_BACKWARD)


@dataclass(frozen=True, slots=True)
class DemoSubmission:
    """One sample: the team's name, its archive, what it shows in one line, and the verdict to expect.

    `not_passed` names the items of Part 1 that get less than full points; all others of Part 1 get full points.
    """

    name: str
    file: Path
    shows: str
    status: SubmissionStatus
    not_passed: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Sample:
    """How a sample is made. Without `bodies` it is the reference's code, all parts of it; `left_out` are cells never run.

    `training` is a Part 2 of its own, `pictures` a Part 3. Training takes a while, so only few samples have one.
    """

    key: str
    bodies: Bodies | None
    packing: Packing
    not_passed: tuple[str, ...] = ()
    answer: str = ""
    left_out: Callable[[str], bool] = lambda source: False
    training: Filling | None = None
    pictures: Filling | None = None


def _calls(*tests: str) -> Callable[[str], bool]:
    return lambda source: any(f"{test}(" in source for test in tests)


_SAMPLES = (
    _Sample("vectorised", None, Packing.FLAT_TAR_GZ, answer="Every window's gradient is `dout` times `w`; where windows "
            "overlap, the contributions are added up. We pad as little as the stride needs."),
    _Sample("nested_loops", nested_loops.NESTED_LOOPS, Packing.WHOLE_ZIP, answer="We go through all windows again and add "
            "`dout * w` to the pixels of each. The padding is the same whatever the stride."),
    _Sample("kernel_flipped", typical_bugs.KERNEL_FLIPPED, Packing.FLAT_TAR_GZ, (*_CONV_FORWARD, *_CONV_BACKWARD),
            "A convolution turns the kernel round, so we do so in both directions."),
    _Sample("strides_swapped", typical_bugs.STRIDES_SWAPPED, Packing.FLAT_TAR, _CONV_FORWARD,
            "Each pixel collects the gradients of the windows that covered it."),
    _Sample("pool_from_zero", typical_bugs.POOL_FROM_ZERO, Packing.NESTED_ZIP, _POOL_FORWARD,
            "The gradient goes back the way that the pixels came."),
    _Sample("overlap_lost", typical_bugs.OVERLAP_LOST, Packing.FLAT_TAR_GZ, (*_CONV_BACKWARD, *_POOL_BACKWARD),
            "We write each window's gradient to where the window was cut out."),
    _Sample("bias_averaged", typical_bugs.BIAS_AVERAGED, Packing.FLAT_TAR_GZ, _CONV_BACKWARD,
            "As forward, but with `dout` in the place of `x`. The bias takes the mean over the batch."),
    _Sample("small_network", nested_loops.NESTED_LOOPS, Packing.FLAT_TAR_GZ, answer="One loop for every axis of `dout`.",
            training=small_network.SMALL_NETWORK, pictures=image_by_image.IMAGE_BY_IMAGE),
    _Sample("training_mistakes", nested_loops.NESTED_LOOPS, Packing.WHOLE_ZIP, answer="Window by window.",
            training=training_mistakes.TRAINING_MISTAKES, pictures=picture_mistakes.PICTURE_MISTAKES),
    _Sample("blank", {}, Packing.FLAT_TAR_GZ, _PART_1, left_out=lambda source: True),
    _Sample("crashing", misbehaving.CRASHING, Packing.FLAT_TAR_GZ, _CONV_BACKWARD, "We did not get rid of the last error."),
    _Sample("looping", misbehaving.LOOPING, Packing.WHOLE_ZIP, _POOL_FORWARD, "It takes long, but we think it is right.",
            _calls("Test_max_pool_forward", "Test_max_pool_backward")),
    _Sample("memory", misbehaving.MEMORY_HUNGRY, Packing.FLAT_TAR_GZ, _POOL_BACKWARD, "Needs a large machine.",
            _calls("Test_max_pool_backward")),
    _Sample("hostile", hostile.HOSTILE, Packing.FLAT_TAR_GZ, _PART_1, "<script>alert('100 of 100')</script>"),
    _Sample("broken_archive", nested_loops.NESTED_LOOPS, Packing.TRUNCATED_TAR_GZ, _PART_1),
)  # fmt: skip


def make_inbox(target: Path, student_template: Path, reference: Path) -> list[DemoSubmission]:
    """Writes one archive a sample into the folder `target` and tells what to expect of each.

    The hand-outs are those of `student_template`; the vectorised code and the stored outputs come from `reference`.
    The self-tests of the samples that come to an end are run, for the outputs that their notebooks store.
    Raises UsageError where a file of the two folders is missing or `target` cannot be written.
    """
    handout = {path: _read(student_template / path) for path in HANDED_OUT}
    solved = {path: _read(reference / path) for path in HANDED_OUT if path.endswith((".ipynb", ".py"))}
    made = []
    for number, sample in enumerate(_SAMPLES, start=1):
        team = f"team_{number:02}_{sample.key}"
        file = target / f"{team}{sample.packing.suffix}"
        files = _work_folder(sample, handout, solved)
        crafted = _crafted_members(team) if sample.key == "hostile" else ()
        _write(file, packed(team, files, sample.packing, crafted))
        broken = sample.packing is Packing.TRUNCATED_TAR_GZ
        made.append(
            DemoSubmission(
                name=team,
                file=file,
                shows=catalogue().text(f"demo_submissions.{sample.key}").strip(),
                status=SubmissionStatus.REJECTED if broken else SubmissionStatus.GRADED,
                not_passed=frozenset(sample.not_passed),
            )
        )
    return made


def _work_folder(sample: _Sample, handout: dict[str, bytes], solved: dict[str, bytes]) -> dict[str, bytes]:
    """The team's work folder: the hand-out with its code, and notebooks as they were after the last run."""
    if sample.bodies is None:
        layers = without_markers(solved[LAYER_UTILS].decode())
    else:
        layers = with_bodies(handout[LAYER_UTILS].decode(), sample.bodies)
    files = {**handout, LAYER_UTILS: layers.encode()}
    if sample.key != "blank":
        outputs = _outputs(sample, layers, solved[_NOTEBOOK_1])
        files[_NOTEBOOK_1] = filled(handout[_NOTEBOOK_1], outputs, sample.answer)
    if sample.bodies is None:
        files |= {name: as_handed_in(solved[name]) for name in (_NOTEBOOK_2, _NOTEBOOK_3)}
    if sample.training is not None:
        files[_NOTEBOOK_2] = written(handout[_NOTEBOOK_2], sample.training)
    if sample.pictures is not None:
        files[_NOTEBOOK_3] = written(handout[_NOTEBOOK_3], sample.pictures)
    return files


def _outputs(sample: _Sample, layers: str, reference: bytes) -> Outputs:
    """What the team's notebook of Part 1 stored. The hostile team forged it: somebody else's, and some HTML."""
    if sample.bodies is None:
        return stored_outputs(reference)
    if sample.key != "hostile":
        return outputs_of(layers, reference, sample.left_out)
    forged = {"output_type": "display_data", "metadata": {}, "data": {"text/html": [hostile.FORGED_HTML]}}
    return {cell: [*outputs, forged] if outputs else [] for cell, outputs in stored_outputs(reference).items()}


def _crafted_members(team: str) -> tuple[tarfile.TarInfo, ...]:
    """Members that lead outside the folder which they are unpacked into."""
    above, absolute = tarfile.TarInfo("../../escaped.txt"), tarfile.TarInfo("/escaped.txt")
    link = tarfile.TarInfo(f"{team}/notes.txt")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return above, absolute, link


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); the sample hand-ins are made of it") from error


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be written ({error.strerror}); free some space or choose another folder"
        ) from error
