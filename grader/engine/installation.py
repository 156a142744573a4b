"""Where a checkout (or an unpacked hand-out) keeps its things."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

#: The templates as they were handed out, in what students receive: beside them lie the same files, to be changed.
PACKED_TEMPLATE = "grader/student_template.zip"


@dataclass(frozen=True, slots=True)
class Installation:
    """The folder that holds `grade.py`. `reference/` is absent in what students receive."""

    root: Path

    @classmethod
    def here(cls) -> Installation:
        """The installation that this code belongs to."""
        return cls(Path(__file__).resolve().parents[2])

    @property
    def student_template(self) -> Path:
        """A folder; in what students receive, an archive."""
        return self.root / PACKED_TEMPLATE if self.is_handout else self.root / "student_template"

    @property
    def is_handout(self) -> bool:
        """Whether this is what students receive."""
        return (self.root / PACKED_TEMPLATE).is_file()

    @property
    def rubric(self) -> Path:
        """The rubric that is used where no other is asked for."""
        return self.root / "rubrics" / "assignment2.yaml"

    @property
    def reference(self) -> Path:
        return self.root / "reference"

    @property
    def has_reference(self) -> bool:
        return self.reference.is_dir()

    def kept_from_students(self) -> tuple[Path, ...]:
        """Folders that no student's process may see, as far as they exist."""
        return tuple(path for path in (self.reference, self.root / "rubrics") if path.exists())
