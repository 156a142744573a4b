"""The contract of `Inception_module`: four branches, each convolution followed by ReLU, concatenated on channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from grader.checks.network.contract import (
    Alignment,
    Wanted,
    WantedConvolution,
    WantedPooling,
    activation_problems,
    aligned,
    extra_problem,
    missing_problem,
    order_problem,
    shape_problems,
    stride_problems,
    tidied,
)
from grader.checks.network.layers import (
    Addition,
    Concatenation,
    Convolution,
    Layer,
    Normalisation,
    Pooling,
    Structure,
    described,
    extent,
)
from grader.model.evidence import Problem

GROUPS = (
    "branch_1x1", "branch_3x3", "branch_5x5", "branch_pool", "activations", "concatenation", "spatial_size",
)  # fmt: skip
ARGUMENTS = ("C1", "C3_R", "C3", "C5_R", "C5", "P3_R")

#: Layers of each branch in order: the argument with its number of filters and its kernel, or max pooling.
_BRANCHES: Mapping[str, tuple[tuple[str, int], ...]] = {
    "branch_1x1": (("C1", 1),),
    "branch_3x3": (("C3_R", 1), ("C3", 3)),
    "branch_5x5": (("C5_R", 1), ("C5", 5)),
    "branch_pool": (("MaxPooling2D", 3), ("P3_R", 1)),
}
_REDUCTIONS = frozenset({"C3_R", "C5_R", "P3_R"})
#: A branch that nothing was found for costs more than any that was.
_NO_BRANCH = 50.0
#: More branches than these are not tried out in every order.
_MOST_BRANCHES = 8


@dataclass(frozen=True, slots=True)
class _Module:
    """The parts of what was found: the branches, what joins them, and what stands around that."""

    branches: tuple[tuple[Layer, ...], ...]
    join: Concatenation | Addition | None
    around: tuple[Layer, ...]


def groups(structure: Structure, arguments: Mapping[str, int]) -> Mapping[str, tuple[Problem, ...]]:
    """The breaches in each of GROUPS, in that order, for a module built with `arguments` (the names in ARGUMENTS).

    The order of the branches is free. One slip is a breach in one group; where all numbers of filters differ, filters
    that are another argument's are told as ``filters_swapped``.
    """
    module = _module(structure.layers)
    matched, extra = _matched(module.branches, arguments)
    by_group = {name: tuple(_branch_problems(found, arguments)) for name, found in matched.items()}
    found = [alignment for alignment in matched.values() if alignment is not None]
    fixed = _arguments_unused(found, arguments)
    if fixed:
        by_group = {name: _without_filters(problems) for name, problems in by_group.items()}
    spatial = _spatial_problems(found, structure)
    joining = fixed + _join_problems(module, extra)
    channels = structure.output_shape[-1] if structure.output_shape else 0
    expected = sum(arguments[parts[-1][0]] for parts in _BRANCHES.values())
    # Where a branch differs, the number of channels follows from that.
    if not joining and not any(by_group.values()) and channels != expected:
        joining.append(Problem("output_channels", {"found": channels, "expected": expected}))
    return {
        **by_group,
        "activations": tuple(_activations(found, module.join)),
        "concatenation": tuple(joining),
        "spatial_size": tuple(spatial),
    }


def _module(layers: Sequence[Layer]) -> _Module:
    tidy = tidied(layers)
    joins = [layer for layer in tidy if isinstance(layer, Concatenation)]
    joins = joins or [layer for layer in tidy if isinstance(layer, Addition)]
    if not joins:
        return _Module((tidy,), None, ())
    join = max(joins, key=lambda layer: len(layer.branches))
    around = tuple(layer for layer in tidy if layer is not join)
    return _Module(tuple(tidied(branch) for branch in join.branches), join, around)


def _matched(
    branches: Sequence[tuple[Layer, ...]], arguments: Mapping[str, int]
) -> tuple[dict[str, Alignment | None], list[tuple[Layer, ...]]]:
    """Which found branch stands for which wanted one, by the least difference in all; and the branches left over."""
    wanted = {name: _wanted(parts, arguments) for name, parts in _BRANCHES.items()}
    tried = branches[:_MOST_BRANCHES]
    table = [[aligned(own, branch) for branch in tried] for own in wanted.values()]
    places = [*range(len(tried)), *[-1] * len(wanted)]

    def cost(choice: Sequence[int]) -> float:
        return sum(_NO_BRANCH if place < 0 else table[row][place].cost for row, place in enumerate(choice))

    best = min(sorted(set(permutations(places, len(wanted))), reverse=True), key=cost)
    matched = {
        name: None if place < 0 else table[row][place]
        for row, (name, place) in enumerate(zip(wanted, best, strict=True))
    }
    return matched, [branch for place, branch in enumerate(branches) if place not in best]


def _wanted(parts: Sequence[tuple[str, int]], arguments: Mapping[str, int]) -> tuple[Wanted, ...]:
    return tuple(
        WantedConvolution(name, size, arguments[name]) if name in arguments else WantedPooling(name, size)
        for name, size in parts
    )


def _branch_problems(found: Alignment | None, arguments: Mapping[str, int]) -> list[Problem]:
    if found is None:
        return [Problem("branch_missing")]
    problems = [
        Problem("reduction_missing", {"layer": own.name}) if own.name in _REDUCTIONS else missing_problem(own)
        for own in found.missing
    ]
    problems += [order_problem(own) for own in found.swapped[:1]]
    problems += [extra_problem(layer) for layer in found.extra if not isinstance(layer, Normalisation)]
    for own, layer in found.pairs:
        problems += [_named_filters(problem, arguments) for problem in shape_problems(own, layer)]
    return problems


def _named_filters(problem: Problem, arguments: Mapping[str, int]) -> Problem:
    """A wrong number of filters that is another argument's, told as such."""
    if problem.id != "filters" or len(set(arguments.values())) < len(arguments):
        return problem
    used = next((name for name, value in arguments.items() if value == problem.values["found"]), None)
    return problem if used is None else Problem("filters_swapped", {**problem.values, "used": used})


