"""The explicit table of checks: what a rubric item's `check` may name."""

from __future__ import annotations

from collections.abc import Mapping

from grader.checks.layer_check import LayerCheck
from grader.checks.layers import LAYER_CHECKS

#: Raised whenever cases or measuring change, so that stored observations are made again.
CHECKS_VERSION = 3

CHECKS: Mapping[str, LayerCheck] = {check.name: check for check in LAYER_CHECKS}
