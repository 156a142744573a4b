"""Turns one observed call into a case's evidence: what came back, how far it is from each accepted answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from grader.checks import comparison
from grader.checks.cases import Arrays, Case
from grader.checks.layer_check import LayerCheck
from grader.model.evidence import CaseEvidence, Problem
from grader.model.observation import CallObservation, Unsupported, Value
from grader.model.status import CallOutcome

#: Below this relative error an answer is exact, and there is nothing to explain.
EXACT = 1e-9


def judge(
    check: LayerCheck, case: Case, observation: CallObservation, fallback: bool = False
) -> tuple[CaseEvidence, Arrays]:
    """The evidence of one case, and the arrays that were returned (those that are arrays at all)."""
    got: dict[str, np.ndarray] = {}
    problems: tuple[Problem, ...] = ()
    errors: dict[str, Mapping[str, float]] = {}
    right = False
    if observation.outcome is CallOutcome.RETURNED:
        got, problems = _returned(check, case, observation.value)
        if not problems:
            errors = dict(comparison.errors_to(case.answers, got))
            right = any(max(error.values()) <= EXACT for error in errors.values())
            if check.measure is not None:
                for answer in errors:
                    errors[answer] = check.measure(answer, got, case) or errors[answer]
    evidence = CaseEvidence(
        id=case.id,
        group=case.group,
        visibility=case.visibility,
        outcome=observation.outcome,
        asked=case.question.described(),
        returned=comparison.facts(got),
        problems=problems,
        errors=errors,
        # A misconception's answer is never an accepted one, so there is nothing to look for.
        matches=() if right else _matches(case, got),
        changed_inputs=_changed_inputs(check, case, observation),
        fallback=fallback,
        seconds=observation.seconds,
        error=observation.error,
        detail=observation.detail,
        output=observation.output,
    )
    return evidence, got


def _returned(check: LayerCheck, case: Case, value: Value) -> tuple[dict[str, np.ndarray], tuple[Problem, ...]]:
    if not check.backward:
        value = _without_cache(value)
    outputs = value if isinstance(value, Problem) else comparison.named_outputs(value, check.outputs)
    if isinstance(outputs, Problem):
        return {}, (outputs,)
    expected = next(iter(case.answers.values()))
    got: dict[str, np.ndarray] = {}
    problems: list[Problem] = []
    for name, output in outputs.items():
        array = comparison.as_array(output)
        if isinstance(array, Problem):
            problems.append(Problem(array.id, {"name": name, **array.values}))
            continue
        got[name] = array
        problem = comparison.array_problem(name, array, expected[name].shape)
        if problem is not None:
            problems.append(problem)
    return got, tuple(problems)


def _without_cache(value: Value) -> Value:
    """A forward pass returns `(out, cache)`; what stands in the cache is the student's affair."""
    if isinstance(value, tuple | list) and len(value) == 2:
        return value[0]
    if value is None:
        return Problem("returned_none")
    if isinstance(value, Unsupported):
        return Problem("no_cache", {"type": value.type_name})
    return Problem("no_cache", {"type": "array" if isinstance(value, np.ndarray) else type(value).__name__})


def _matches(case: Case, got: Arrays) -> tuple[str, ...]:
    names = (name.partition("#")[0] for name, answer in case.misconceptions.items() if comparison.equals(got, answer))
    return tuple(dict.fromkeys(names))


def _changed_inputs(check: LayerCheck, case: Case, observation: CallObservation) -> tuple[str, ...]:
    after = _arguments_after(observation)
    arrays = [value for value in _flattened(after) if isinstance(value, np.ndarray)]
    changed = []
    for name, array in zip(check.inputs, arrays, strict=False):
        before = case.question.inputs[name]
        if array.shape != before.shape or not np.array_equal(array, before, equal_nan=True):
            changed.append(name)
    return tuple(changed)


def _arguments_after(observation: CallObservation) -> list[Value]:
    """The arguments after the call in the order of the check's inputs, for both probes: `call` and `forward_backward`."""
    seen = observation.arguments_after
    parts = [[seen.get("upstream")], seen.get("forward_args")] if "upstream" in seen else [seen.get("args")]
    return [value for part in parts if isinstance(part, list | tuple) for value in part]


def _flattened(values: Value) -> Iterator[Value]:
    for value in values:
        if isinstance(value, tuple | list):
            yield from _flattened(value)
        else:
            yield value
