"""Which pictures an item has: told by the arrays that were stored for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from grader.model.scorecard import ItemResult
from grader.report.adversarial_view import ADVERSARIAL, adversarial_view
from grader.report.failing_case import Arrays
from grader.report.picture import PictureView
from grader.report.picture_arrays import Stored
from grader.report.representative_view import STAGES, representative_view
from grader.report.saliency_view import MAPS, saliency_view

_SAMPLES = "samples/"

#: The view of an item that has an array of this name.
_VIEWS: Mapping[str, Callable[[Stored], PictureView | None]] = {
    MAPS: saliency_view,
    STAGES: representative_view,
    ADVERSARIAL: adversarial_view,
}


def pictures_view(item: ItemResult, arrays: Arrays) -> PictureView | None:
    """None for an item without pictures. `arrays` are asked for the item's samples, which are of public images."""
    stored = {f"{_SAMPLES}{name}": array for name, array in arrays(f"{item.id}/{_SAMPLES}").items()}
    return next((view(stored) for name, view in _VIEWS.items() if name in stored), None)
