"""Probe `saved_model` for hand-ins of TensorFlow 1: the notebook's own network with the values of a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from grader.model.observation import Value
from grader.probes.lookup import FunctionMissing
from grader.probes.model_loading import first_line
from grader.probes.saved_files import TF1_CHECKPOINT
from grader.probes.tensorflow1.checkpoint import Mismatch, find_checkpoint, matched, read, shapes, stored_bytes
from grader.probes.tensorflow1.networks import Network, build, keep


def saved_model(arguments: Mapping[str, Value]) -> Value:
    """Arguments and answer as `grader.probes.saved_model`'s; ``how`` is ``weights_into_built`` where there is an answer.

    Where the variables are not those of the network that the builder builds, ``graph_matches_builder`` is false, with one
    line in ``detail``, and the network is kept as it was built.
    """
    prefix, files = find_checkpoint(Path(arguments["path"]))
    answer: dict[str, Value] = dict.fromkeys(
        ("how", "path", "kind", "bytes", "class", "parameters", "input_shape", "output_shape", "graph_matches_builder")
    )
    answer |= {"loaded": False, "reason": "", "detail": "", "found": [file.name for file in files]}
    if prefix is None:
        return answer | {"reason": "missing"}
    answer |= {"path": prefix.as_posix(), "kind": TF1_CHECKPOINT, "bytes": stored_bytes(prefix)}
    if answer["bytes"] > arguments["largest_bytes"]:
        return answer | {"reason": "too_large"}
    try:
        stored = shapes(prefix)
    except MemoryError:
        raise
    except Exception as error:
        return answer | {"reason": "corrupted", "detail": first_line(error)}
    try:
        network = build(arguments["builder"])
    except MemoryError:
        raise
    except Exception as error:
        builder = arguments["builder"]
        missing = f"no {builder}" if isinstance(error, FunctionMissing) else f"{builder}: {first_line(error)}"
        return answer | {"reason": "no_builder", "detail": missing}
    wanted = {weight.op.name: weight.shape.as_list() for weight in network.weights}
    keep(arguments["handle"], network)
    try:
        values = read(prefix, matched(stored, wanted))
        network.assign(network.weights, [values[weight.op.name] for weight in network.weights])
    except MemoryError:
        raise
    except Mismatch as mismatch:
        return answer | {"loaded": True, "graph_matches_builder": False, "detail": str(mismatch)} | _shape_of(network)
    except Exception as error:
        return answer | {"reason": "corrupted", "detail": first_line(error)}
    return answer | {"loaded": True, "how": "weights_into_built", "graph_matches_builder": True} | _shape_of(network)


def _shape_of(network: Network) -> dict[str, Value]:
    output = network.output.shape
    return {
        "class": type(network.model).__name__,
        "parameters": sum(int(weight.shape.num_elements()) for weight in network.weights),
        "input_shape": [None, *network.shape],
        "output_shape": None if output.rank is None else [None, *output.as_list()[1:]],
    }
