"""A verdict as GitHub's workflow commands: annotations at lines of the hand-in."""

from __future__ import annotations

from collections.abc import Iterable

from grader.model.scorecard import Scorecard
from grader.model.status import Severity, SubmissionStatus
from grader.report.audience import flags_for_student
from grader.report.clean_text import clean, clean_line
from grader.report.failing_case import Arrays, no_arrays
from grader.report.findings import Finding, findings
from grader.report.source_place import NO_SOURCES, Place, Sources, cell_text
from grader.report.wording import check_title, flag_text, write

#: GitHub shows at most ten annotations of a kind for one step.
_MOST = 10

_TITLE, _MESSAGE = 200, 2000


def annotations(card: Scorecard, sources: Sources = NO_SOURCES, arrays: Arrays = no_arrays) -> list[str]:
    """Workflow commands, one a line: errors for what costs points, warnings for the rest and for remarks.

    What does not pass of one item at one line is one annotation, and one cause of many items is told once. Of more than
    ten of a kind the last says how many more there are. Free of anything that a student may not see.
    """
    if card.status is SubmissionStatus.REJECTED:
        return [command("error", write("ci.rejected_text", reason=card.reason), title=write("ci.rejected_title"))]
    if card.status is SubmissionStatus.GRADER_ERROR:
        return [command("error", write("ci.fault_text"), title=write("ci.fault_title"))]
    groups = _groups(findings(card, sources, arrays))
    warnings = [_of_group("warning", group) for group in groups if not group[0].costs]
    for flag in flags_for_student(card.flags):
        if flag.severity is Severity.WARNING:
            warnings.append(command("warning", flag_text(flag)))
    errors = [_of_group("error", group) for group in groups if group[0].costs]
    return [*_first("error", errors), *_first("warning", warnings)]


def command(kind: str, message: str, *, title: str = "", place: Place | None = None) -> str:
    """One workflow command, ``error``, ``warning`` or ``notice``. Nothing in its texts can end it or start another."""
    properties = []
    if place is not None:
        properties += [f"file={_property(clean_line(place.file))}", f"line={place.line}"]
    if title:
        properties.append(f"title={_property(clean_line(title, _TITLE))}")
    head = f"{kind} {','.join(properties)}" if properties else kind
    return f"::{head}::{_data(clean(message, _MESSAGE))}"


def _of_group(kind: str, group: list[Finding]) -> str:
    first, *others = group
    where = cell_text(first.place) if first.place is not None else ""
    lines = [*([where] if where else []), first.text, *first.case]
    if others:
        names = [check_title(finding.check) for finding in others if finding.check is not None]
        lines.append(write("ci.others", checks="; ".join(names)))
    return command(kind, "\n".join(lines), title=first.title, place=first.place)


def _groups(found: Iterable[Finding]) -> list[list[Finding]]:
    """Findings of one item at one line, without those of which an earlier item told the same."""
    groups: dict[tuple[str, Place | None], list[Finding]] = {}
    told: dict[tuple[object, ...], str] = {}
    for finding in found:
        if told.setdefault((finding.place, finding.text, finding.case), finding.item.id) == finding.item.id:
            groups.setdefault((finding.item.id, finding.place), []).append(finding)
    return list(groups.values())


def _first(kind: str, commands: list[str]) -> list[str]:
    if len(commands) <= _MOST:
        return commands
    left_out = len(commands) - (_MOST - 1)
    return [*commands[: _MOST - 1], command(kind, write("ci.more", count=left_out))]


def _data(text: str) -> str:
    # GitHub still obeys its old form of commands, anywhere in a line.
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return escaped.replace("##[", "## [")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
