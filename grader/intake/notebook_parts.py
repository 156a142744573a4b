"""Tells which part of the assignment a notebook is: by its canonical name, else by what its code is about."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from grader.intake.handout import NOTEBOOK_NAMES
from grader.intake.notebooks import Notebook

#: Names of the assignment that occur in the code of one part only.
PART_MARKERS: dict[int, tuple[str, ...]] = {
    1: (
        "layer_utils",
        "load_images",
        "Test_conv_forward",
        "Test_conv_backward",
        "Test_max_pool_forward",
        "Test_max_pool_backward",
    ),
    2: ("load_CIFAR10", "run_model", "simple_model", "Inception_module", "complex_model", "my_model"),
    3: (
        "load_ImageNet_val",
        "random_noise_image",
        "compute_saliency_maps",
        "compute_class_representative_image",
        "generate_adversarial_image",
    ),
}

#: One name alone also occurs in scratch notebooks.
MARKERS_NEEDED = 2

_NUMBERED_NAME = re.compile(r"assignment[\s_-]*2[\s_-]+([123])(?!\d)")
_NAME_WORDS = {1: "implementing", 2: "training", 3: "visualizing"}


def canonical_part(path: str) -> int | None:
    """The part whose canonical name the file has (letter case aside)."""
    name = PurePosixPath(path).name.casefold()
    return next((part for part, canonical in NOTEBOOK_NAMES.items() if canonical.casefold() == name), None)


def part_by_name(path: str) -> int | None:
    """The part that a file name hints at; enough to say which part an unreadable notebook was."""
    name = unicodedata.normalize("NFKC", PurePosixPath(path).name).casefold()
    if found := _NUMBERED_NAME.search(name):
        return int(found.group(1))
    return next((part for part, word in _NAME_WORDS.items() if word in name and "cnn" in name), None)


def part_by_content(notebook: Notebook) -> int | None:
    """The part whose names the code uses most, None where no part is clearly ahead."""
    counts = marker_counts(notebook)
    best = max(counts, key=lambda part: counts[part])
    if counts[best] < MARKERS_NEEDED or sum(count == counts[best] for count in counts.values()) > 1:
        return None
    return best


def marker_counts(notebook: Notebook) -> dict[int, int]:
    """How many of each part's `PART_MARKERS` occur in the code cells."""
    code = "\n".join(notebook.code_sources)
    return {part: sum(marker in code for marker in markers) for part, markers in PART_MARKERS.items()}


def part_of(path: str, notebook: Notebook) -> int | None:
    """The part of a readable notebook.

    The canonical name decides, unless the code has nothing of that part and is clearly another's: two notebooks
    saved under each other's name are still found. A name that only hints decides where the code does not.
    """
    named = canonical_part(path)
    by_content = part_by_content(notebook)
    if named is not None and (by_content is None or marker_counts(notebook)[named] > 0):
        return named
    return by_content or part_by_name(path)
