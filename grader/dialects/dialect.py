"""The dialects of TensorFlow that hand-ins are written in."""

from __future__ import annotations

from enum import StrEnum


class Dialect(StrEnum):
    """TF1 has graphs, placeholders and sessions; TF2 computes at once, with Keras."""

    TF1 = "tf1"
    TF2 = "tf2"
