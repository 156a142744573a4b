"""Runs Part 2's cells in a process of its own, where TensorFlow may be: prints what it saw as JSON.

    python training_notebook.py REFERENCE TEMPLATE

REFERENCE and TEMPLATE are work folders in which a little data is served. Of the reference, the cells that define something
are run, then its functions are tried; of the template, every cell, also those after one that failed.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.reference.notebook_cells import code_cells, move_to

NOTEBOOK = "Assignment2-2_Training_CNN.ipynb"
DEFINITIONS = (
    "setup",
    "data-load",
    "pipeline-code",
    "simple-model",
    "run-model",
    "inception-module",
    "complex-model",
    "my-model",
    "training",
)


def structure(model: Any) -> list[list[Any]]:
    """Class, activation and shape of output of each layer."""
    return [
        [
            type(layer).__name__,
            getattr(getattr(layer, "activation", None), "__name__", None),
            list(layer.output.shape[1:]),
        ]
        for layer in model.layers
    ]


def training_of(model: Any) -> dict[str, Any]:
    return {
        "optimizer": type(model.optimizer).__name__,
        "learning_rate": float(model.optimizer.learning_rate),
        "momentum": float(getattr(model.optimizer, "momentum", 0.0)),
        "loss": type(model.loss).__name__,
        "from_logits": model.loss.get_config()["from_logits"],
    }


def look_at(namespace: dict[str, Any]) -> dict[str, Any]:
    """What the functions of the reference do."""
    import keras
    import numpy as np
    import tensorflow as tf

    run_model, train = namespace["run_model"], namespace["train"]
    rng = np.random.default_rng(1)
    X, Y = rng.standard_normal((11, 32, 32, 3)).astype(np.float32), np.arange(11) % 10
    seen: dict[str, Any] = {}
    models = {name: namespace[name]() for name in ("simple_model", "complex_model", "my_model")}
    for name, model in models.items():
        seen[name] = {
            "parameters": model.count_params(),
            "layers": structure(model),
            "input": list(model.input_shape),
            "output": list(model.output_shape),
            "compiled": training_of(model) if model.compiled else None,
        }
    pictures = keras.Input((7, 5, 6))
    module = keras.Model(pictures, namespace["Inception_module"](pictures, 3, 2, 4, 1, 5, 6))
    seen["module"] = {"output": list(module.output_shape), "parameters": module.count_params()}

    simple = models["simple_model"]
    logits = simple(X).numpy().astype(np.float64)
    log_sum = np.log(np.exp(logits).sum(axis=1))
    before = simple.get_weights()
    seen["evaluation"] = {
        "returned": [float(value) for value in run_model(simple, X, Y, 3, 4, False)],
        "expected": [float((log_sum - logits[range(11), Y]).mean()), float((logits.argmax(axis=1) == Y).mean())],
        "unchanged": all(np.array_equal(a, b) for a, b in zip(before, simple.get_weights(), strict=True)),
    }
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(Y, simple(X)))
    gradients = tape.gradient(loss, simple.trainable_variables)
    returned = run_model(simple, X, Y, 1, 11, True)
    steps = [b - a for a, b in zip(before, simple.get_weights(), strict=True)]
    wanted = [-0.01 * np.asarray(gradient) for gradient in gradients]
    size = max(np.abs(step).max() for step in wanted)
    seen["training"] = {
        "returned": [float(value) for value in returned],
        "step_error": float(max(np.abs(a - b).max() for a, b in zip(steps, wanted, strict=True)) / size),
        "after": [float(value) for value in run_model(simple, X, Y)],
    }
    iterations = int(simple.optimizer.iterations)
    run_model(simple, X, Y, 3, 4, True)
    seen["training"]["steps_of_three_epochs"] = int(simple.optimizer.iterations) - iterations

    orders = [np.concatenate([y for _, y in namespace["batches"](X, np.arange(11), 4, shuffle=True)]) for _ in range(2)]
    plain = [(x.numpy(), y.numpy()) for x, y in namespace["batches"](X, Y, 4)]
    seen["batches"] = {
        "sizes": [len(y) for _, y in plain],
        "in_order": bool(np.array_equal(np.concatenate([x for x, _ in plain]), X)),
        "each_once": [sorted(order.tolist()) == list(range(11)) for order in orders],
        "shuffled": not np.array_equal(orders[0], np.arange(11)) or not np.array_equal(orders[1], np.arange(11)),
    }

    final = models["my_model"]
    curve = train(final, X, Y, epochs=2, learning_rate=0.001, batch_size=4)
    final.save("final.keras")
    loaded = keras.models.load_model("final.keras")
    seen["final"] = {
        "curve": curve,
        "compiled": {"loss": type(final.loss).__name__, "from_logits": final.loss.get_config()["from_logits"]},
        "kilobytes": Path("final.keras").stat().st_size / 1024,
        "difference": float(np.abs(final(X, training=False) - loaded(X, training=False)).max()),
        "loaded_evaluates_alike": np.allclose(run_model(final, X, Y), run_model(loaded, X, Y)),
        "repeatable": bool(np.array_equal(final(X, training=False), final(X, training=False))),
    }
    return seen


def run_all(folder: Path) -> dict[str, Any]:
    """What becomes of each code cell, and which files there are afterwards."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    outcomes: dict[str, str] = {}
    for name, source in code_cells(folder / NOTEBOOK).items():
        try:
            exec(compile(source, name, "exec"), namespace)
            outcomes[name] = "ran"
        except Exception as error:
            outcomes[name] = f"{type(error).__name__}: {error}"
    import keras

    return {
        "cells": outcomes,
        "models": [name for name, value in namespace.items() if isinstance(value, keras.Model)],
        "checkpoints": sorted(path.name for path in (folder / "Utils" / "model_checkpoints").iterdir()),
    }


def main(reference: Path, template: Path) -> None:
    # What the cells print goes to stderr.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    import matplotlib

    matplotlib.use("Agg")
    move_to(reference)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    cells = code_cells(reference / NOTEBOOK)
    for name in DEFINITIONS:
        exec(compile(cells[name], name, "exec"), namespace)
    seen = {"reference": look_at(namespace)}
    move_to(template)
    seen["template"] = run_all(template)
    json.dump(seen, answer)
    answer.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
