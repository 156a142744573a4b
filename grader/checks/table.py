"""The explicit table of checks: what a rubric item's `check` may name."""

from __future__ import annotations

from collections.abc import Mapping

from grader.checks.layer_check import LayerCheck
from grader.checks.layers import LAYER_CHECKS
from grader.checks.training.training_check import TRAINING_CHECKS, TrainingCheck
from grader.checks.visualisation.visualisation_check import VISUALISATION_CHECKS, VisualisationCheck

#: Raised whenever cases or measuring change, so that stored observations are made again.
CHECKS_VERSION = 6

LAYER_CHECKS_BY_NAME: Mapping[str, LayerCheck] = {check.name: check for check in LAYER_CHECKS}

VISUALISATION_CHECKS_BY_NAME: Mapping[str, VisualisationCheck] = {check.name: check for check in VISUALISATION_CHECKS}

CHECKS: Mapping[str, LayerCheck | TrainingCheck | VisualisationCheck] = {
    **LAYER_CHECKS_BY_NAME,
    **{check.name: check for check in TRAINING_CHECKS},
    **VISUALISATION_CHECKS_BY_NAME,
}
