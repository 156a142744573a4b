"""What a sandbox is told, and the small protocol that every isolation level answers to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits


@dataclass(frozen=True, slots=True)
class WallPolicy:
    """The outer wall, entered once by the process that forks the children.

    `readable`: absolute paths that stay visible, read-only. `hidden`: absolute paths below a readable one whose
    content must not be seen; a hidden folder looks empty or unreadable, so importing its name must be refused by
    other means. `scratch`: the folder of the host below which work folders are made at the levels that do not
    mount one of their own; it stays writable there, and root makes it passable for other users. `devices`: device nodes
    (or folders of them) of the machine that may be used, as of a GPU.
    """

    readable: tuple[str, ...]
    hidden: tuple[str, ...]
    scratch: str
    devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CellPolicy:
    """The inner wall, entered by one forked child.

    `work`: absolute path of the child's writable folder. At `namespaces` a fresh file system of limited size is
    mounted there, whatever the path; at the other levels it is an existing folder below the wall's `scratch`.
    `slot`: a small number, distinct among children that live at the same time; when root starts the sandbox it
    picks the unprivileged user that the child becomes.
    """

    work: str
    limits: ExecutionLimits
    slot: int


class Sandbox(Protocol):
    """One isolation level. The same object is used for the wall and, in the children forked after it, for the cell."""

    level: IsolationLevel

    def enter_wall(self, policy: WallPolicy) -> None:
        """Enter the outer wall for good, from a process that has one thread. Descriptors stay open.

        Everything below the readable paths can still be imported afterwards, and children can be forked.
        Raises InfrastructureError saying which step was refused.
        """

    def enter_cell(self, policy: CellPolicy) -> None:
        """Enter the inner wall for good, from a child just forked by the process behind the outer wall.

        Returns in the process that is to fork those that run student code, and runs none itself. It may be a child of
        the caller, which then holds no descriptors, passes SIGINT on, and ends as it ends (same exit status or signal);
        and it dies when the caller dies. Whoever forked the caller therefore waits for it and kills it by the pid it
        knows. Afterwards the current folder is `policy.work`, and HOME and TMPDIR are writable. Raises
        InfrastructureError, in the caller or in such a child of it.
        """

    def enter_fork(self) -> None:
        """Give up, for good, what a process forked in the cell does not need of those around it, before it runs student
        code. Raises InfrastructureError."""

    @property
    def signals_stay_inside(self) -> bool:
        """Whether a signal to all processes, sent from within a cell, reaches those of that cell alone."""

    def gaps(self) -> dict[str, str]:
        """Attacks (ids of `guarantees.ATTACKS`) that this level cannot stop here, and why. Call after `enter_wall`."""
