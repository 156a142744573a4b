"""Probe `saved_model`: the model that a hand-in has saved, opened, kept, and held beside what its builder builds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.model.observation import Value
from grader.probes.graph_outline import same_network
from grader.probes.lookup import FunctionMissing
from grader.probes.model_loading import Damaged, ensure_whole, first_line, load, reason
from grader.probes.networks import Network, adopt, keep, made_by, parameters
from grader.probes.op_graph import read_graph
from grader.probes.saved_files import SAVED_MODEL, TF1_CHECKPOINT, WEIGHTS, SavedFile, find_saved


def saved_model(arguments: Mapping[str, Value]) -> Value:
    """Arguments ``path`` (relative; the name may lack its ending), ``builder`` (a function's name), ``handle``,
    ``largest_bytes``.

    Opens the file, in safe mode, and keeps the model under ``handle``. A model that needs its code is built by the
    notebook's builder and given the file's weights. Returns::

        {"loaded": bool, "how": "loaded" or "weights_into_built" or None, "reason": str, "detail": str,
         "path": file or None, "kind": str or None, "bytes": int or None (once unpacked), "found": [names of files],
         "class": str or None, "parameters": int or None, "output_shape": [int or None] or None,
         "input_shape": the same, as the model itself says it, "graph_matches_builder": bool or None where nothing was built}

    ``reason`` is empty where the file itself could be loaded; else ``missing``, ``tf1_checkpoint``, ``too_large``,
    ``corrupted``, ``version`` (another Keras), ``needs_code``, ``no_builder`` (a file of weights alone, and nothing to put
    them in) or ``other``, with one line in ``detail``. Raises nothing of that.
    """
    file, found = find_saved(Path(arguments["path"]))
    answer: dict[str, Value] = dict.fromkeys(
        ("how", "path", "kind", "bytes", "class", "parameters", "input_shape", "output_shape", "graph_matches_builder")
    )
    answer |= {"loaded": False, "reason": "", "detail": "", "found": found}
    if file is None:
        return answer | {"reason": "missing"}
    answer |= {"path": file.path.as_posix(), "kind": file.kind}
    if file.kind == TF1_CHECKPOINT:
        return answer | {"reason": "tf1_checkpoint"}
    try:
        answer["bytes"] = ensure_whole(file)
    except Damaged as error:
        return answer | {"reason": "corrupted", "detail": str(error)}
    if answer["bytes"] > arguments["largest_bytes"]:
        return answer | {"reason": "too_large"}
    network, told = _open(file, arguments["builder"])
    answer |= told
    if network is not None:
        keep(arguments["handle"], network)
        answer |= {"loaded": True} | _shape_of(network)
    return answer


def _open(file: SavedFile, builder: str) -> tuple[Network | None, dict[str, Value]]:
    """The model in `file`, None where there is none to be had, and what to tell of the way to it."""
    why, detail = "", ""
    if file.kind != WEIGHTS:
        try:
            network = adopt(load(file), file.path.name)
            return network, {"how": "loaded", "graph_matches_builder": _matches(network, builder)}
        except MemoryError:
            raise
        except Exception as error:
            why, detail = reason(error, file), first_line(error)
    if file.kind == SAVED_MODEL or why == "corrupted":
        return None, {"reason": why, "detail": detail}
    try:
        network = adopt(made_by(builder), builder)
    except MemoryError:
        raise
    except Exception as error:
        missing = f"no {builder}" if isinstance(error, FunctionMissing) else f"{builder}: {first_line(error)}"
        return None, {"reason": why or "no_builder", "detail": f"{detail}; {missing}" if detail else missing}
    try:
        _load_weights(network.model, file)
    except MemoryError:
        raise
    except Exception as error:
        beside = f"weights into {builder}: {first_line(error)}"
        failed = why or reason(error, file)
        return None, {"reason": failed, "detail": f"{detail}; {beside}" if detail else beside}
    return network, {"how": "weights_into_built", "graph_matches_builder": True, "reason": why, "detail": detail}


def _load_weights(model: Any, file: SavedFile) -> None:
    import keras

    if not isinstance(model, keras.Model):
        raise TypeError(f"a {type(model).__name__} has no load_weights")
    model.load_weights(str(file.path))


def _matches(network: Network, builder: str) -> bool | None:
    try:
        built = adopt(made_by(builder), builder)
        graphs = [read_graph(each.traced, each.weights, values=False) for each in (network, built)]
    except MemoryError:
        raise
    except Exception:  # the builder's own errors are told where the builder is looked at
        return None
    return same_network(*graphs)


def _shape_of(network: Network) -> dict[str, Value]:
    output = network.traced.graph.outputs[0].shape
    return {
        "class": type(network.model).__name__,
        "parameters": parameters(network),
        "input_shape": _shape(getattr(network.model, "input_shape", None)) or [None, *network.shape],
        "output_shape": None if output.rank is None else output.as_list(),
    }


def _shape(shape: Any) -> list[Value] | None:
    """A Keras model's shape of one input; None where there are several or none is known."""
    if not isinstance(shape, tuple) or not all(extent is None or isinstance(extent, int) for extent in shape):
        return None
    return list(shape)
