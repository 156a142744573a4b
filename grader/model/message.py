"""A text not yet written out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """A key of the message catalogue and the values of its placeholders."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)
