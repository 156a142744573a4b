"""The rubric as a typed model. What a course decides stands here: points, tolerances, limits, what is told to whom."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from grader.model.limits import ExecutionLimits

#: A positive number of points, seconds or bytes.
Positive = Annotated[float, Field(gt=0)]
PositiveInt = Annotated[int, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Tolerance(_Strict):
    """Largest accepted relative error ``max|got - expected| / max|expected|`` by the dtype that came back."""

    float64: Positive = Field(description="limit for float64 (and integer) arrays")
    float32: Positive = Field(description="limit for float32 arrays")

    def limit_for(self, dtypes: list[str]) -> float:
        """The limit for a set of returned arrays: the widest of their dtypes' limits."""
        return self.float32 if "float32" in dtypes else self.float64


class ShareOfClasses(_Strict):
    """Points in proportion to the case classes that pass; below `floor` none."""

    rule: Literal["share_of_classes"]
    floor: Share = Field(0.0, description="share of passed classes below which the item earns nothing")


class AllOrNothing(_Strict):
    """All points if every case class passes, else none."""

    rule: Literal["all_or_nothing"]


class Threshold(_Strict):
    share: Share = Field(description="share of case classes that must pass at least")
    points: Annotated[float, Field(ge=0)] = Field(description="points that this earns")


class Thresholds(_Strict):
    """The points of the highest threshold that the share of passed classes reaches; none below the lowest."""

    rule: Literal["thresholds"]
    steps: tuple[Threshold, ...] = Field(min_length=1)


class PointsByClass(_Strict):
    """Every case class has points of its own, earned where it passes."""

    rule: Literal["points_by_class"]
    points: dict[str, Positive] = Field(
        min_length=1, description="points of every case class that counts; must add up to the item's"
    )


class Ramp(_Strict):
    """Points rise in proportion from none at the accuracy `none_at` to all at `full_at`."""

    none_at: Share = Field(description="accuracy (0 to 1) up to which there are no points")
    full_at: Share = Field(description="accuracy from which there are all points")

    @model_validator(mode="after")
    def _rises(self) -> Ramp:
        if self.none_at >= self.full_at:
            raise ValueError(f"none_at ({self.none_at:g}) must be below full_at ({self.full_at:g})")
        return self


class AccuracyScale(_Strict):
    """Points for the accuracy that the grader measured, on a scale for each kind of data."""

    rule: Literal["accuracy_scale"]
    cifar10: Ramp
    stand_in: Ramp
    borderline: Literal["benefit", "measured"] = Field(
        "benefit",
        description="where `full_at` lies within the 95 % Wilson interval: all points, or those of the measured value",
    )


class Manual(_Strict):
    """A person gives the points."""

    rule: Literal["manual"]


Credit = Annotated[
    ShareOfClasses | AllOrNothing | Thresholds | PointsByClass | AccuracyScale | Manual, Field(discriminator="rule")
]


class Slips(_Strict):
    """Share of an item's points that a known slip costs; 0 makes it a warning."""

    input_changed: Share = Field(1.0, description="an input array was changed in place")
    whole_gradient_to_every_tie: Share = Field(0.0, description="max-pool: each tied cell got the whole gradient")
    own_cache_needed: Share = Field(0.0, description="backward works only with the cache of the student's own forward")
    trains_while_evaluating: Share = Field(0.5, description="run_model changes the weights though it is to evaluate")


class HiddenCases(_Strict):
    per_class: Annotated[int, Field(ge=0, le=20)] = Field(1, description="hidden cases drawn from the seed, per class")
    tell: Literal["class", "nothing"] = Field("class", description="what a student learns of a hidden case that fails")


