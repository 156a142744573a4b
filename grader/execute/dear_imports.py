"""Packages that few hand-ins use, but that take long to import and make every fork dearer while they are loaded."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping

#: What to import where a package is imported.
_MODULES = {
    b"scipy": ("scipy.signal", "scipy.ndimage"),
    b"matplotlib": ("matplotlib.pyplot", "matplotlib.backends.backend_agg"),
}
#: An import that runs with the file: at the start of a line of a module, or of a source line in a notebook's JSON.
_IMPORT = re.compile(rb'(?:^|"|\\n)(?:import|from) +(scipy|matplotlib)\b', re.MULTILINE)


def named(files: Mapping[str, bytes], *, notebooks: bool) -> list[bytes]:
    """Which of the packages the modules (and notebooks) among `files` import."""
    suffixes = (".py", ".ipynb") if notebooks else (".py",)
    return sorted(
        {name for path, content in files.items() if path.endswith(suffixes) for name in _IMPORT.findall(content)}
    )


def preload(files: Mapping[str, bytes], *, notebooks: bool) -> None:
    """Imports what `files` will import, once, so that each process forked from here has it."""
    for name in named(files, notebooks=notebooks):
        for module in _MODULES[name]:
            try:
                importlib.import_module(module)
            except Exception:  # not there, or too large for what the child may use: the student's code will meet it
                break
