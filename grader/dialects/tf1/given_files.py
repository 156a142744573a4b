"""The files that a TensorFlow 1 hand-in finds given, in the place of, and beside, those that are handed out now."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

from grader.dialects.tf1.expected_network import ExpectedNetwork

_FOLDER = Path(__file__).with_name("given")
#: Where today's modules go, on which those of that time rest.
_SERVED = {"Utils/data_utils.py": "Utils/served_data.py", "Utils/model_utils.py": "Utils/served_model.py"}
#: What the notebook expects, as JSON: the fields of `ExpectedNetwork`.
EXPECTED_FILE = "Utils/expected_network.json"


def given_files(handed_out: Mapping[str, bytes], expected: ExpectedNetwork) -> dict[str, bytes]:
    """`handed_out`, the given files of today by path, with the modules of TensorFlow 1 and what they need to know."""
    own = {path.relative_to(_FOLDER).as_posix(): path.read_bytes() for path in sorted(_FOLDER.rglob("*.py"))}
    served = {new: handed_out[name] for name, new in _SERVED.items()}
    return {**handed_out, **own, **served, EXPECTED_FILE: expected_file(expected)}


def expected_file(expected: ExpectedNetwork) -> bytes:
    """The content of EXPECTED_FILE."""
    return json.dumps(dataclasses.asdict(expected)).encode()
