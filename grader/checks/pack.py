"""The case pack: the public cases with all their answers, so that the self-check works where `reference/` is not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources

import numpy as np

from grader.checks import witness
from grader.checks.cases import Arrays, Case, Question
from grader.checks.layer_check import LayerCheck
from grader.checks.layers import CONTRACT, EVERY_TIE, LAYER_CHECKS
from grader.checks.oracle import Oracle
from grader.model import array_file
from grader.model.errors import InfrastructureError
from grader.model.status import Visibility

#: Version of the pack's layout.
PACK_SCHEMA = 1
PACK_NAME = "part1.npz"
#: Relative error up to which a gradient and a central difference are the same: rounding at the witness's step.
WITNESS_LIMIT = 1e-8


def build(oracle: Oracle, checks: Iterable[LayerCheck] = LAYER_CHECKS) -> bytes:
    """The bytes of the pack: the same for the same reference.

    Every gradient is first held against central differences of the oracle's own forward pass, so that a slip in the
    reference's backward pass does not become the measure of all students. Raises InfrastructureError where they differ.
    """
    index: dict[str, list[dict[str, object]]] = {}
    arrays: dict[str, np.ndarray] = {}

    def keep(prefix: str, named: Arrays) -> None:
        arrays.update({f"{prefix}/{name}": array for name, array in named.items()})

    for check in checks:
        entries = index.setdefault(check.name, [])
        for case in check.public_cases(oracle):
            if check.backward:
                _witnessed(oracle, check, case)
            prefix = f"{check.name}/{case.group}"
            keep(f"{prefix}/input", case.question.inputs)
            for kind, answers in (("answer", case.answers), ("misconception", case.misconceptions)):
                for name, answer in answers.items():
                    keep(f"{prefix}/{kind}/{name}", answer)
            entries.append(
                {
                    "group": case.group,
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
        if answer == EVERY_TIE or case.group == "ties":
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


def parse(content: bytes) -> dict[str, list[Case]]:
    """Public cases by check name. Raises InfrastructureError where the pack is damaged or of another version."""
    arrays = array_file.loads(content)
    try:
        header = json.loads(arrays["header"].tobytes())
        if header["schema"] != PACK_SCHEMA:
            raise InfrastructureError(f"case pack has schema {header['schema']}, this grader reads {PACK_SCHEMA}")
        return {
            check: [_case(arrays, check, entry) for entry in entries] for check, entries in header["checks"].items()
        }
    except KeyError as error:
        raise InfrastructureError(f"case pack is damaged: {error} is missing") from error


def _case(arrays: Arrays, check: str, entry: Mapping[str, object]) -> Case:
    prefix = f"{check}/{entry['group']}"

    def named(kind: str, names: Iterable[str]) -> dict[str, np.ndarray]:
        return {name: arrays[f"{prefix}/{kind}/{name}"] for name in names}

    def several(kind: str) -> dict[str, Arrays]:
        listed: Mapping[str, list[str]] = entry[f"{kind}s"]  # type: ignore[assignment]
        return {name: named(f"{kind}/{name}", outputs) for name, outputs in listed.items()}

    question = Question(named("input", entry["inputs"]), entry["parameters"])  # type: ignore[arg-type]
    return Case(str(entry["group"]), Visibility.PUBLIC, 0, question, several("answer"), several("misconception"))


@lru_cache
def public_cases() -> Mapping[str, list[Case]]:
    """The public cases of the pack that ships with the grader, by check name."""
    content = (resources.files("grader.checks") / "packs" / PACK_NAME).read_bytes()
    return parse(content)
