"""The way in: from what was asked for, and what this machine has, to a data set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.datasets import stand_in
from grader.datasets.cache import Entry, cache_folder, open_entry
from grader.datasets.cifar10 import entry_name, obtain_pixels, verify
from grader.datasets.data_set import DataSet
from grader.datasets.entry_contents import data_set_of
from grader.datasets.places import STAND_IN, VARIABLE, Surroundings, named_source, usual_places, usual_sources
from grader.datasets.profile import IMAGES_PER_CLASS, NEED_CIFAR10, Profile
from grader.datasets.published import CIFAR10, PublishedFiles
from grader.datasets.refusals import DamagedEntry, DataRefused
from grader.datasets.selection import obtain_selection


@dataclass(frozen=True, slots=True)
class Outlook:
    """Which data a run would use, before anything is made.

    source: where CIFAR-10 is, verified; None where it is the stand-in.
    asked_for: whether somebody named this data, by option or variable.
    problems: one line each for places that hold a CIFAR-10 that cannot be used; they are passed over.
    """

    source: Path | None
    asked_for: bool
    problems: tuple[str, ...] = ()


def look(choice: str | None, surroundings: Surroundings, published: PublishedFiles = CIFAR10) -> Outlook:
    """What `choice` (a path, ``stand-in``, or None for what the variable or the usual places say) comes to.

    Reads and verifies files, makes none. Raises DataRefused where a path was named and no CIFAR-10 is there.
    """
    chosen = choice if choice is not None else surroundings.environ.get(VARIABLE) or None
    if chosen == STAND_IN:
        return Outlook(None, asked_for=True)
    if chosen is not None:
        source = named_source(chosen, published)
        verify(source, published)
        return Outlook(source, asked_for=True)
    kept = cache_of(surroundings) / entry_name(published)
    if _is_whole(kept):
        return Outlook(kept, asked_for=False)
    problems = []
    for source in usual_sources(surroundings, published):
        try:
            verify(source, published)
        except DataRefused as problem:
            problems.append(str(problem))
        else:
            return Outlook(source, asked_for=False, problems=tuple(problems))
    return Outlook(None, asked_for=False, problems=tuple(problems))


def load(
    choice: str | None, profile: Profile, surroundings: Surroundings, published: PublishedFiles = CIFAR10
) -> DataSet:
    """The data of a run, from the cache where it was made before.

    Raises DataRefused: as `look`; a profile that needs CIFAR-10 without it; a cache that cannot be written.
    """
    outlook = look(choice, surroundings, published)
    cache = cache_of(surroundings)
    if outlook.source is None:
        if profile in NEED_CIFAR10 and not outlook.asked_for:
            raise _needed(profile, outlook, surroundings)
        entry = stand_in.obtain_stand_in(cache)
    else:
        everything = _everything(outlook.source, cache, published)
        entry = obtain_selection(everything, IMAGES_PER_CLASS[profile], cache)
    return data_set_of(entry, asked_for=outlook.asked_for)


def cache_of(surroundings: Surroundings) -> Path:
    return cache_folder(surroundings.environ, surroundings.home)


def _everything(source: Path, cache: Path, published: PublishedFiles) -> Entry:
    """The entry with all of CIFAR-10; `source` is that entry's folder or what it is to be made from."""
    if source == cache / entry_name(published):
        return open_entry(source, verify=False)
    return obtain_pixels(source, cache, published)


def _is_whole(folder: Path) -> bool:
    try:
        open_entry(folder)
    except DamagedEntry:
        return False
    return True


def _needed(profile: Profile, outlook: Outlook, surroundings: Surroundings) -> DataRefused:
    if outlook.problems:
        return DataRefused.because("needed_but_damaged", profile=profile.value, problem=outlook.problems[0])
    places = ", ".join(str(place) for place in usual_places(surroundings))
    return DataRefused.because("needed", profile=profile.value, places=places, variable=VARIABLE)
