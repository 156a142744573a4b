"""Short names for everything a result depends on: equal fingerprints, equal results."""

from __future__ import annotations

import hashlib
import platform
from pathlib import Path

from grader.engine import packages
from grader.engine.settings import RunSettings

#: Packages whose version can change what is observed or reported.
_PACKAGES = ("numpy", "scipy", "ipython", "ipykernel", "nbclient", "nbformat", "matplotlib", "jinja2")


def of_text(*texts: str) -> str:
    """SHA-256 of a list of texts; where one ends and the next begins counts."""
    digest = hashlib.sha256()
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def of_path(path: Path) -> str:
    """SHA-256 of a file's bytes, or of a folder's names and contents, links and ``__pycache__`` left out. Raises OSError."""
    if path.is_file() and not path.is_symlink():
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    return _of_files(path)


def of_run(settings: RunSettings) -> dict[str, str]:
    """Fingerprints of what all submissions of a run share, the rubric apart."""
    root = settings.installation.root
    seed = f"fixed {settings.seed}" if settings.seed is not None else of_text("salt", settings.salt.hex())
    shared = {
        "grader": of_path(root / "grader"),
        "handout": of_path(settings.installation.student_template),
        "reference": of_path(settings.installation.reference) if settings.installation.has_reference else "absent",
        "python": platform.python_version(),
        "packages": of_text(*(f"{name} {packages.version(name) or 'absent'}" for name in _PACKAGES)),
        "machine": of_text(platform.system(), platform.machine()),
        "isolation": settings.isolation.level.value,
        "runner": settings.runner,
        "language": settings.language,
        "parts": ",".join(map(str, settings.parts)),
        "seed": seed,
        "dialect": str(settings.dialect or "auto"),
        "profile": settings.profile.value,
    }
    # What Part 1 alone does not depend on must not make it be graded again.
    if settings.training_parts:
        shared["frameworks"] = of_text(*(f"{name} {number}" for name, number in packages.training_versions().items()))
    if settings.data is not None:
        shared["data"] = f"{settings.data.digest} {'asked for' if settings.data.asked_for else 'found'}"
    if settings.pretrained is not None:
        shared["pretrained"] = settings.pretrained.digest
    return shared


def _of_files(root: Path) -> str:
    files = (entry for entry in root.rglob("*") if entry.is_file() and not entry.is_symlink())
    named = sorted((path.relative_to(root).as_posix(), path) for path in files)
    return of_text(*(text for name, path in named if "__pycache__" not in name for text in (name, of_path(path))))
