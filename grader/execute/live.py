"""A notebook's process kept alive, so that its functions can be called; replayed in a fresh one where it is gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grader.execute.notebook import run_notebook
from grader.execute.probing import NoSession, ask_all
from grader.execute.replaying import Replayer, ReplayFailure
from grader.execute.session import Host, Session, SessionEnded
from grader.model.errors import InfrastructureError
from grader.model.limits import ExecutionLimits
from grader.model.observation import CallObservation, NotebookObservation, ProbeRequest

#: Runners whose own process holds what the notebook left behind. Those of a kernel of its own are replayed.
_RUNNERS_IN_PROCESS = frozenset(("shell",))


class LiveNotebook:
    """`observation` is the notebook's run, None where it was not to be run."""

    def __init__(
        self,
        open_host: Callable[[], Host],
        notebook: Mapping[str, Any],
        limits: ExecutionLimits,
        seed: int,
        runner: str,
    ):
        self.observation: NotebookObservation | None = None
        self._open_host = open_host
        self._notebook = notebook
        self._limits = limits
        self._seed = seed
        self._runner = runner
        self._host: Host | None = None
        self._session: Session | None = None
        self._replayer: Replayer | None = None

    @property
    def replayed(self) -> bool:
        """Whether calls meet the notebook's definitions alone, put anew into a process that has not run its cells."""
        return self._replayer is not None

    @property
    def replay_failures(self) -> tuple[ReplayFailure, ...]:
        """Definitions that could not be replayed, in order."""
        return () if self._replayer is None else self._replayer.failures

    def run(self) -> None:
        """Run all cells; once more, from nothing, where the process may have been killed from outside.

        Raises InfrastructureError.
        """
        self.observation = self._run_in_fresh_process()
        if self.observation.killed:
            self._session = None
            self._discard_host()
            self.observation = self._run_in_fresh_process()
        alive = self.observation.status in ("completed", "cell_error")
        if not alive or self._runner not in _RUNNERS_IN_PROCESS:
            self.kill()

    def _run_in_fresh_process(self) -> NotebookObservation:
        self._session = self._open_session(notebook=True)
        return run_notebook(self._session, self._notebook, self._limits, self._runner)

    def probe(self, requests: Sequence[ProbeRequest]) -> list[CallObservation]:
        """One observation a request, in order, all within the time of an item; what a call changes stays changed.

        After a call that ended its process, the rest goes on in a fresh one with the notebook's definitions. Files
        that were written stay. Raises InfrastructureError.
        """
        return ask_all(self, requests, self._limits)

    def session(self) -> Session:
        """The process that has the notebook's names. Raises NoSession or InfrastructureError."""
        if self._session is None:
            if self._replayer is None:
                self._replayer = Replayer(self._notebook, self._limits)
            self._session = self._replayer.replay(self._fresh_session, self.kill)
            if self._session is None:
                raise NoSession("the notebook's definitions ended every process that they were put into")
        return self._session

    def kill(self) -> None:
        """End the process and what it started; its files stay where that can be done from within."""
        if self._session is not None:
            try:
                self._session.close()
            except SessionEnded:
                self._discard_host()
            self._session = None

    def ended(self, code: int | None) -> None:
        """The process has ended by itself; `code` as in `SessionEnded`."""
        self._session = None
        if code is None:
            self._discard_host()

    def close(self) -> None:
        """End all processes and remove the work folder."""
        self._session = None
        self._discard_host()

    def _fresh_session(self) -> Session:
        self._session = self._open_session(notebook=False)
        return self._session

    def _open_session(self, *, notebook: bool) -> Session:
        if self._host is not None and not self._host.usable():
            self._discard_host()
        try:
            return self._usable_host().open_session(self._seed, notebook=notebook)
        except InfrastructureError:
            # The host may have been killed by what was left behind in it: one fresh one is due.
            self._discard_host()
            return self._usable_host().open_session(self._seed, notebook=notebook)

    def _usable_host(self) -> Host:
        if self._host is None:
            self._host = self._open_host()
        return self._host

    def _discard_host(self) -> None:
        if self._host is not None:
            self._host.discard()
            self._host = None
