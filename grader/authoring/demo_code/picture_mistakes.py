"""What often goes wrong in Part 3, a mistake or two a function: colours added up, a missing penalty, probabilities for scores."""

from __future__ import annotations

from grader.authoring.demo_code.body import Filling, changed
from grader.authoring.demo_code.image_by_image import ADVERSARIAL, CLASS_REPRESENTATIVE, SALIENCY

PICTURE_MISTAKES = Filling(
    bodies={
        "compute_saliency_maps": changed(SALIENCY, (".max(axis=-1)", ".sum(axis=-1)")),
        "compute_class_representative_image": changed(
            CLASS_REPRESENTATIVE, (" - l2_reg * tf.reduce_sum(tf.square(image))", "")
        ),
        "generate_adversarial_image": changed(
            ADVERSARIAL,
            (
                "score = model(fooling, training=False)[0, target_y]",
                "score = tf.nn.softmax(model(fooling, training=False))[0, target_y]",
            ),
            ("    if int(tf.argmax(model(fooling, training=False)[0])) == target_y:\n        break\n", ""),
        ),
    },
    cells={},
    printed={"saliency-show": "maps (6, 32, 32), smallest value 3.9e-05\n"},
)
