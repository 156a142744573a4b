"""The explicit table of probes. Adding one is adding one file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from grader.dialects.tf1.in_use import is_in_use
from grader.model.observation import Value
from grader.probes.assign import assign
from grader.probes.call import call
from grader.probes.describe import describe
from grader.probes.forward_backward import forward_backward
from grader.probes.graph import graph
from grader.probes.inception import inception
from grader.probes.logits import logits
from grader.probes.names import names
from grader.probes.network import network
from grader.probes.plain_network import plain_network
from grader.probes.pretrained import pretrained
from grader.probes.run_model import run_model
from grader.probes.saved_model import saved_model
from grader.probes.tensorflow1 import network_probes
from grader.probes.tensorflow1.inception import inception as inception_1
from grader.probes.tensorflow1.original_network import original_network
from grader.probes.tensorflow1.pretrained import pretrained as pretrained_1
from grader.probes.tensorflow1.run_model import run_model as run_model_1
from grader.probes.tensorflow1.saved_model import saved_model as saved_model_1
from grader.probes.tensorflow1.visualisation import visualisation as visualisation_1
from grader.probes.visualisation import visualisation

#: Takes the request's arguments (decoded afresh for this request) and returns what is sent back.
#: Raises what the student's code raises, `ModuleNotImported` or `FunctionMissing`.
Probe = Callable[[Mapping[str, Value]], Value]

PROBES: Mapping[str, Probe] = {
    "describe": describe,
    "call": call,
    "forward_backward": forward_backward,
    "names": names,
    "network": network,
    "inception": inception,
    "graph": graph,
    "logits": logits,
    "assign": assign,
    "run_model": run_model,
    "plain_network": plain_network,
    "saved_model": saved_model,
    "pretrained": pretrained,
    "visualisation": visualisation,
}
#: In the place of those of the same name where student code finds TensorFlow 1, and one that is there alone.
TENSORFLOW_1_PROBES: Mapping[str, Probe] = {
    "network": network_probes.network,
    "inception": inception_1,
    "graph": network_probes.graph,
    "logits": network_probes.logits,
    "assign": network_probes.assign,
    "run_model": run_model_1,
    "plain_network": network_probes.plain_network,
    "saved_model": saved_model_1,
    "pretrained": pretrained_1,
    "original_network": original_network,
    "visualisation": visualisation_1,
}


def probe_named(name: str) -> Probe:
    """The probe for the TensorFlow of this process. Raises KeyError."""
    if is_in_use() and name in TENSORFLOW_1_PROBES:
        return TENSORFLOW_1_PROBES[name]
    return PROBES[name]