class DeterministicCell(_Strict):
    """A notebook cell whose numbers do not depend on random draws or data, so that stored and new output must agree."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    contains: tuple[str, ...] = Field(min_length=1, description="a cell is meant if its source contains all of these")
    lines: str = Field(min_length=1, description="only output lines that contain this are compared")
    absolute_floor: Positive = Field(1e-5, description="numbers both below this count as equal")
    relative_tolerance: Positive = Field(0.05, description="largest accepted relative difference above the floor")


class Limits(_Strict):
    """Limits on a student's process; what is left out keeps the grader's default."""

    call_wall_s: Positive | None = None
    item_wall_s: Positive | None = None
    cell_wall_s: Positive | None = None
    notebook_wall_s: Positive | None = None
    cpu_s: PositiveInt | None = None
    memory_bytes: PositiveInt | None = None
    processes: PositiveInt | None = None
    disk_bytes: PositiveInt | None = None
    file_bytes: PositiveInt | None = None
    output_bytes: PositiveInt | None = None
    array_bytes: PositiveInt | None = None
    open_files: PositiveInt | None = None

    def execution_limits(self) -> ExecutionLimits:
        return ExecutionLimits(**self.model_dump(exclude_none=True))

    def overridden_by(self, other: Limits) -> Limits:
        """These limits with what `other` sets in place of theirs."""
        return Limits(**{**self.model_dump(exclude_none=True), **other.model_dump(exclude_none=True)})


class Part(_Strict):
    """One of the assignment's three parts."""

    title: str = Field(description="catalogue key of the part's title")
    framework: Literal["numpy", "tensorflow"] = Field("numpy", description="what the part's code is written with")
    module: str | None = Field(
        None, description="module that holds the functions, as the notebook imports it; default: the notebook itself"
    )
    forbidden_imports: tuple[str, ...] = Field((), description="top-level packages that may not be used")
    allowed_imports: tuple[Literal["scipy", "numba"], ...] = Field(
        ("scipy", "numba"), description="which of these may be used; one that is left out is forbidden"
    )
    run_notebook: bool = Field(True, description="whether the notebook is run again headlessly")
    deterministic_cells: tuple[DeterministicCell, ...] = ()
    limits: Limits = Limits()
    profiles: dict[Literal["quick", "checkpoint", "full"], Limits] = Field(
        {}, description="limits that a profile sets in place of these"
    )

    def limits_for(self, profile: str) -> ExecutionLimits:
        """The limits on a process of this part in `profile`."""
        return self.limits.overridden_by(self.profiles.get(profile, Limits())).execution_limits()  # type: ignore[call-overload]

    @property
    def forbidden_modules(self) -> tuple[str, ...]:
        """All top-level packages that may not be used."""
        undecided = (name for name in ("scipy", "numba") if name not in self.allowed_imports)
        return (*self.forbidden_imports, *undecided)


class Item(_Strict):
    """One gradable item. `check` names an entry of the check table; `text` is a catalogue key prefix."""

    id: str = Field(pattern=r"^p[123](\.[a-z][a-z0-9_]*)+$")
    part: Literal[1, 2, 3]
    points: Positive
    check: str
    text: str = Field(description="catalogue key prefix of the item's title and explanation")
    credit: Credit
    classes: tuple[str, ...] | None = Field(None, min_length=1, description="case classes that count; default: all")
    tolerance: Tolerance | None = Field(None, description="overrides the rubric's tolerance")
    slips: Slips | None = Field(None, description="overrides the rubric's slips")


class Rubric(_Strict):
    """A whole rubric file."""

    schema_version: Literal[1] = Field(alias="schema")
    name: str
    total: Positive = Field(description="sum of the items' points; must add up")
    tolerance: Tolerance
    slips: Slips = Slips()
    hidden_cases: HiddenCases = HiddenCases()
    parts: dict[Literal[1, 2, 3], Part]
    items: tuple[Item, ...] = Field(min_length=1)

    def tolerance_of(self, item: Item) -> Tolerance:
        return item.tolerance or self.tolerance

    def slips_of(self, item: Item) -> Slips:
        return item.slips or self.slips
