"""Paths that student code may not see."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.execute.executor import Executor
from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits
from grader.model.observation import ProbeRequest
from grader.sandbox import survey

SOURCE = b"import os\ndef seen(path): return os.path.exists(path)\n"


def test_a_path_below_a_hidden_one_may_be_hidden_too(tmp_path: Path) -> None:
    # So it is with packages that search several folders for their modules, one inside the other.
    finding = next(found for found in survey().findings if found.level is IsolationLevel.NAMESPACES)
    if not finding.works:
        pytest.skip(f"level namespaces does not work here: {finding.detail}")
    readable, hidden = tmp_path / "data", tmp_path / "data" / "package"
    (hidden / "inner").mkdir(parents=True)
    request = ProbeRequest("call", {"module": "look", "function": "seen", "args": [str(hidden / "inner")]})
    with (
        Executor(
            level=finding.level, readable=(readable,), hidden=(hidden, hidden / "inner"), notebooks=False
        ) as executor,
        executor.workspace({"look.py": SOURCE}, ExecutionLimits()) as workspace,
    ):
        assert workspace.probe([request])[0].value is False
