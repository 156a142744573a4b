"""The dialect of TensorFlow that a submission is written in, and the files that it then finds given."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from typing import Any

from grader.checks.training.notebook_code import code_of, joined
from grader.dialects.dialect import Dialect
from grader.dialects.recognition import dialect_of
from grader.dialects.tf1.expected_network import expected_network
from grader.dialects.tf1.given_files import given_files
from grader.model.submission import Submission

#: The part whose functions are NumPy alone, and the one about a pretrained network.
_NUMPY_PART, _PRETRAINED_PART = 1, 3


def written_in(submission: Submission) -> Dialect:
    """Read from the notebooks of the parts written with TensorFlow, and from the hand-in's own modules."""
    return dialect_of(_code(submission))


def files_given(submission: Submission, handed_out: Mapping[str, bytes], dialect: Dialect) -> Mapping[str, bytes]:
    """The files that are ours whatever was handed in; `handed_out` are those of today."""
    if dialect is Dialect.TF2:
        return handed_out
    notebook = _notebook(submission, _PRETRAINED_PART)
    return given_files(handed_out, expected_network(code_of(notebook), "\n".join(_printed(notebook))))


def _code(submission: Submission) -> Iterator[ast.Module]:
    for part in submission.notebooks:
        if part != _NUMPY_PART:
            yield code_of(_notebook(submission, part))
    for path, content in submission.files.items():
        if path.endswith(".py"):
            try:
                yield ast.parse(content)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue


def _notebook(submission: Submission, part: int) -> Mapping[str, Any]:
    path = submission.notebooks.get(part)
    return {} if path is None else json.loads(submission.files[path])


def _printed(notebook: Mapping[str, Any]) -> Iterator[str]:
    for cell in notebook.get("cells", ()):
        for output in cell.get("outputs", ()):
            if output.get("output_type") == "stream":
                yield joined(output.get("text", ""))
