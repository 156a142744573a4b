"""Which pretrained network a run was about, in words."""

from __future__ import annotations

from grader.datasets.pretrained import EMBEDDED
from grader.dialects.dialect import Dialect
from grader.model.scorecard import Scorecard
from grader.report.wording import write


def network_sentence(card: Scorecard) -> str:
    """Which network the functions were asked about, and at which size; and the TensorFlow, where no images tell of it.

    Empty where there was none.
    """
    network = card.network
    if network is None:
        return ""
    named = {"name": network.name, "height": network.height, "width": network.width}
    sentence = write(f"network_report.used.{network.kind}", **named)
    if network.stand_in_images:
        sentence += f" {write('network_report.stand_in_images')}"
    if card.data is None and network.dialect == Dialect.TF1:
        sentence += f" {write('training_report.data.tensorflow_1')}"
    return sentence


def unusual_network_sentence(card: Scorecard) -> str:
    """The same for a network that is not the one handed out; empty for that."""
    return "" if card.network is None or card.network.kind == EMBEDDED else network_sentence(card)
