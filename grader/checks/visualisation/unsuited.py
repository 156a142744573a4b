"""A pretrained network of which an item cannot be asked: no fault of a student's, and none of the grader's."""

from __future__ import annotations


class UnsuitedNetwork(Exception):
    """`reason` is a key of the catalogue's topic ``skipped``."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason
