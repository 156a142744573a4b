"""Probe `assign`: other weights for a kept network."""

from __future__ import annotations

from collections.abc import Mapping

from grader.model.observation import Value
from grader.probes.networks import kept


def assign(arguments: Mapping[str, Value]) -> Value:
    """Arguments ``handle`` and ``values``: an array for each weight, in the order that `network` told.

    A None among them leaves its weight as it is. Returns how many were assigned. Raises UnknownHandle, and ValueError
    where number or shapes are not the network's; then nothing is assigned.
    """
    weights, values = kept(arguments["handle"]).weights, arguments["values"]
    if len(weights) != len(values):
        raise ValueError(f"{len(values)} values for {len(weights)} weights")
    pairs = [(weight, value) for weight, value in zip(weights, values, strict=True) if value is not None]
    for weight, value in pairs:
        if tuple(weight.shape) != value.shape:
            raise ValueError(f"value of shape {value.shape} for a weight of shape {tuple(weight.shape)}")
    for weight, value in pairs:
        weight.assign(value.astype(weight.numpy().dtype))
    return len(pairs)
