"""The explicit table of checks: what a rubric item's `check` may name."""

from __future__ import annotations

from collections.abc import Mapping

from grader.checks.layer_check import LayerCheck
from grader.checks.layers import LAYER_CHECKS
from grader.checks.training.training_check import TRAINING_CHECKS, TrainingCheck

#: Raised whenever cases or measuring change, so that stored observations are made again.
CHECKS_VERSION = 4

LAYER_CHECKS_BY_NAME: Mapping[str, LayerCheck] = {check.name: check for check in LAYER_CHECKS}

CHECKS: Mapping[str, LayerCheck | TrainingCheck] = {
    **LAYER_CHECKS_BY_NAME,
    **{check.name: check for check in TRAINING_CHECKS},
}
