"""Observes one rubric item of Part 1: calls the student's function on every case and measures what came back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from grader.checks import witness
from grader.checks.cases import Arrays, Case, Question
from grader.checks.comparison import as_array
from grader.checks.implementation import is_stub
from grader.checks.judge import EXACT, judge
from grader.checks.layer_check import LayerCheck
from grader.model.evidence import CaseEvidence, ItemEvidence, Problem
from grader.model.observation import CallObservation, ProbeRequest
from grader.model.status import CallOutcome, Visibility


class Prober(Protocol):
    """Calls a student's functions: one observation a request; consecutive calls of `probe` share no process."""

    def probe(self, requests: Sequence[ProbeRequest]) -> list[CallObservation]: ...


@dataclass(frozen=True, slots=True)
class Layers:
    """The student's module: its source, which functions it has, or why it could not be imported."""

    module: str
    source: bytes | None
    present: Mapping[str, bool]
    failure: CallObservation | None = None

    @classmethod
    def found(cls, prober: Prober, module: str, files: Mapping[str, bytes], functions: Sequence[str]) -> Layers:
        """Imports `module` once, in a process of its own, and looks for `functions`."""
        source = files.get(module.replace(".", "/") + ".py")
        if source is None:
            return cls(module, None, {})
        request = ProbeRequest("describe", {"module": module, "functions": list(functions)})
        seen = prober.probe([request])[0]
        if seen.outcome is not CallOutcome.RETURNED or not isinstance(seen.value, Mapping):
            return cls(module, source, {}, seen)
        described = seen.value
        return cls(module, source, {name: _callable(described.get(name)) for name in functions})

    def implementation(self, function: str) -> str:
        """``absent``, ``module_failed``, ``stub`` or ``written``."""
        if self.source is None:
            return "absent"
        if self.failure is not None:
            return "module_failed"
        if not self.present.get(function):
            return "absent"
        return "stub" if is_stub(self.source, function) else "written"


def _callable(described: object) -> bool:
    return isinstance(described, Mapping) and described.get("callable") is True


def observe_item(
    prober: Prober,
    check: LayerCheck,
    layers: Layers,
    cases: Sequence[Case],
    key: str,
    smaller: Callable[[], Sequence[Case]] = tuple,
) -> tuple[ItemEvidence, dict[str, np.ndarray]]:
    """The item's evidence, and its arrays under ``<case>/args/x``, ``<case>/expected/<answer>/out``, ``<case>/got/out``.

    `smaller` gives the check's ladder; it is asked only where a public case is not exact.
    """
    implementation = layers.implementation(check.function)
    if implementation == "module_failed":
        assert layers.failure is not None
        return ItemEvidence(check.name, key, implementation, (_unasked(cases[0], layers.failure),),
                            error=layers.failure.error), {}  # fmt: skip
    if implementation != "written":
        return ItemEvidence(check.name, key, implementation), {}
    judged, returned, arrays = _asked(prober, check, layers, cases)
    worst = _furthest(judged)
    if worst is not None and check.backward and layers.implementation(check.forward) == "written":
        error = _own_forward_error(prober, check, layers.module, cases[worst], returned[worst])
        judged[worst] = replace(judged[worst], own_forward_error=error)
    rungs: list[CaseEvidence] = []
    if _worth_shrinking(judged):
        rungs, _, rung_arrays = _asked(prober, check, layers, smaller())
        arrays.update(rung_arrays)
    return ItemEvidence(check.name, key, implementation, tuple(judged), smaller=tuple(rungs)), arrays


def _asked(
    prober: Prober, check: LayerCheck, layers: Layers, cases: Sequence[Case]
) -> tuple[list[CaseEvidence], list[Arrays], dict[str, np.ndarray]]:
    """For every case its evidence and what came back; and all arrays by name."""
    observations = prober.probe([_call(check, layers.module, case.question) for case in cases])
    fallbacks = _with_own_cache(prober, check, layers, cases, observations)
    judged: list[CaseEvidence] = []
    returned: list[Arrays] = []
    arrays: dict[str, np.ndarray] = {}
    for number, case in enumerate(cases):
        observation = fallbacks.get(number, observations[number])
        evidence, got = judge(check, case, observation, fallback=number in fallbacks)
        judged.append(evidence)
        returned.append(got)
        arrays.update(_named(case, got))
    return judged, returned, arrays


