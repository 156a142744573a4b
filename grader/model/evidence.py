"""What was observed and measured of one submission: enough to score it at any time, executing nothing.

Evidence holds no verdict and no tolerance. Arrays live beside it in `arrays.npz`; a case names them by a prefix.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.model.isolation import IsolationLevel
from grader.model.limits import ExecutionLimits
from grader.model.observation import StudentError, TrainingRun
from grader.model.status import CallOutcome, Visibility
from grader.model.submission import Flag

#: Version of the evidence on disk; raised whenever stored evidence of the old kind could be misread.
EVIDENCE_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class ArrayFact:
    """Type and shape of one returned array, as a student would print them."""

    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A breach of the contract that no tolerance can heal: `id` is a key of the catalogue's topic ``problem``."""

    id: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseEvidence:
    """One question put to a student's function, and how far the answer was from each accepted one.

    `errors` maps the name of an accepted answer (for example a padding convention) to the relative error of every
    returned array: ``max|got - expected| / max|expected|``. It is empty where the answer could not be compared; then
    `problems` or `outcome` says why. `matches` are the known misconceptions whose answer equals what came back.
    `own_forward_error` is the relative error of the returned gradient against central differences of the student's own
    forward pass, where that was asked. `changed_inputs` names arguments that the call changed in place. `fallback` tells that the call with the
    contract's own cache failed and the student's cache was used.
    """

    id: str
    group: str
    visibility: Visibility
    outcome: CallOutcome
    asked: Mapping[str, object] = field(default_factory=dict)
    returned: Mapping[str, ArrayFact] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    errors: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    matches: tuple[str, ...] = ()
    changed_inputs: tuple[str, ...] = ()
    fallback: bool = False
    own_forward_error: float | None = None
    seconds: float = 0.0
    error: StudentError | None = None
    detail: str = ""
    output: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """How many of `images` a model classified right; `split` is ``test``, ``hidden`` or ``validation``."""

    split: str
    images: int
    correct: int


@dataclass(frozen=True, slots=True)
class AccuracyEvidence:
    """What the grader measured of a trained model: images in, logits out.

    `model` says whose weights they were: ``submitted`` (the file handed in), ``reexecuted`` (what running the notebook
    again saved) or ``none``; then `problem` says why. `paying` is what points follow from, `validation` stands beside it.
    `claimed_stored` and `claimed_rerun` are the validation accuracies (0 to 1) that the notebook's stored and new outputs
    state, None where none was found. `same_data` tells whether the stored outputs can speak of the data measured on.
    """

    model: str
    paying: Measured | None = None
    validation: Measured | None = None
    parameters: int | None = None
    problem: Problem | None = None
    claimed_stored: float | None = None
    claimed_rerun: float | None = None
    same_data: bool = False


@dataclass(frozen=True, slots=True)
class WriteupEvidence:
    """Text that a person grades. `state` is ``written``, ``untouched`` (as handed out) or ``empty``; `cells` are cut."""

    state: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemEvidence:
    """All cases of one rubric item.

    `smaller` are tiny cases, the fewest numbers first, that were asked because a public case was not exact: they show
    the smallest input that fails, and which sizes a mistake depends on. No credit follows from them.
    `key` is the hash of everything that determined the observation: equal key, nothing to observe again.
    `implementation` is ``written``, ``stub``, ``absent``, ``module_failed`` or ``not_asked``: then `not_asked` names the
    reason (a key of the catalogue's topic ``skipped``) why nothing could be asked here, which is not the student's doing.
    """

    check: str
    key: str
    implementation: str
    cases: tuple[CaseEvidence, ...] = ()
    error: StudentError | None = None
    smaller: tuple[CaseEvidence, ...] = ()
    not_asked: str = ""
    accuracy: AccuracyEvidence | None = None
    writeup: WriteupEvidence | None = None


@dataclass(frozen=True, slots=True)
class CellEvidence:
    """A code cell: what the hand-in stored as its output, and what running it again gave. Texts are cut."""

    source: str
    stored_kinds: tuple[str, ...]
    stored_text: str
    rerun_kinds: tuple[str, ...]
    rerun_text: str


@dataclass(frozen=True, slots=True)
class NotebookEvidence:
    """One notebook's headless run; `status` as in `NotebookObservation`, or ``missing`` with the reason in `detail`."""

    key: str
    status: str
    seconds: float = 0.0
    failed_cell: int | None = None
    error: StudentError | None = None
    detail: str = ""
    runner: str = ""
    cells: tuple[CellEvidence, ...] = ()
    training: tuple[TrainingRun, ...] = ()


@dataclass(frozen=True, slots=True)
class IsolationUsed:
    """The level at which the student's code ran, and what that level could not enforce on that machine."""

    level: IsolationLevel
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataUsed:
    """Which images the code was run on. `kind` is ``cifar10``, ``cifar10_subset`` or ``stand_in``; `asked_for` is false
    where the stand-in only stands in for a CIFAR-10 that is not there. `digest` is over pixels and labels. `dialect` is the
    TensorFlow that the code ran on: ``tf1`` or ``tf2``."""

    kind: str
    name: str
    provenance: str
    digest: str
    profile: str
    asked_for: bool = True
    dialect: str = "tf2"


@dataclass(frozen=True, slots=True)
class NetworkUsed:
    """Which pretrained network the code was run on. `kind` is ``embedded`` (the one handed out), ``supplied`` (the course's
    own) or ``stand_in`` (for the one of the TensorFlow 1 years, at the size that the hand-in expects). Images are
    `height` x `width` pixels. `digest` is of network and images, `dialect` as for `DataUsed`. `stand_in_images` says that
    the images are ours though the network was made for others that are not there."""

    kind: str
    name: str
    height: int
    width: int
    digest: str
    dialect: str = "tf2"
    stand_in_images: bool = False


@dataclass(frozen=True, slots=True)
class SubmissionRecord:
    """Identity of the hand-in and what intake noticed."""

    team: str
    source: str
    source_sha256: str
    content_sha256: str
    flags: tuple[Flag, ...] = ()
    missing_notebooks: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that scoring needs. `environment` maps package or platform name to version, `limits` a part to its own."""

    submission: SubmissionRecord
    isolation: IsolationUsed
    environment: Mapping[str, str]
    seed: int
    items: Mapping[str, ItemEvidence]
    notebooks: Mapping[int, NotebookEvidence]
    seconds: float
    limits: Mapping[int, ExecutionLimits] = field(default_factory=dict)
    data: DataUsed | None = None
    network: NetworkUsed | None = None
    schema: int = EVIDENCE_SCHEMA
