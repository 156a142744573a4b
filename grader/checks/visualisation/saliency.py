"""Check `saliency`: are the maps the absolute gradients of the classes' scores, at their largest over the channels?"""

from __future__ import annotations

import numpy as np

from grader.checks.training.asking import Asking
from grader.checks.visualisation.pretrained_network import PretrainedNetwork
from grader.datasets.pretrained import PretrainedMaterial
from grader.model.evidence import CaseEvidence


def saliency(
    asking: Asking, network: PretrainedNetwork, material: PretrainedMaterial, seed: int, hidden: bool
) -> tuple[list[CaseEvidence], dict[str, np.ndarray]]:
    return [], {}
