"""The explicit table of what is asked about each item of Part 3. Adding one is adding one file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from grader.checks.training.asking import Asking
from grader.checks.visualisation.adversarial import adversarial
from grader.checks.visualisation.class_representative import class_representative
from grader.checks.visualisation.pretrained_network import PretrainedNetwork
from grader.checks.visualisation.saliency import saliency
from grader.datasets.pretrained import PretrainedMaterial
from grader.model.evidence import CaseEvidence

#: Given the notebook's process, the grader's copy of the network, its images, the seed and whether hidden cases are
#: drawn: the cases, public ones first, and arrays for pictures by ``samples/<name>``. Raises NetworkError.
Question = Callable[
    [Asking, PretrainedNetwork, PretrainedMaterial, int, bool], tuple[list[CaseEvidence], dict[str, np.ndarray]]
]

QUESTIONS: Mapping[str, Question] = {
    "saliency": saliency,
    "class_representative": class_representative,
    "adversarial": adversarial,
}
