"""Which sizes decide whether a function is right: "right only where N == F" says more than a list of failing shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.model.evidence import CaseEvidence
from grader.model.message import Message
from grader.model.rubric import Tolerance
from grader.scoring.answers import passes


@dataclass(frozen=True, slots=True)
class Sizes:
    """One question's extents; for pooling the window stands for the kernel and there are no filters.

    `single` says that there is but one window on some axis, where a stride moves nothing.
    """

    n: int
    h: int
    w: int
    c: int
    f: int | None
    kernel: tuple[int, int]
    stride: tuple[int, int]
    single: bool = False


#: Whether a function with that mistake is right on these sizes; None where it may be or not.
Condition = Callable[[Sizes], bool | None]


def _unless(open_question: bool) -> bool | None:
    return None if open_question else False


#: Prefix of the texts' keys.
ONLY_WHERE = "hint.only_where"

#: Id (the text is ``hint.only_where.<id>``) and the condition.
CONDITIONS: tuple[tuple[str, Condition], ...] = (
    ("images_equal_filters", lambda s: s.f is not None and s.n == s.f),
    ("channels_equal_filters", lambda s: s.f is not None and s.c == s.f),
    ("images_equal_channels", lambda s: s.n == s.c),
    ("one_image", lambda s: s.n == 1),
    ("one_channel", lambda s: s.c == 1),
    ("one_filter", lambda s: s.f == 1),
    ("few_channels", lambda s: s.c <= 3),
    ("square_input", lambda s: s.h == s.w),
    ("square_kernel", lambda s: s.kernel[0] == s.kernel[1]),
    ("unit_stride", lambda s: s.stride == (1, 1) or _unless(s.single)),
    ("equal_strides", lambda s: s.stride[0] == s.stride[1] or _unless(s.single)),
    ("odd_kernel", lambda s: None if s.f is None else s.kernel[0] % 2 == 1 and s.kernel[1] % 2 == 1),
    ("kernel_above_one", lambda s: s.kernel[0] > 1 and s.kernel[1] > 1),
    ("kernel_one", lambda s: s.kernel == (1, 1)),
    ("nothing_left_over", lambda s: (s.h - s.kernel[0]) % s.stride[0] == 0 and (s.w - s.kernel[1]) % s.stride[1] == 0),
    ("no_gaps", lambda s: s.kernel[0] >= s.stride[0] and s.kernel[1] >= s.stride[1]),
    ("no_overlap", lambda s: s.kernel[0] <= s.stride[0] and s.kernel[1] <= s.stride[1]),
)

#: Share of the cases outside a condition that may be right by luck: two wrong windows can have the same maximum.
LUCK = 0.2

#: At least so many cases must be right, and as many wrong, before one condition is believed to part them.
_ENOUGH = 2


def only_where(cases: Sequence[CaseEvidence], reading: str | None, tolerance: Tolerance) -> Message | None:
    """The condition on sizes that holds where `cases` are right and not where they are wrong; None where none does.

    Of several the one with the fewest exceptions, see `LUCK`.

    Cases whose numbers are special (all negative, tied) count like any other: a mistake that shows in them alone parts
    no sizes.
    """
    told = [(sizes, passes(case, reading, tolerance)) for case in cases if (sizes := sizes_of(case.asked)) is not None]
    right = sum(is_right for _, is_right in told)
    if right < _ENOUGH or len(told) - right < _ENOUGH:
        return None
    exceptions = {name: _exceptions(holds, told) for name, holds in CONDITIONS}
    fitting = {name: count for name, count in exceptions.items() if count is not None}
    return Message(f"{ONLY_WHERE}.{min(fitting, key=lambda name: fitting[name])}") if fitting else None


def _exceptions(holds: Condition, told: Sequence[tuple[Sizes, bool]]) -> int | None:
    """How many cases are right although the condition does not hold; None where it explains too little or is wrong."""
    if any(holds(sizes) and not is_right for sizes, is_right in told):
        return None
    outside = [is_right for sizes, is_right in told if holds(sizes) is False]
    lucky = sum(outside)
    explained = len(outside) - lucky >= _ENOUGH
    return lucky if explained and lucky <= LUCK * len(outside) else None


def sizes_of(asked: Mapping[str, object]) -> Sizes | None:
    """The extents in a case's `asked`; None where they are not all there."""
    try:
        n, h, w, c = asked["x"]  # type: ignore[misc]
        _, down, across, _ = asked["stride"]  # type: ignore[misc]
        if "w" in asked:
            f, height, width, _ = asked["w"]  # type: ignore[misc]
        else:
            f, height, width = None, asked["pool_height"], asked["pool_width"]
    except (KeyError, TypeError, ValueError):
        return None
    sizes = Sizes(n, h, w, c, f, (height, width), (down, across))  # type: ignore[arg-type]
    kernel = (1, 1) if asked.get("padding") == "same" else sizes.kernel
    return replace(sizes, single=h < kernel[0] + down or w < kernel[1] + across)
