"""Runs student code and says what was seen: the one door of this room."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grader.dialects.dialect import Dialect
from grader.execute.environment import versions
from grader.execute.live import LiveNotebook
from grader.execute.probing import probe_item
from grader.execute.readable import ReadableFolders
from grader.execute.runners import RUNNERS, missing_packages
from grader.execute.session import Host, Launcher
from grader.model.errors import UsageError
from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits
from grader.model.observation import CallObservation, NotebookObservation, ProbeRequest


class Executor:
    """One a worker process. Its zygote is started when first needed, and again after its death.

    `level` is the isolation to use (not the weakest accepted). `runner` is ``shell`` or ``nbclient``.
    `forbidden_modules` are top-level packages that import as stubs and whose installed files are hidden.
    `hidden` are further paths to hide. `preload` are packages to import before the first fork, so that no child has to;
    they have to be installed. `dialect` is which TensorFlow student code finds. `readable` are folders that student code may read at every level; where it finds them says
    `readable_path`. `threads` is how many TensorFlow and OpenMP use in a child (default: what they choose; one).
    `devices` are paths of device nodes that it may use, as those of a GPU. `scratch` is a folder for temporary files
    (default: one of its own). `launcher` is ``fork``, ``spawn`` (no isolation), or None for what this platform offers.
    Without `notebooks` only probes can be run, and what notebooks need is not imported, which takes most of the start.

    Every method may raise InfrastructureError, which is never the student's doing.
    """

    def __init__(
        self,
        *,
        level: IsolationLevel,
        runner: str = "shell",
        forbidden_modules: Sequence[str] = (),
        preload: Sequence[str] = (),
        readable: Sequence[Path] = (),
        threads: int | None = None,
        devices: Sequence[str] = (),
        scratch: Path | None = None,
        hidden: Sequence[Path] = (),
        launcher: str | None = None,
        notebooks: bool = True,
        dialect: Dialect = Dialect.TF2,
    ):
        if runner not in RUNNERS:
            raise UsageError(f"--runner: found {runner!r}, allowed: {', '.join(RUNNERS)}")
        if runner == "nbclient" and level is IsolationLevel.LANDLOCK:
            raise UsageError("--runner nbclient does not work at isolation landlock, which refuses a kernel's sockets")
        for package in preload:
            if not installed_paths((package,)):
                raise UsageError(f"{package} is not installed: pip install 'cnn-grader[grading,tf]'")
        self._runner = runner
        self._preload = tuple(preload)
        self._dialect = dialect
        self._versions: dict[str, str] | None = None
        if scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="cnn-grader-"))
        else:
            scratch.mkdir(parents=True, exist_ok=True)
            self._scratch = Path(tempfile.mkdtemp(prefix="executor-", dir=scratch))
        try:
            self._readable = ReadableFolders(readable, level, hidden, self._scratch, as_root=_is_root())
            self._launcher = self._new_launcher(
                launcher or ("fork" if can_fork() else "spawn"),
                level=level,
                runner=runner if notebooks else "",
                forbidden_modules=forbidden_modules,
                threads=threads,
                devices=devices,
                hidden=hidden,
            )
        except BaseException:
            shutil.rmtree(self._scratch, ignore_errors=True)
            raise

    def _new_launcher(
        self,
        launcher: str,
        *,
        level: IsolationLevel,
        runner: str,
        forbidden_modules: Sequence[str],
        threads: int | None,
        devices: Sequence[str],
        hidden: Sequence[Path],
    ) -> Launcher:
        if launcher == "spawn":
            if level is not IsolationLevel.NONE:
                raise UsageError(f"isolation {level!s} needs Linux with fork and /proc; --isolation none does not")
            from grader.execute.spawn_launcher import SpawnLauncher

            # Nothing is preloaded: student code imports it itself, which takes as long.
            return SpawnLauncher(runner, forbidden_modules, self._scratch, threads, self._dialect)
        from grader.execute.fork_launcher import ForkLauncher
        from grader.sandbox import default_wall

        wall = default_wall(
            (*hidden, *installed_paths(forbidden_modules)), self._scratch, map(str, self._readable.paths), devices
        )
        return ForkLauncher(
            level, runner, forbidden_modules, self._scratch, wall, self._preload, threads, self._dialect
        )

    def environment(self) -> dict[str, str]:
        """Versions where student code runs: python, platform, numpy, what is preloaded and so on; the runner; the dialect
        of TensorFlow where it is not the present one.

        Read from the files that are installed for this interpreter, which runs student code too: starts no process.
        """
        if self._versions is None:
            # Asked for several times a submission, and searched for in the file system each time.
            self._versions = versions(self._preload)
        dialect = {} if self._dialect is Dialect.TF2 else {"dialect": str(self._dialect)}
        return {**self._versions, **dialect, "runner": self._runner}

    def readable_path(self, folder: Path) -> Path:
        """Where student code sees `folder`, one of `readable` or below one. Raises ValueError for any other."""
        return self._readable.path_of(folder)

    @contextmanager
    def workspace(self, files: Mapping[str, bytes], limits: ExecutionLimits, seed: int = 0) -> Iterator[Workspace]:
        """Processes for one submission. `files` is its complete work folder: POSIX relative path to content."""
        if (size := sum(len(content) for content in files.values())) > limits.disk_bytes:
            raise UsageError(f"the work folder has {size} bytes, the limit disk_bytes is {limits.disk_bytes}")
        workspace = Workspace(self._launcher, self._runner, files, limits, seed)
        try:
            yield workspace
        finally:
            workspace.close()

    def close(self) -> None:
        """End all processes and remove temporary files."""
        self._launcher.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def __enter__(self) -> Executor:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


class Workspace:
    """One submission's work folder and the processes in it."""

    def __init__(self, launcher: Launcher, runner: str, files: Mapping[str, bytes], limits: ExecutionLimits, seed: int):
        self._launcher = launcher
        self._runner = runner
        self._files = files
        self._limits = limits
        # Student code can find out the state of its generators, so the caller's own seed must not be told by it.
        self._seed = int.from_bytes(hashlib.sha256(f"student code, {seed}".encode()).digest()[:4])
        self._probe_host: Host | None = None

    def run_notebook(self, notebook: Mapping[str, Any], name: str) -> NotebookObservation:
        """Run all code cells of an nbformat-4 notebook in a child of their own. `name` is for messages.

        Raises UsageError where the runner's packages are not installed.
        """
        if not self._launcher.has_runner():
            raise UsageError(f"{name}: {missing_packages(self._runner)}")
        with self.live(notebook, name, run=True) as live:
            assert live.observation is not None
            return live.observation

    @contextmanager
    def live(self, notebook: Mapping[str, Any], name: str, *, run: bool) -> Iterator[LiveNotebook]:
        """A notebook whose functions and variables can be probed; with `run`, after its cells have run. `name` is for messages.

        Raises UsageError where it is to be run and the runner's packages are not installed.
        """
        if run and not self._launcher.has_runner():
            raise UsageError(f"{name}: {missing_packages(self._runner)}")

        def open_host() -> Host:
            return self._launcher.open_host(self._files, self._limits, notebook=run)

        live = LiveNotebook(open_host, notebook, self._limits, self._seed, self._runner)
        try:
            if run:
                live.run()
            yield live
        finally:
            live.close()

    def probe(self, requests: Sequence[ProbeRequest]) -> list[CallObservation]:
        """One item's requests, in order, in one process that has run nothing else; an observation for each."""
        return probe_item(self, requests, self._limits, self._seed)

    def probe_host(self) -> Host:
        """The child in which probes are run; a new one after `discard_probe_host`, where it died or its files changed."""
        host = self._probe_host
        if host is not None and not (host.usable() and host.pristine()):
            self.discard_probe_host()
        if self._probe_host is None:
            self._probe_host = self._launcher.open_host(self._files, self._limits)
        return self._probe_host

    def discard_probe_host(self) -> None:
        if self._probe_host is not None:
            self._probe_host.discard()
            self._probe_host = None

    def close(self) -> None:
        self.discard_probe_host()


def can_fork() -> bool:
    """Whether this platform offers what the zygote needs."""
    return sys.platform == "linux" and hasattr(os, "fork") and Path("/proc/self/fd").exists()


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def installed_paths(packages: Sequence[str]) -> tuple[Path, ...]:
    """Where top-level packages are installed, found without importing them; nothing for those that are not."""
    paths: list[Path] = []
    for package in packages:
        try:
            spec = importlib.util.find_spec(package)
        except (ImportError, ValueError):
            continue
        if spec is None:
            continue
        if spec.submodule_search_locations:
            paths += [Path(location) for location in spec.submodule_search_locations]
        elif spec.origin and Path(spec.origin).exists():
            paths.append(Path(spec.origin))
    return tuple(paths)
