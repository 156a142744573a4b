"""Reads what a child answered into an observation, believing nothing."""

from __future__ import annotations

from typing import Any

from grader.execute.values import Decoder, ValueBounds
from grader.execute.wire import Frame, MalformedFrame
from grader.model.limits import ExecutionLimits
from grader.model.observation import CallObservation, StudentError
from grader.model.status import CallOutcome

#: Outcomes that only code in the child can see; all others are told from outside.
_TOLD_BY_CHILD = frozenset(
    (
        CallOutcome.RETURNED,
        CallOutcome.RAISED,
        CallOutcome.MEMORY,
        CallOutcome.EXITED,
        CallOutcome.MISSING,
        CallOutcome.FORBIDDEN,
    )
)
_KEYS = frozenset(("reply", "outcome", "value", "arguments", "seconds", "error", "output", "detail"))
_MOST_TEXT = 16_384
_MOST_FRAMES = 32


def call_observation(frame: Frame, number: int, limits: ExecutionLimits, seconds: float) -> CallObservation:
    """The observation in an answer to request `number`, which took `seconds` as seen from outside.

    Raises MalformedFrame for anything that our own loop would not have sent.
    """
    body = answer_body(frame, _KEYS)
    if body["reply"] != number or type(body["reply"]) is not int:
        raise MalformedFrame("answer to another request")
    outcome = next((known for known in _TOLD_BY_CHILD if known == body["outcome"]), None)
    if outcome is None:
        raise MalformedFrame("unknown outcome")
    defaults = ValueBounds()
    # Two values share the frame: what was returned, and the arguments after the call.
    bounds = ValueBounds(array_bytes=2 * limits.array_bytes, nodes=2 * defaults.nodes + len(_KEYS))
    decoder = Decoder(frame.blobs, bounds)
    value = decoder.decode(body["value"])
    arguments = decoder.decode({"d": body["arguments"]})
    decoder.finish()
    told = body["seconds"]
    if type(told) is not float or not 0.0 <= told:
        raise MalformedFrame("bad time")
    return CallObservation(
        outcome=outcome,
        value=value if outcome is CallOutcome.RETURNED else None,
        arguments_after=arguments,
        seconds=min(told, seconds),
        error=checked_error(body["error"]),
        output=checked_text(body["output"]),
        detail=checked_text(body["detail"]),
    )


def answer_body(frame: Frame, keys: frozenset[str]) -> dict[str, Any]:
    """The body of an answer that must have exactly `keys`. Raises MalformedFrame."""
    if type(frame.body) is not dict or frame.body.keys() != keys:
        raise MalformedFrame("answer has other fields than expected")
    return frame.body


def checked_error(error: object) -> StudentError | None:
    """``[type, message, [frames]]`` or None. Raises MalformedFrame."""
    if error is None:
        return None
    match error:
        case [str(kind), str(message), list(frames)] if len(frames) <= _MOST_FRAMES:
            return StudentError(checked_text(kind), checked_text(message), tuple(checked_text(text) for text in frames))
    raise MalformedFrame("bad error")


def checked_text(text: object) -> str:
    """Text of bounded length, control characters replaced. Raises MalformedFrame."""
    if type(text) is not str or len(text) > _MOST_TEXT:
        raise MalformedFrame("bad text")
    return "".join(character if character.isprintable() or character in "\n\t" else "?" for character in text)
