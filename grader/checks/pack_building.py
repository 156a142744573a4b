"""Builds the case packs from the reference: what `grader.checks.pack` reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import numpy as np

from grader.checks import ladder, layer_cases, witness
from grader.checks.cases import Arrays, Case, Question
from grader.checks.layer_check import LayerCheck
from grader.checks.layers import CONTRACT, EVERY_TIE, LAYER_CHECKS
from grader.checks.oracle import Oracle
from grader.checks.pack import PACK_SCHEMA
from grader.model import array_file
from grader.model.errors import InfrastructureError

#: Relative error up to which a gradient and a central difference are the same: rounding at the witness's step.
WITNESS_LIMIT = 1e-8


def build(oracle: Oracle, checks: Iterable[LayerCheck] = LAYER_CHECKS) -> bytes:
    """The bytes of the pack of public cases: the same for the same reference. Raises InfrastructureError, see `_packed`."""
    return _packed(oracle, {check: layer_cases.public_cases(check, oracle) for check in checks})


def build_smaller(oracle: Oracle, checks: Iterable[LayerCheck] = LAYER_CHECKS) -> bytes:
    """The bytes of the pack of ladders, from which the smallest failing case comes."""
    return _packed(oracle, {check: ladder.rungs(check, oracle) for check in checks})


def _packed(oracle: Oracle, cases: Mapping[LayerCheck, Iterable[Case]]) -> bytes:
    """One pack.

    Every gradient is first held against central differences of the oracle's own forward pass, so that a slip in the
    reference's backward pass does not become the measure of all students. Raises InfrastructureError where they differ.
    """
    index: dict[str, list[dict[str, object]]] = {}
    arrays: dict[str, np.ndarray] = {}

    def keep(prefix: str, named: Arrays) -> None:
        arrays.update({f"{prefix}/{name}": array for name, array in named.items()})

    for check, listed in cases.items():
        entries = index.setdefault(check.name, [])
        for case in listed:
            if check.backward:
                _witnessed(oracle, check, case)
            prefix = f"{check.name}/{case.id}"
            keep(f"{prefix}/input", case.question.inputs)
            for kind, answers in (("answer", case.answers), ("misconception", case.misconceptions)):
                for name, answer in answers.items():
                    keep(f"{prefix}/{kind}/{name}", answer)
            entries.append(
                {
                    "id": case.id,
                    "group": case.group,
                    "number": case.number,
                    "parameters": dict(case.question.parameters),
                    "inputs": list(case.question.inputs),
                    "answers": {name: list(answer) for name, answer in case.answers.items()},
                    "misconceptions": {name: list(answer) for name, answer in case.misconceptions.items()},
                }
            )
    header = json.dumps({"schema": PACK_SCHEMA, "checks": index}, sort_keys=True).encode()
    arrays["header"] = np.frombuffer(header, np.uint8)
    return array_file.dumps(arrays)


def _witnessed(oracle: Oracle, check: LayerCheck, case: Case) -> None:
    for answer, gradients in case.answers.items():
        if answer == EVERY_TIE or EVERY_TIE in case.answers:
            continue  # at a tie there is no gradient for a difference to measure

        def forward(questions: list[Question], answer: str = answer) -> list[np.ndarray | None]:
            layer = getattr(oracle, check.forward)
            return [layer(q)["out"] if answer == CONTRACT else layer(q, answer)["out"] for q in questions]

        names = [name for name in check.inputs if name != "dout"]
        error = witness.own_forward_error(case.question, names, gradients, forward)
        if error is None or error > WITNESS_LIMIT:
            raise InfrastructureError(
                f"reference: {check.function} disagrees with central differences on {check.name} {case.group} ({error})"
            )
