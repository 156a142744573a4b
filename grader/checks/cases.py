"""Questions to a student's function, and the answers that are known to them."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from grader.model.status import Visibility

#: Named arrays: what a function is given, or what it returns.
Arrays = Mapping[str, np.ndarray]

#: Seed of the public cases. They are published in the case pack, so it is no secret.
PUBLIC_SEED = 0


@dataclass(frozen=True, slots=True)
class Question:
    """One call's inputs. `parameters` are the layer's settings: strides, padding, window sizes."""

    inputs: Arrays
    parameters: Mapping[str, object]

    def described(self) -> dict[str, object]:
        """Shapes, and settings as the contract writes them."""
        shapes = {name: list(array.shape) for name, array in self.inputs.items()}
        settings = {name: value for name, value in self.parameters.items() if name not in ("stride", "stride_type")}
        return {**shapes, **settings, "stride": contract_stride(self.parameters)}


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its accepted answers (by name) and the answers of known misconceptions (by id)."""

    group: str
    visibility: Visibility
    number: int
    question: Question
    answers: Mapping[str, Arrays]
    misconceptions: Mapping[str, Arrays] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.group}.{self.visibility.value}{self.number}"


def contract_stride(parameters: Mapping[str, object]) -> list[int]:
    """``[1, SH, SW, 1]`` of a question's ``(SH, SW)``."""
    height, width = parameters["stride"]  # type: ignore[misc]
    return [1, height, width, 1]


def layer_settings(question: Question) -> dict[str, object]:
    """The `conv_param` or `pool_param` of a question as the contract writes it: stride `(1, SH, SW, 1)`."""
    settings = {key: value for key, value in question.parameters.items() if key not in ("stride", "stride_type")}
    stride = contract_stride(question.parameters)
    settings["stride"] = np.array(stride) if question.parameters["stride_type"] == "array" else stride
    return settings


def generator(seed: int, check: str, group: str, number: int) -> np.random.Generator:
    """Random numbers for one case, independent of which other cases are drawn."""
    return np.random.default_rng([seed, zlib.crc32(check.encode()), zlib.crc32(group.encode()), number])


def readable_values(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Float64 values of both signs with two decimals, none of them zero, so that a person can follow a small case."""
    sign = random.choice([-1.0, 1.0], shape)
    return sign * random.integers(10, 200, shape) / 100.0


def distinct_values(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Positive float64 values, all different and at least 0.1 apart: every window has one maximum."""
    count = int(np.prod(shape))
    return (random.permutation(count) + 1.0).reshape(shape) / 10.0
