"""Evidence of Part 3's cases: several public ones a group, and hidden ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from grader.checks.training.asking import Breach, Unanswered
from grader.checks.training.case_evidence import case, failed
from grader.model.evidence import CaseEvidence, Problem
from grader.model.status import Visibility


@dataclass(frozen=True, slots=True)
class CaseName:
    """Which case of which group."""

    group: str
    number: int = 0
    visibility: Visibility = Visibility.PUBLIC

    def put_on(self, evidence: CaseEvidence) -> CaseEvidence:
        return replace(
            evidence,
            id=f"{self.group}.{self.visibility.value}{self.number}",
            group=self.group,
            visibility=self.visibility,
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """What a question found: `errors` relative to the one accepted answer, recognised mistakes, breaches."""

    errors: Mapping[str, float]
    matches: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def as_case(self, name: CaseName, asked: Mapping[str, object]) -> CaseEvidence:
        errors = {} if self.problems else self.errors
        return name.put_on(case(name.group, errors, asked, matches=self.matches, problems=self.problems))


def breach(problem: str, *matches: str, **values: object) -> Finding:
    """What breaks the contract, so that there is nothing to measure."""
    return Finding({}, matches, (Problem(problem, values),))


def found(name: CaseName, question: Callable[[], Finding], asked: Mapping[str, object]) -> CaseEvidence:
    """The case of what `question` finds, or the one that tells why it was not answered."""
    try:
        return question().as_case(name, asked)
    except (Breach, Unanswered) as ended:
        return unanswered(name, ended, asked)


def unanswered(name: CaseName, ended: Breach | Unanswered, asked: Mapping[str, object]) -> CaseEvidence:
    """The case of a question that was not answered, or not with what could be judged."""
    return name.put_on(failed(name.group, ended, asked))
