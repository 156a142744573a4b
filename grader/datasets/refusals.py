"""Why data cannot be used.

UsageError
└── DataRefused        CIFAR-10 was found or named, and is not what was published; or it is needed and was not found
ValueError
├── UnexpectedBytes    bytes that do not hold what they should; told to the caller as DataRefused, with the file's name
│   ├── NotABatch      not a batch of CIFAR-10
│   └── NotLabels      not a dict from class numbers to names
└── DamagedEntry       a folder of the cache that is not whole; made again where that is possible
"""

from __future__ import annotations

from typing import Self

from grader.messages import catalogue
from grader.model.errors import UsageError


class DataRefused(UsageError):
    """What, where, what to do, in one line."""

    @classmethod
    def because(cls, reason: str, /, **values: object) -> DataRefused:
        return cls(catalogue().text(f"datasets.refused.{reason}", **values))


class UnexpectedBytes(ValueError):
    """The bytes do not hold what they should; the text says why."""

    @classmethod
    def of_pickle(cls, reason: str, /, **values: object) -> Self:
        return cls(catalogue().text(f"datasets.pickle.{reason}", **values))


class NotABatch(UnexpectedBytes):
    """The bytes are no batch of CIFAR-10; the text says why."""

    @classmethod
    def because(cls, reason: str, /, **values: object) -> NotABatch:
        return cls(catalogue().text(f"datasets.not_a_batch.{reason}", **values))


class NotLabels(UnexpectedBytes):
    """The bytes are no dict from class numbers to names; the text says why."""

    @classmethod
    def because(cls, reason: str, /, **values: object) -> NotLabels:
        return cls(catalogue().text(f"datasets.not_labels.{reason}", **values))


class DamagedEntry(ValueError):
    """A cache entry that is not there whole; the text names what is wrong, for a log."""