def _worth_shrinking(judged: Sequence[CaseEvidence]) -> bool:
    """Whether a public case is not exact. Where code loops or dies, dozens of further calls would tell no more."""
    if any(case.outcome not in (CallOutcome.RETURNED, CallOutcome.RAISED) for case in judged):
        return False
    public = [case for case in judged if case.visibility is Visibility.PUBLIC]
    return any(not case.errors or min(max(e.values()) for e in case.errors.values()) > EXACT for case in public)


def _furthest(judged: Sequence[CaseEvidence]) -> int | None:
    """The public case whose answer is furthest from every accepted one; None where all are exact."""
    distances = {
        number: min(max(errors.values()) for errors in evidence.errors.values())
        for number, evidence in enumerate(judged)
        if evidence.errors and evidence.visibility is Visibility.PUBLIC
    }
    worst = max(distances, key=lambda number: distances[number], default=None)
    return worst if worst is not None and distances[worst] > EXACT else None


def _unasked(case: Case, failure: CallObservation) -> CaseEvidence:
    """Stands for all cases where the module could not even be imported."""
    return CaseEvidence("import", case.group, Visibility.PUBLIC, failure.outcome, seconds=failure.seconds,
                        error=failure.error, detail=failure.detail, output=failure.output)  # fmt: skip


def _call(check: LayerCheck, module: str, question: Question) -> ProbeRequest:
    return ProbeRequest("call", {"module": module, "function": check.function, "args": check.arguments(question)})


def _with_own_cache(
    prober: Prober,
    check: LayerCheck,
    layers: Layers,
    cases: Sequence[Case],
    observations: Sequence[CallObservation],
) -> dict[int, CallObservation]:
    """Where a backward pass raised on the contract's cache: the same with the cache of the student's own forward."""
    if not check.backward or not layers.present.get(check.forward):
        return {}
    raised = [number for number, seen in enumerate(observations) if seen.outcome is CallOutcome.RAISED]
    if not raised:
        return {}
    requests = [
        ProbeRequest(
            "forward_backward",
            {
                "module": layers.module,
                "forward": check.forward,
                "backward": check.function,
                "forward_args": check.forward_arguments(cases[number].question),
                "upstream": cases[number].question.inputs["dout"],
            },
        )
        for number in raised
    ]
    again = dict(zip(raised, prober.probe(requests), strict=True))
    return {number: seen for number, seen in again.items() if seen.outcome is CallOutcome.RETURNED}


def _own_forward_error(prober: Prober, check: LayerCheck, module: str, case: Case, got: Arrays) -> float | None:
    def forward(questions: list[Question]) -> list[np.ndarray | None]:
        requests = [
            ProbeRequest("call", {"module": module, "function": check.forward, "args": check.forward_arguments(q)})
            for q in questions
        ]
        return [_output(seen) for seen in prober.probe(requests)]

    names = [name for name in check.inputs if name != "dout"]
    return witness.own_forward_error(case.question, names, got, forward)


def _output(seen: CallObservation) -> np.ndarray | None:
    if seen.outcome is not CallOutcome.RETURNED or not isinstance(seen.value, tuple | list) or not seen.value:
        return None
    array = as_array(seen.value[0])
    return None if isinstance(array, Problem) or array.dtype.kind not in "iuf" else array


def _named(case: Case, got: Arrays) -> dict[str, np.ndarray]:
    arrays = {f"{case.id}/args/{name}": array for name, array in case.question.inputs.items()}
    for answer, expected in case.answers.items():
        arrays.update({f"{case.id}/expected/{answer}/{name}": array for name, array in expected.items()})
    storable = {name: array for name, array in got.items() if array.dtype.kind in "biufc"}
    arrays.update({f"{case.id}/got/{name}": array for name, array in storable.items()})
    return arrays
