"""Where the work folder lies inside a hand-in, and at which path of it each handed-in file belongs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.intake.handout import CHECKPOINT_FOLDER, LAYER_UTILS
from grader.intake.notebook_parts import canonical_part

#: Saved models that lie loose in the work folder belong to the checkpoints.
_LOOSE_CHECKPOINTS = ("my_model_final", "checkpoint")


@dataclass(frozen=True, slots=True)
class Place:
    """A path of the work folder; of two files for one path the one with the lower `rank` gets it."""

    path: str
    rank: int


def work_folder_root(paths: Iterable[str]) -> str:
    """The folder of a hand-in that was its work folder, "" for the top.

    It is the one with the most of what a work folder has; among equals the least deep one.
    """
    scores: dict[str, int] = {}
    for path in paths:
        folder, points = _trace(path)
        if points:
            scores[folder] = scores.get(folder, 0) + points
    if not scores:
        return ""
    best = min(scores, key=lambda folder: (-scores[folder], folder.count("/"), folder))
    return "" if best == "." else best


def place_of(path: str, root: str) -> Place | None:
    """Where `path` of the hand-in belongs in the work folder, None where it has no place there.

    Checkpoints go to ``Utils/model_checkpoints/`` and everything of a ``Utils`` folder (in any letter case, and also
    outside `root`) to ``Utils/``; other files keep their place relative to `root`, files outside it have none.
    """
    inside = not root or path.startswith(f"{root}/")
    relative = path[len(root) + 1 :] if root and inside else path
    parts = relative.split("/")
    folded = [part.casefold() for part in parts]
    if "model_checkpoints" in folded[:-1]:
        at = folded.index("model_checkpoints")
        rank = {("model_checkpoints",): 0, ("utils", "model_checkpoints"): 1}.get(tuple(folded[: at + 1]), 2)
        return Place("/".join([CHECKPOINT_FOLDER, *parts[at + 1 :]]), rank if inside else 3)
    if "utils" in folded[:-1] and (not inside or folded[0] == "utils"):
        at = folded.index("utils")
        return Place("/".join(["Utils", *parts[at + 1 :]]), 0 if inside else 3)
    if not inside:
        return None
    if len(parts) == 1 and PurePosixPath(folded[0]).suffix != ".py" and folded[0].startswith(_LOOSE_CHECKPOINTS):
        return Place(f"{CHECKPOINT_FOLDER}/{relative}", 2)
    return Place(relative, 0)


def _trace(path: str) -> tuple[str, int]:
    """The folder that `path` says was a work folder, and how strongly."""
    pure = PurePosixPath(path)
    name = pure.name.casefold()
    if name.endswith(".ipynb"):
        return str(pure.parent), 4 if canonical_part(path) else 1
    if name == PurePosixPath(LAYER_UTILS).name:
        in_utils = pure.parent.name.casefold() == "utils"
        return str(pure.parent.parent if in_utils else pure.parent), 3
    return "", 0
