"""Packages that the grader needs, by what they are needed for. Imports nothing that could be missing itself."""

from __future__ import annotations

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
BATCH = {
    **SELF_CHECK,
    "IPython": "ipython",
    "matplotlib": "matplotlib",
    "pebble": "pebble",
    "traitlets": "traitlets",
}
NBCLIENT = {"ipykernel": "ipykernel", "nbclient": "nbclient"}
#: Executed notebooks as pages.
APPENDIX = {"bleach": "bleach", "mistune": "mistune", "nbconvert": "nbconvert"}
#: Parts 2 and 3 need it; Part 1 must not find it.
TENSORFLOW = {"tensorflow": "tensorflow"}
KNOWN = {**BATCH, **NBCLIENT, **APPENDIX, **TENSORFLOW}


def missing(packages: dict[str, str]) -> list[str]:
    """The pip names of those that are not installed."""
    return [distribution for name, distribution in packages.items() if find_spec(name) is None]
