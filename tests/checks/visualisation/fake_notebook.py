"""A live notebook whose answers to the probe `visualisation` are computed beside the tests, with NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grader.model.observation import CallObservation, ProbeRequest, StudentError
from grader.model.status import CallOutcome

#: Given the arguments by name, and the settings.
Answer = Callable[[Mapping[str, Any], Mapping[str, float]], Any]


class FakeNotebook:
    """Answers every call with what `answer` makes of its arguments; `told` is what the probe says besides.

    `asked` are the requests that were put to it.
    """

    observation = None
    replayed = False

    def __init__(self, answer: Answer, **told: Any):
        self.asked: list[ProbeRequest] = []
        self._answer = answer
        self._told = {"type": "ndarray", "settings": {}, "changed": [], "weights_changed": False, **told}

    def probe(self, requests: Sequence[ProbeRequest]) -> list[CallObservation]:
        return [self._one(request) for request in requests]

    def _one(self, request: ProbeRequest) -> CallObservation:
        self.asked.append(request)
        assert request.probe == "visualisation"
        try:
            returned = self._answer(request.arguments["arguments"], request.arguments["settings"])
        except ValueError as error:
            return CallObservation(CallOutcome.RAISED, error=StudentError("ValueError", str(error)))
        return CallObservation(CallOutcome.RETURNED, {"returned": returned, **self._told})
