"""Device nodes of the machine: seen where they were granted, and nowhere else. A terminal's stands for a GPU's."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.execute.executor import Executor
from grader.execute.gpu_devices import gpu_devices
from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits
from grader.model.observation import ProbeRequest
from grader.sandbox import survey

DEVICE = "/dev/tty"
SOURCE = b"""
import os

def opened(path):
    try:
        os.close(os.open(path, os.O_RDWR | os.O_NOCTTY))
    except (PermissionError, FileNotFoundError):
        return False
    except OSError:
        return True  # the device itself has something against it
    return True
"""


@pytest.mark.parametrize("granted", [True, False])
@pytest.mark.parametrize("level", [IsolationLevel.NAMESPACES, IsolationLevel.LANDLOCK])
def test_a_device_can_be_used_where_it_was_granted(level: IsolationLevel, granted: bool) -> None:
    finding = next(found for found in survey().findings if found.level is level)
    if not finding.works:
        pytest.skip(f"level {level.value} does not work here: {finding.detail}")
    devices = (DEVICE,) if granted else ()
    request = ProbeRequest("call", {"module": "device", "function": "opened", "args": [DEVICE]})
    with (
        Executor(level=level, devices=devices, notebooks=False) as executor,
        executor.workspace({"device.py": SOURCE}, ExecutionLimits()) as workspace,
    ):
        assert workspace.probe([request])[0].value is granted


def test_only_nodes_that_are_there_are_named(tmp_path: Path) -> None:
    (tmp_path / "nvidia0").touch()
    patterns = (str(tmp_path / "nvidia*"), str(tmp_path / "kfd"))
    assert gpu_devices(patterns) == (str(tmp_path / "nvidia0"),)
