"""Calls a function of the notebook on the pretrained network, and reads what the probe told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.checks.training.asking import Asking
from grader.model.observation import Value

_PROBE = "visualisation"


@dataclass(frozen=True, slots=True)
class Called:
    """A call that returned. Nothing of it is believed but as what a student's process said.

    returned: what came back, tensors as arrays. type: its type's name. settings: how each asked-for setting was handed over, ``keyword``, ``constant`` or
    ``ignored``. changed: names of arrays that were changed in place. weights_changed: whether the network's were.
    """

    returned: Value
    type: str
    settings: Mapping[str, str]
    changed: tuple[str, ...] = ()
    weights_changed: bool = False


def call(
    asking: Asking,
    function: str,
    arguments: Mapping[str, Value],
    *,
    seed: int | None = None,
    frozen: bool = False,
    **settings: float,
) -> Called:
    """Calls `function` with the pretrained network and `arguments` (``X``, ``Y``, ``target_y``, as the contract has them).

    `settings` are hyperparameters by the contract's names; `seed` is for the generators of Python, NumPy and TensorFlow.
    With `frozen` the network's batch normalisation keeps its averages and uses them even with training=True.
    Raises Unanswered where the call did not return.
    """
    drawn: dict[str, Value] = {} if seed is None else {"seed": seed}
    drawn |= {"frozen": True} if frozen else {}
    told = asking.ask(_PROBE, function=function, arguments=dict(arguments), settings=dict(settings), **drawn)
    if not isinstance(told, Mapping):
        return Called(told, "", {})
    handed, changed, kind = told.get("settings"), told.get("changed"), told.get("type")
    names = changed if isinstance(changed, list | tuple) else ()
    return Called(
        returned=told.get("returned"),
        type=kind if isinstance(kind, str) else "",
        settings={str(name): str(how) for name, how in handed.items()} if isinstance(handed, Mapping) else {},
        changed=tuple(name for name in arguments if name in names),
        weights_changed=told.get("weights_changed") is True,
    )
