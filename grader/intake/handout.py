"""What students were given: files that grading replaces by its own, and the templates they write into."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.intake.hashing import text_sha256
from grader.intake.junk import is_junk
from grader.messages import catalogue
from grader.model.errors import UsageError

LAYER_UTILS = "Utils/layer_utils.py"
CHECKPOINT_FOLDER = "Utils/model_checkpoints"

#: Canonical notebook names by part.
NOTEBOOK_NAMES: Mapping[int, str] = {
    1: "Assignment2-1_Implementing_CNN.ipynb",
    2: "Assignment2-2_Training_CNN.ipynb",
    3: "Assignment2-3_Visualizing_CNN.ipynb",
}

#: Given by the assignment whatever a hand-out holds: never taken from a hand-in.
ALWAYS_GIVEN = frozenset(
    {
        "Utils/__init__.py",
        "Utils/data_utils.py",
        "Utils/model_utils.py",
        "Utils/pretrained_cnn.npz",
        "Utils/pretrained_images.npz",
        "CollectSubmission.sh",
    }
)

#: `text_sha256` of given files of earlier years, so that an old work folder is not said to have been changed.
EARLIER_SHA256: Mapping[str, frozenset[str]] = {
    "Utils/__init__.py": frozenset({"01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b"}),
    "Utils/data_utils.py": frozenset(
        {
            "9e11a59dac84e6af32f0a9dacfd42901fbcf12c87650642d07f99cb352927f96",
            "c0e7670e01ffddb3068842fb4168c7f590e38eb8829db2bed9454d7493e67099",
            "d504e1ccc846dbfcc6a2e41acc067523c337bc8b2911b5804686d4a86a83a34a",
        }
    ),
    "Utils/model_utils.py": frozenset({"61611bf72adec0fce2cdeb0be5c6561a4f30ad16cf1cc3190247cec12747051c"}),
    "CollectSubmission.sh": frozenset({"f2d24685efe8127e7df5b41333fd8fd57924c2e25a2d5c9aad999a9bd6d2b2a8"}),
}


@dataclass(frozen=True, slots=True)
class Handout:
    """The hand-out as intake needs it; all keys are POSIX paths of the work folder.

    `given` are our files that students leave alone. `known_given_sha256` holds `text_sha256` of every version of a given
    file that was ever handed out. `template` are the untouched files that students edit (`LAYER_UTILS`, the notebooks).
    """

    given: Mapping[str, bytes] = field(default_factory=dict)
    known_given_sha256: Mapping[str, frozenset[str]] = field(default_factory=dict)
    template: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def load(cls, student_template: Path) -> Handout:
        """The hand-out in folder `student_template`, or in a zip archive of it. Raises UsageError where it is none."""
        files = _zipped_files(student_template) if student_template.is_file() else _folder_files(student_template)
        if LAYER_UTILS not in files:
            raise UsageError(catalogue().text("intake.no_student_template", path=student_template))
        given: dict[str, bytes] = {}
        template: dict[str, bytes] = {}
        for name, content in files.items():
            edited = name == LAYER_UTILS or name in NOTEBOOK_NAMES.values()
            (template if edited else given)[name] = content
        known = {
            name: EARLIER_SHA256.get(name, frozenset()) | ({text_sha256(given[name])} if name in given else frozenset())
            for name in given.keys() | EARLIER_SHA256.keys()
        }
        return cls(given, known, template)

    def is_given(self, path: str) -> bool:
        """Whether `path` of the work folder is ours at execution, whatever was handed in there."""
        return path in self.given or path in ALWAYS_GIVEN

    def was_changed(self, path: str, content: bytes) -> bool:
        """Whether `content` handed in at the given `path` differs from every version known of it."""
        known = self.known_given_sha256.get(path)
        return known is not None and text_sha256(content) not in known


def _folder_files(folder: Path) -> dict[str, bytes]:
    named = ((path.relative_to(folder).as_posix(), path) for path in sorted(folder.rglob("*")) if path.is_file())
    return {name: path.read_bytes() for name, path in named if not is_junk(name)}


def _zipped_files(file: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(file) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (OSError, zipfile.BadZipFile):
        return {}
