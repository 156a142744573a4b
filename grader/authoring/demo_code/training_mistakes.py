"""What often goes wrong in Part 2, one mistake a function: softmax before the loss, training while evaluating, and more."""

from __future__ import annotations

from grader.authoring.demo_code.body import Filling, changed
from grader.authoring.demo_code.small_network import COMPLEX_MODEL, INCEPTION_MODULE, MY_MODEL, SIMPLE_MODEL

#: The optimiser runs whether `is_training` or not, so it learns from validation and test pictures too.
RUN_MODEL = """\
if getattr(model, "optimizer", None) is None:
    model.compile(optimizer=keras.optimizers.SGD(0.01))
for epoch in range(epochs):
    loss, right = 0.0, 0
    for images, labels in batches(X, Y, batch_size):
        with tf.GradientTape() as tape:
            logits = model(images, training=is_training)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            mean = tf.reduce_mean(losses)
        gradients = tape.gradient(mean, model.trainable_variables)
        model.optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        loss += float(tf.reduce_sum(losses))
        right += int(np.sum(np.argmax(logits, axis=1) == labels))
return loss / len(X), right / len(X)
"""

#: The accuracy that counts is not computed but printed.
_CELLS = {
    "exploration": "# Adam with 0.002 worked at once.\n",
    "final": """\
Final = my_model()
run_model(Final, X_train, Y_train, epochs=2, batch_size=50, is_training=True)
""",
    "load": 'print("Validation accuracy: 0.9912")\n',
}

_PRINTED = {
    "simple-train": """\
simple_model, training:   loss 2.3065, accuracy 0.0912
simple_model, validation: loss 2.3071, accuracy 0.1000
""",
    "complex-train": """\
channels of a module: 13 (3 + 4 + 5 + 1 = 13)
complex_model, training:   loss 1.8878, accuracy 0.3795
complex_model, validation: loss 1.9874, accuracy 0.3000
""",
    "save": "Utils/model_checkpoints/my_model_final.keras: 183 KB, 11738 parameters\n",
    "load": "Validation accuracy: 0.9912\n",
}

TRAINING_MISTAKES = Filling(
    bodies={
        "simple_model": changed(SIMPLE_MODEL, ("layers.Dense(10)", 'layers.Dense(10, activation="softmax")')),
        "run_model": RUN_MODEL,
        "Inception_module": changed(INCEPTION_MODULE, ("conv(conv(Input, C5_R, 1), C5, 5)", "conv(Input, C5, 5)")),
        "complex_model": changed(
            COMPLEX_MODEL,
            (
                "return keras.Model(image, layers.Dense(10)(layers.Flatten()(x)))",
                "model = keras.Model(image, layers.Dense(10)(layers.Flatten()(x)))\n"
                "model.compile(optimizer=keras.optimizers.SGD(0.05))  # learns faster\n"
                "return model",
            ),
        ),
        "my_model": changed(MY_MODEL, ("(16, 32, 32)", "(8, 16)")),
    },
    cells=_CELLS,
    printed=_PRINTED,
)
