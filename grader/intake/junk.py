"""What lies in a hand-in without belonging to it: caches, editors' and systems' files, data sets."""

from __future__ import annotations

from fnmatch import fnmatchcase

_JUNK_NAMES = frozenset(
    {
        ".ipynb_checkpoints",
        "__pycache__",
        "__macosx",
        ".ds_store",
        "thumbs.db",
        "desktop.ini",
        ".git",
        ".gitignore",
        ".gitattributes",
        ".gitkeep",
        ".svn",
        ".hg",
        ".idea",
        ".vscode",
        ".cache",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".trash",
        "venv",
        ".venv",
        "virtualenv",
        "site-packages",
        "node_modules",
    }
)

_JUNK_PATTERNS = ("._*", "~$*", "*.pyc", "*.pyo", "*.swp")

#: Data that the course's own loaders download next to the code. Often hundreds of megabytes, never the team's work.
_DATA_PATTERNS = (
    "cifar-10-batches-*",
    "cifar-10-python*",
    "cifar-10-binary*",
    "imagenet_val*.npz",
    "squeezenet.ckpt*",
)


def is_junk(path: str) -> bool:
    """Whether some component of the POSIX path `path` is dropped without being read."""
    return any(
        part in _JUNK_NAMES or any(fnmatchcase(part, pattern) for pattern in _JUNK_PATTERNS + _DATA_PATTERNS)
        for part in path.casefold().split("/")
    )
