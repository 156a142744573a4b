"""Brings evidence that an earlier grader stored to the present schema, one version at a time.

When a change would make stored evidence be misread, raise `EVIDENCE_SCHEMA` and add the step from the version before.
A new field with a default needs neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from grader.model.evidence import EVIDENCE_SCHEMA

#: The content of ``evidence.json`` as its schema describes it.
Content = dict[str, Any]
#: Turns evidence of one schema into that of the next; `to_current` sets the version.
Migration = Callable[[Content], Content]

#: The step from each older schema that can still be read.
MIGRATIONS: Mapping[int, Migration] = {}


class UnknownSchema(ValueError):
    """Evidence of a schema from which no steps lead to the present one; `found` is what it says."""

    def __init__(self, found: object, current: int):
        super().__init__(f"evidence has schema {found}, this grader reads {current}: grade this team again")
        self.found = found


def to_current(
    content: object, current: int = EVIDENCE_SCHEMA, migrations: Mapping[int, Migration] = MIGRATIONS
) -> Content:
    """`content` in the schema `current`; what is passed in may be changed. Raises UnknownSchema."""
    found = content.get("schema") if isinstance(content, dict) else None
    if not isinstance(content, dict) or type(found) is not int:
        raise UnknownSchema(found, current)
    for version in range(found, current):
        if version not in migrations:
            raise UnknownSchema(found, current)
        content = migrations[version](content) | {"schema": version + 1}
    if found > current:
        raise UnknownSchema(found, current)
    return content