def _arguments_unused(found: Sequence[Alignment], arguments: Mapping[str, int]) -> list[Problem]:
    """Where no number of filters is any of `arguments`, which are all different: one slip, not one in each branch."""
    if len(set(arguments.values())) < len(arguments):
        return []
    numbers = [(own, layer.filters) for one in found for own, layer in one.pairs if isinstance(layer, Convolution)]
    if len(numbers) < len(arguments) or any(number in arguments.values() for _, number in numbers):
        return []
    return [Problem("arguments_unused", {"found": ", ".join(f"{own.name} = {number}" for own, number in numbers)})]


def _without_filters(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(problem for problem in problems if problem.id != "filters")


def _spatial_problems(found: Sequence[Alignment], structure: Structure) -> list[Problem]:
    pairs = [pair for alignment in found for pair in alignment.pairs]
    problems = [problem for own, layer in pairs for problem in stride_problems(own, layer, 1)]
    size, kept = structure.output_shape[:2], structure.input_shape[:2]
    if size == kept or problems:
        return problems
    for own, layer in pairs:
        if isinstance(layer, Convolution | Pooling) and layer.padding == "valid" and _window(layer) != (1, 1):
            problems.append(Problem("padding_valid", {"layer": own.name}))
    if problems:
        return problems
    expected = extent((kept[0], kept[1]))
    if len(structure.output_shape) != 3:
        return [
            Problem("output_shape", {"found": str(structure.output_shape), "expected": f"({kept[0]}, {kept[1]}, …)"})
        ]
    return [Problem("spatial_size", {"found": extent((size[0], size[1])), "expected": expected})]


def _window(layer: Convolution | Pooling) -> tuple[int, int]:
    return layer.kernel if isinstance(layer, Convolution) else layer.size


def _join_problems(module: _Module, extra: Sequence[tuple[Layer, ...]]) -> list[Problem]:
    problems = []
    if module.join is None:
        problems.append(Problem("concatenation_missing"))
    elif isinstance(module.join, Addition):
        problems.append(Problem("joined_by_addition"))
    elif not module.join.on_channels:
        problems.append(Problem("concatenation_axis"))
    for branch in extra:
        problems.append(Problem("branch_extra", {"layers": ", ".join(map(described, branch)) or "Input"}))
    return problems + [extra_problem(layer) for layer in module.around]


def _activations(found: Sequence[Alignment], join: Layer | None) -> list[Problem]:
    """Where other than ReLU, or more, follows a convolution. ReLU behind the concatenation does for the last one of each branch."""
    after = join.activation if join is not None else ()
    convolutions = [(own, layer) for one in found for own, layer in one.pairs if isinstance(layer, Convolution)]
    if "relu" in after and convolutions and not any(layer.activation for _, layer in convolutions):
        return [Problem("relu_after_concat_only")]
    bare, problems = [], []
    for alignment in found:
        last = alignment.pairs[-1][1] if alignment.pairs else None
        for own, layer in alignment.pairs:
            if isinstance(layer, Convolution):
                if layer is last and after[:1] == ("relu",) and not layer.activation:
                    layer = replace(layer, activation=("relu",))
                if not layer.activation:
                    bare.append(own.name)
                else:
                    problems += activation_problems(own.name, layer.activation, "relu")
            else:
                problems += activation_problems(own.name, layer.activation, None)
    # A normalisation behind every convolution is one slip, whichever branches it is in.
    normalisations = [layer for alignment in found for layer in alignment.extra if isinstance(layer, Normalisation)]
    problems += [extra_problem(layer) for layer in normalisations[:1]]
    if bare:
        problems.insert(0, Problem("activation_missing", {"layer": ", ".join(bare), "expected": "relu"}))
    return problems + activation_problems("Concatenate", [name for name in after if name != "relu"], None)
