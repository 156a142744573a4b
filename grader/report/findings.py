"""What did not pass, one entry each, as the reports for machines tell it: JUnit, SARIF, Gradescope, annotations."""

from __future__ import annotations

from dataclasses import dataclass

from grader.model.scorecard import CheckResult, ItemResult, Scorecard
from grader.model.status import ItemStatus
from grader.report.failing_case import Arrays, FailingCase, failing_case, no_arrays
from grader.report.source_place import NO_SOURCES, Place, Sources
from grader.report.wording import OPEN, check_title, feedback, write

#: Rows and columns of a printed window of numbers: few, as these reports are read in narrow columns.
_TABLE_SIZE = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """One check that did not pass, or (`check` None) an item that lost points though none of its checks failed.

    `case` tells its smallest failing case as lines of plain text; nothing of a hidden case is in it. `costs` says
    whether the item lost points.
    """

    item: ItemResult
    check: CheckResult | None
    title: str
    message: str
    hint: str
    case: tuple[str, ...]
    place: Place | None
    costs: bool

    @property
    def text(self) -> str:
        """Message and hint as paragraphs."""
        return "\n".join(part for part in (self.message, self.hint) if part)


def findings(card: Scorecard, sources: Sources = NO_SOURCES, arrays: Arrays = no_arrays) -> list[Finding]:
    """All findings of a verdict, in the order of its items."""
    return [finding for item in card.items for finding in item_findings(item, sources, arrays)]


def item_findings(item: ItemResult, sources: Sources = NO_SOURCES, arrays: Arrays = no_arrays) -> list[Finding]:
    """The findings of one item; none for one that is still open."""
    if item.status in OPEN:
        return []
    costs = item.status is not ItemStatus.PASSED
    failed = [check for check in item.checks if check.status is not ItemStatus.PASSED and check.status not in OPEN]
    title = write(item.title)
    if failed:
        return [_of_check(item, check, title, costs, sources, arrays) for check in failed]
    if not costs:
        return []
    return [Finding(item, None, title, "\n".join(feedback(item)), "", (), sources.of_item(item), costs)]


def _of_check(
    item: ItemResult, check: CheckResult, title: str, costs: bool, sources: Sources, arrays: Arrays
) -> Finding:
    case = failing_case(item.id, check, arrays, _TABLE_SIZE)
    return Finding(
        item=item,
        check=check,
        title=f"{title}: {check_title(check)}",
        message=write(check.message),
        hint=write("ci.hint", text=write(check.hint)) if check.hint is not None else "",
        case=tuple(_case_lines(case)) if case is not None else (),
        place=sources.of_check(item, check),
        costs=costs,
    )


def _case_lines(case: FailingCase) -> list[str]:
    lines = []
    if case.asked:
        lines.append(write("ci.smallest" if case.stored else "training_report.asked_with", asked=case.settings))
    if case.frames:
        lines += [write("ci.frames"), *(f"    {frame}" for frame in case.frames)]
    for name, numbers in case.comparisons:
        if not numbers.same_shape:
            lines.append(write("ci.shapes", name=name, expected=numbers.expected_shape, got=numbers.got_shape))
        elif numbers.differing:
            lines.append(
                write(
                    "ci.position",
                    name=name,
                    position=numbers.position,
                    expected=numbers.expected_number,
                    got=numbers.got_number,
                    differing=numbers.differing,
                    total=numbers.total,
                )
            )
    lines += [write("ci.absent", name=name) for name in case.absent]
    return lines
