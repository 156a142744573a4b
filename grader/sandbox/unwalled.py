"""Levels `limits` and `none`: student code runs as the grader's user, with all its rights. No isolation."""

from __future__ import annotations

import os
import sys

from grader.model.isolation import IsolationLevel
from grader.sandbox import credentials, environment, guarantees, resource_limits, supervisor
from grader.sandbox.policy import CellPolicy, WallPolicy


class LimitsSandbox:
    """Limits what one process can take of memory, processor time, files and descriptors; walls off nothing."""

    level = IsolationLevel.LIMITS

    def enter_wall(self, policy: WallPolicy) -> None:
        """There is no outer wall at this level."""

    def enter_cell(self, policy: CellPolicy) -> None:
        os.setsid()
        supervisor.forget_handlers()
        environment.clear_environment()
        _settle_in(policy.work)
        on_linux = sys.platform == "linux"
        # The kernel never counts the processes of user 0; elsewhere we cannot tell how many there are already.
        counted = on_linux and os.getuid() != 0
        processes_already = resource_limits.tasks_of_user(os.getuid()) if counted else None
        resource_limits.apply(policy.limits, processes_already=processes_already)
        if on_linux:
            credentials.forbid_new_privileges()
            supervisor.die_with_parent()

    def enter_fork(self) -> None:
        """There is nothing more to give up at this level."""

    @property
    def signals_stay_inside(self) -> bool:
        return False

    def gaps(self) -> dict[str, str]:
        conditional = guarantees.CONDITIONAL_GAPS[self.level]
        open_attacks = dict(guarantees.KNOWN_GAPS[self.level])
        if sys.platform != "linux":
            return open_attacks | conditional
        if os.getuid() == 0:
            open_attacks["fork_bomb"] = conditional["fork_bomb"]
        return open_attacks


class BareSandbox:
    """A session and a work folder. Works on every system that can fork."""

    level = IsolationLevel.NONE

    def enter_wall(self, policy: WallPolicy) -> None:
        """There is no outer wall at this level."""

    def enter_cell(self, policy: CellPolicy) -> None:
        if hasattr(os, "setsid"):
            os.setsid()
        _settle_in(policy.work)

    def enter_fork(self) -> None:
        """There is nothing more to give up at this level."""

    @property
    def signals_stay_inside(self) -> bool:
        return False

    def gaps(self) -> dict[str, str]:
        return dict(guarantees.KNOWN_GAPS[self.level])


def _settle_in(work: str) -> None:
    folder = os.path.realpath(work)
    environment.settle(folder, os.path.join(folder, ".home"), os.path.join(folder, ".tmp"))
