"""Looks a message up and fills in its values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

import yaml

from grader.messages.language import ENGLISH, spoken
from grader.model.message import Message

#: The loader written in C where PyYAML was built with it: the texts are read at every start.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Catalogue:
    """The texts of one language. Keys are dotted: ``status.passed``, ``hint.kernel_flipped``."""

    def __init__(self, texts: Mapping[str, str]):
        self._texts = texts

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def keys(self) -> frozenset[str]:
        return frozenset(self._texts)

    def text(self, message: Message | str, **values: object) -> str:
        """The filled-in text. An unknown key raises KeyError: a missing text is a fault of ours, found by tests."""
        if isinstance(message, Message):
            return self._texts[message.key].format(**message.values)
        return self._texts[message].format(**values)


def _flatten(tree: Mapping[str, object], prefix: str) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in tree.items():
        key = f"{prefix}.{name}"
        if isinstance(value, Mapping):
            flat.update(_flatten(value, key))
        else:
            flat[key] = str(value)
    return flat


def catalogue(language: str | None = None) -> Catalogue:
    """The catalogue of `language`, by default of the one that is spoken; what it lacks is there in English."""
    return _complete(language or spoken())


@lru_cache
def _complete(language: str) -> Catalogue:
    return Catalogue({**own_texts(ENGLISH), **own_texts(language)})


@lru_cache
def own_texts(language: str) -> Mapping[str, str]:
    """What stands in ``messages/<language>/<topic>.yaml``: texts by key, keys prefixed with the topic."""
    texts: dict[str, str] = {}
    for entry in (resources.files("grader.messages") / language).iterdir():
        if entry.name.endswith(".yaml"):
            tree = yaml.load(entry.read_text(encoding="utf-8"), _LOADER) or {}
            texts.update(_flatten(tree, entry.name.removesuffix(".yaml")))
    return texts
