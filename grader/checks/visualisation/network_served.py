"""Which pretrained network a submission's functions are asked about, told for the record."""

from __future__ import annotations

import json
from collections.abc import Mapping

from grader.datasets.pretrained import EMBEDDED, PretrainedMaterial
from grader.dialects.dialect import Dialect
from grader.dialects.tf1.expected_network import ExpectedNetwork
from grader.dialects.tf1.given_files import EXPECTED_FILE
from grader.dialects.tf1.stand_in_material import NAME, stand_in_digest
from grader.model.evidence import NetworkUsed

_SUPPLIED, _STAND_IN = "supplied", "stand_in"


def network_served(
    material: PretrainedMaterial,
    original: PretrainedMaterial | None,
    dialect: Dialect,
    files: Mapping[str, bytes],
    handed_out: Mapping[str, bytes],
) -> NetworkUsed:
    """`material` is what this run has; `files` are the work folder, `handed_out` the given files of today.

    TensorFlow 1 hand-ins are served the `original` network, and where there is none a stand-in of the size that they
    expect.
    """
    if dialect is Dialect.TF1 and original is not None:
        material = original
    elif dialect is Dialect.TF1:
        expected = ExpectedNetwork(**json.loads(files[EXPECTED_FILE]))
        digest = stand_in_digest(handed_out, expected)
        return NetworkUsed(_STAND_IN, NAME, expected.height, expected.width, digest, str(dialect))
    _, height, width, _ = material.images.shape
    kind = EMBEDDED if material.name == EMBEDDED else _SUPPLIED
    ours = material.stand_in_images
    return NetworkUsed(kind, material.name, height, width, material.digest, str(dialect), ours)
