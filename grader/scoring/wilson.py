"""How far a measured share may be from the true one, after Wilson (1927), "Probable inference", JASA 22."""

from __future__ import annotations

import math

#: Two-sided 95 % of a normal distribution.
_Z = 1.959963984540054


def wilson_interval(correct: int, images: int) -> tuple[float, float]:
    """The 95 % interval of an accuracy of which `correct` of `images` (> 0) are right; both ends in [0, 1]."""
    share = correct / images
    spread = _Z * _Z / images
    middle = share + spread / 2
    reach = _Z * math.sqrt((share * (1 - share) + spread / 4) / images)
    # At 0 and 1 the ends meet the scale's exactly, but for the last bit.
    return max((middle - reach) / (1 + spread), 0.0), min((middle + reach) / (1 + spread), 1.0)
