"""The isolation levels by name."""

from __future__ import annotations

from grader.model.isolation import IsolationLevel
from grader.sandbox.landlocked import LandlockSandbox
from grader.sandbox.namespaces import NamespaceSandbox
from grader.sandbox.policy import Sandbox
from grader.sandbox.unwalled import BareSandbox, LimitsSandbox

_SANDBOXES: dict[IsolationLevel, type[Sandbox]] = {
    IsolationLevel.NAMESPACES: NamespaceSandbox,
    IsolationLevel.LANDLOCK: LandlockSandbox,
    IsolationLevel.LIMITS: LimitsSandbox,
    IsolationLevel.NONE: BareSandbox,
}


def sandbox_for(level: IsolationLevel) -> Sandbox:
    """A new, not yet entered sandbox of this level. Whether it works here is what `survey` tells."""
    return _SANDBOXES[level]()
