"""Where CIFAR-10 usually lies."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.datasets.published import PublishedFiles
from grader.datasets.refusals import DataRefused

#: Holds what `--data` would: a folder, an archive, or the word for the stand-in.
VARIABLE = "GRADER_DATA"
#: What is written instead of a path to ask for the stand-in.
STAND_IN = "stand-in"

#: Below a folder that keeps data sets: what unpacking the published archives, or Keras, leaves there.
_FOLDERS = (
    "cifar-10-batches-py",
    "cifar-10-batches-py-target/cifar-10-batches-py",
    "cifar-10-batches-py-target",
    "cifar-10-batches-bin",
)
_ARCHIVES = (
    "cifar-10-batches-py.tar.gz",
    "cifar-10-python.tar.gz",
    "cifar-10-binary.tar.gz",
    "cifar-10-batches-py-target_archive",
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a look-up depends on: the environment's variables, the user's home and the folder we are in."""

    environ: Mapping[str, str]
    home: Path
    folder: Path

    @classmethod
    def here(cls, environ: Mapping[str, str]) -> Surroundings:
        """Those of this process. Raises DataRefused where the user has no home."""
        try:
            return cls(environ, Path.home(), Path.cwd())
        except RuntimeError as error:
            raise DataRefused.because("no_home") from error


def named_source(name: str, published: PublishedFiles) -> Path:
    """The folder of batches or the archive that somebody meant by the path `name`: itself, or one that lies in it.

    Raises DataRefused where there is none.
    """
    path = Path(os.path.expanduser(name))
    if os.path.isfile(path):
        return path
    if not os.path.isdir(path):
        raise DataRefused.because("no_such_path", path=path)
    source = next(_sources_in(path, published), None)
    if source is None:
        raise DataRefused.because("nothing_there", path=path)
    return source


def usual_sources(surroundings: Surroundings, published: PublishedFiles) -> list[Path]:
    """What there is in Keras' cache, then below the current folder, in the order in which it should be tried."""
    return [source for folder in usual_places(surroundings) for source in _sources_in(folder, published)]


def usual_places(surroundings: Surroundings) -> tuple[Path, ...]:
    """The folders that are looked into where nobody named one."""
    keras = surroundings.environ.get("KERAS_HOME")
    cache = (Path(keras).expanduser() if keras else surroundings.home / ".keras") / "datasets"
    return cache, surroundings.folder / "Utils"


def _sources_in(folder: Path, published: PublishedFiles) -> Iterator[Path]:
    """`folder` itself where it holds a batch, the usual folders below it that do, and the usual archives in it.

    Asked by `os.path`, for which a folder that may not be looked into holds nothing.
    """
    for candidate in (folder, *(folder / name for name in _FOLDERS)):
        if any(os.path.isfile(candidate / name) for names in published.batch_names for name in names):
            yield candidate
    for name in _ARCHIVES:
        if os.path.isfile(folder / name):
            yield folder / name
