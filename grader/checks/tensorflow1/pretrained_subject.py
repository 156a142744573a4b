"""What the functions of Part 3 are asked about where they are written for TensorFlow 1."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial

from grader.checks.part import PartTask, Runner
from grader.checks.visualisation.adversarial import adversarial
from grader.checks.visualisation.adversarial_steps import CONTRACT
from grader.checks.visualisation.pretrained_networks import PretrainedNetworks
from grader.checks.visualisation.saliency import saliency
from grader.checks.visualisation.visualisation_part import Subject
from grader.checks.visualisation.visualisation_questions import QUESTIONS, Question
from grader.datasets.pretrained import PretrainedMaterial
from grader.dialects.tf1.expected_network import ExpectedNetwork
from grader.dialects.tf1.given_files import EXPECTED_FILE, given_files
from grader.dialects.tf1.stand_in_material import stand_in_material

#: The text of that time ("use L2 regularization to normalize the gradients") says two things, and is followed by either:
#: the gradient divided by its L2 norm, or that of the score with L2 regularisation as it is. Both at once does no less.
READINGS = (CONTRACT, "penalty", "penalty_normalised")
#: Maps were asked for several images, and squeezed as `tf.gradients` gives a list: nobody told that it matters for one.
TENSORFLOW_1_QUESTIONS: Mapping[str, Question] = {
    **QUESTIONS,
    "saliency": partial(saliency, squeezed=True),
    "adversarial": partial(adversarial, readings=READINGS),
}


def pretrained_subject(
    runner: Runner,
    task: PartTask,
    handed_out: Mapping[str, bytes],
    original: PretrainedMaterial | None,
    networks: PretrainedNetworks,
    hidden: bool,
) -> Subject:
    """The `original` network where the course has it; else one that stands in for it at the size that the hand-in expects.

    `handed_out` are the given files of today. Raises UsageError, InfrastructureError where it cannot be opened.
    """
    expected = ExpectedNetwork(**json.loads(task.files[EXPECTED_FILE]))
    material = original or stand_in_material(handed_out, expected)
    network = networks.of(material, runner, given_files(handed_out, expected), task.limits)
    return Subject(network, material, hidden, TENSORFLOW_1_QUESTIONS)
