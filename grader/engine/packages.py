"""Packages that the grader needs, by what they are needed for. Imports nothing that could be missing itself."""

from __future__ import annotations

import platform
import sys
from importlib import metadata
from importlib.util import find_spec

#: Import name to the name that pip knows.
SELF_CHECK = {
    "jinja2": "jinja2",
    "nbformat": "nbformat",
    "numpy": "numpy",
    "pydantic": "pydantic",
    "rich": "rich",
    "yaml": "PyYAML",
}
#: What notebooks are run with.
NOTEBOOKS = {
    "IPython": "ipython",
    "matplotlib": "matplotlib",
    "traitlets": "traitlets",
}
BATCH = {**SELF_CHECK, **NOTEBOOKS, "pebble": "pebble"}
NBCLIENT = {"ipykernel": "ipykernel", "nbclient": "nbclient"}
#: Executed notebooks as pages.
APPENDIX = {"bleach": "bleach", "mistune": "mistune", "nbconvert": "nbconvert"}
#: The build without graphics card support is a third of the other's size; it exists for these machines only.
_SMALL_BUILD = sys.platform == "linux" and platform.machine() == "x86_64"
#: Parts 2 and 3 need it; Part 1 must not find it.
TENSORFLOW = {"tensorflow": "tensorflow-cpu" if _SMALL_BUILD else "tensorflow", "keras": "keras"}
#: Distributions that install the package `tensorflow`.
_TENSORFLOW_BUILDS = ("tensorflow", "tensorflow-cpu", "tensorflow-macos", "tensorflow-intel", "tf-nightly")
KNOWN = {**BATCH, **NBCLIENT, **APPENDIX, **TENSORFLOW}


def missing(packages: dict[str, str]) -> list[str]:
    """The pip names of those that are not installed."""
    return [distribution for name, distribution in packages.items() if find_spec(name) is None]


def version(*distributions: str) -> str | None:
    """The version of the first of them that is installed, told by its files and not by importing it."""
    for name in distributions:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return None


def training_versions() -> dict[str, str]:
    """Versions of TensorFlow and Keras, as far as they are installed."""
    found = {"tensorflow": version(*_TENSORFLOW_BUILDS), "keras": version("keras")}
    return {name: number for name, number in found.items() if number is not None}
