"""The verdict: what scoring makes of evidence and rubric. Texts are catalogue messages, written out by the reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.model.evidence import AccuracyEvidence, CaseEvidence, DataUsed, IsolationUsed, NetworkUsed, WriteupEvidence
from grader.model.limits import ExecutionLimits
from grader.model.message import Message
from grader.model.observation import TrainingRun
from grader.model.rubric import Ramp
from grader.model.status import ItemStatus, SubmissionStatus
from grader.model.submission import Flag

#: Version of `result.json`.
RESULT_SCHEMA = 1

#: Id of the check that stands for all others of an item where the student's module cannot be imported.
IMPORT_CHECK = "import"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Verdict on one case class of an item.

    `measured` is the largest relative error over the class's cases and `limit` the tolerance it was held against;
    both are None where nothing could be measured. `failing` is the smallest failing public case, for the report;
    `larger` the class's own one, where that is another.
    """

    id: str
    status: ItemStatus
    message: Message
    measured: float | None = None
    limit: float | None = None
    hint: Message | None = None
    failing: CaseEvidence | None = None
    failing_answer: str = ""
    larger: CaseEvidence | None = None


@dataclass(frozen=True, slots=True)
class ItemResult:
    """Verdict on one rubric item. `case_prefix` finds the item's arrays in the evidence.

    `accuracy` is what was measured of a trained model, and `scale` how points follow from it on the data it was measured
    on; `writeup` is what a person is to read. Each is None where the item is about something else.
    """

    id: str
    part: int
    title: Message
    points: float
    max_points: float
    status: ItemStatus
    feedback: tuple[Message, ...]
    checks: tuple[CheckResult, ...] = ()
    accuracy: AccuracyEvidence | None = None
    scale: Ramp | None = None
    writeup: WriteupEvidence | None = None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Verdict on one submission. `reason` says why a hand-in was rejected or could not be graded.

    `full_points` is what could have been reached where there are no items to add up; `limits` are those that the code
    of each part ran under. `data` is what images the code ran on, and `network` which pretrained network, None where no part needs any; `training` is what the
    notebook of a part told of its training when it was run again.
    """

    team: str
    source: str
    source_sha256: str
    status: SubmissionStatus
    items: tuple[ItemResult, ...] = ()
    flags: tuple[Flag, ...] = ()
    reason: str = ""
    seconds: float = 0.0
    seed: int | None = None
    isolation: IsolationUsed | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    rubric_sha256: str = ""
    full_points: float = 0.0
    limits: Mapping[int, ExecutionLimits] = field(default_factory=dict)
    data: DataUsed | None = None
    network: NetworkUsed | None = None
    training: Mapping[int, tuple[TrainingRun, ...]] = field(default_factory=dict)

    @property
    def score(self) -> float:
        return sum(item.points for item in self.items)

    @property
    def max_score(self) -> float:
        return sum(item.max_points for item in self.items) if self.items else self.full_points

    @property
    def pending_points(self) -> float:
        return sum(item.max_points for item in self.items if item.status is ItemStatus.MANUAL)

    @property
    def provisional(self) -> bool:
        return any(item.status is ItemStatus.SKIPPED for item in self.items)
