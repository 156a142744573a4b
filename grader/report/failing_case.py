"""The smallest failing public case of a check, made ready to be shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from grader.messages import catalogue
from grader.model.evidence import CaseEvidence
from grader.model.scorecard import CheckResult, ItemResult
from grader.report.audience import public_failing_case, public_larger_case
from grader.report.clean_text import clean_line, clean_lines
from grader.report.error_map import ErrorMap, error_map
from grader.report.number_table import NumberComparison, compare
from grader.report.try_code import try_code
from grader.report.wording import write

#: Gives the arrays of a case by prefix, under their names without it: ``args/x``, ``expected/<answer>/out``, ``got/out``.
Arrays = Callable[[str], Mapping[str, np.ndarray]]

#: What is shown of a student's own traceback and output at most: lines, and characters a line.
FRAME_LINES = 12
OUTPUT_LINES = 20
LINE_CHARACTERS = 160

#: What is noted beside a question and was no part of it: how the answer was judged, and on which network.
_NOT_ASKED = frozenset({"judged_by", "network"})

ARGUMENTS, EXPECTED, GOT = "args/", "expected/", "got/"


@dataclass(frozen=True, slots=True)
class FailingCase:
    """`asked` pairs a name with its shape or setting, no name with a phrase that says both; `comparisons` pairs an array's
    name with its numbers. `stored` says whether any array of the case was kept.

    `maps` holds pictures of where arrays differ, by name, for those that a picture says something about. `absent` names
    expected arrays for which nothing comparable came back. `code` are lines of Python that set
    the inputs up and make the call; there are none for large inputs.
    """

    asked: tuple[tuple[str, str], ...]
    comparisons: tuple[tuple[str, NumberComparison], ...] = ()
    absent: tuple[str, ...] = ()
    error_type: str = ""
    error_message: str = ""
    frames: tuple[str, ...] = ()
    output: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    maps: Mapping[str, ErrorMap] = field(default_factory=dict)
    stored: bool = True

    @property
    def settings(self) -> str:
        """All of `asked` on one line."""
        return ", ".join(f"{name} {value}" if name else value for name, value in self.asked)

    @property
    def bare(self) -> bool:
        """Whether nothing is known but what was asked and what was wrong: no array, no error, no output."""
        return not (self.stored or self.error_type or self.output)


def case_prefix(item_id: str, case: CaseEvidence) -> str:
    """Where the evidence keeps the arrays of a case."""
    return f"{item_id}/{case.id}/"


def no_arrays(prefix: str) -> Mapping[str, np.ndarray]:
    """Stands in where no arrays were kept."""
    return {}


def distinct_cases(item: ItemResult) -> frozenset[str]:
    """Ids of the checks whose smallest failing case is not already that of an earlier one: one tiny input often
    fails several kinds of input, and is shown once."""
    first: dict[str, str] = {}
    for check in item.checks:
        case = public_failing_case(check)
        if case is not None:
            first.setdefault(case.id, check.id)
    return frozenset(first.values())


def failing_case(item_id: str, check: CheckResult, arrays: Arrays, size: int = 6) -> FailingCase | None:
    """What to show of the check's smallest failing case; None unless there is one and it is public.

    Tables hold at most `size` x `size` numbers, of those returned arrays that are wrong.
    """
    case = public_failing_case(check)
    return None if case is None else _ready(item_id, case, check, arrays, size)


def larger_case(item_id: str, check: CheckResult, arrays: Arrays, size: int = 6) -> FailingCase | None:
    """A larger failing case beside the smallest one: where in an array it goes wrong. None unless that makes a picture."""
    case = public_larger_case(check)
    if case is None:
        return None
    shown = _ready(item_id, case, check, arrays, size)
    drawn = tuple((name, numbers) for name, numbers in shown.comparisons if name in shown.maps)
    return replace(shown, comparisons=drawn) if drawn else None


def _ready(item_id: str, case: CaseEvidence, check: CheckResult, arrays: Arrays, size: int) -> FailingCase:
    found = arrays(case_prefix(item_id, case))
    answer = check.failing_answer or _first_answer(found)
    expected = _under(found, f"{EXPECTED}{answer}/")
    got = _under(found, GOT)
    wrong = {name for name in expected if _is_wrong(case.errors.get(answer, {}).get(name), check.limit)} or set(
        expected
    )
    error = case.error
    drawn = {name: error_map(expected[name], got[name], check.limit, size) for name in wrong if name in got}
    return FailingCase(
        asked=tuple(_asked(name, value) for name, value in case.asked.items() if name not in _NOT_ASKED),
        comparisons=tuple(
            (name, compare(expected[name], got[name], check.limit, size))
            for name in expected
            if name in wrong and name in got
        ),
        absent=tuple(name for name in expected if got and name not in got),
        error_type=clean_line(error.type, 80) if error else "",
        error_message=clean_line(error.message, 300) if error else "",
        frames=tuple(clean_lines("\n".join(error.frames), FRAME_LINES, LINE_CHARACTERS))
        if error and error.frames
        else (),
        output=tuple(clean_lines(case.output, OUTPUT_LINES, LINE_CHARACTERS)) if case.output.strip() else (),
        code=try_code(_under(found, ARGUMENTS), case.asked),
        maps={name: picture for name, picture in drawn.items() if picture is not None},
        stored=bool(found),
    )


def _asked(name: str, value: object) -> tuple[str, str]:
    """A setting that has a phrase of its own, "64 images", else the name and the value."""
    key = f"training_report.asked.{name}"
    if isinstance(value, bool | str):
        key, shown = f"{key}_text", clean_line(value, 80)
    elif isinstance(value, int | float):
        key, shown = f"{key}_one" if value == 1 and f"{key}_one" in catalogue() else key, f"{value:,}"
    else:
        shown = asked_text(value)
    return ("", write(key, value=shown)) if key in catalogue() else (clean_line(name, 40), asked_text(value))


def asked_text(value: object) -> str:
    """A shape or a setting of the layer on one line; lists are shown as shapes: ``(2, 5, 6, 3)``."""
    if isinstance(value, (list, tuple)):
        inside = ", ".join(clean_line(part, 20) for part in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    return clean_line(value, 80)


def _under(found: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {name[len(prefix) :]: array for name, array in found.items() if name.startswith(prefix)}


def _first_answer(found: Mapping[str, np.ndarray]) -> str:
    """Where the verdict names no accepted answer (nothing came back to compare), the first stands for all."""
    names = (name for name in found if name.startswith(EXPECTED))
    return next((name.split("/")[1] for name in names), "")


def _is_wrong(error: float | None, limit: float | None) -> bool:
    # Written so that an error that is not a number counts as wrong.
    return error is None or limit is None or not error <= limit
