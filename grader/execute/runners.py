"""Notebook runners by name, imported only where they are asked for: probes need neither IPython nor Jupyter."""

from __future__ import annotations

from collections.abc import Sequence

from grader.dialects.dialect import Dialect
from grader.execute.serve import NotebookRunner

#: Each runner's name and the packages that it needs beyond the core ones.
RUNNERS = {"shell": "IPython and matplotlib", "nbclient": "nbclient and ipykernel"}


def preload_runner(name: str, forbidden: Sequence[str], dialect: Dialect = Dialect.TF2) -> NotebookRunner | None:
    """The runner `name` with everything it needs imported; None where its packages are not installed."""
    try:
        if name == "nbclient":
            from grader.execute.nbclient_runner import NbclientRunner

            return NbclientRunner(forbidden, dialect)
        from grader.execute import shell

        shell.build_shell()
        return shell.run_notebook
    except ImportError:
        return None


def missing_packages(name: str) -> str:
    """What to tell a person whose installation lacks the packages of runner `name`."""
    return f"running notebooks needs {RUNNERS[name]}: pip install 'cnn-grader[grading]'"
