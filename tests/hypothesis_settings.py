"""How Hypothesis makes inputs here: so many, none of them kept, none of them shrunk, as slow as they are."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings


def generating(examples: int, always_the_same: bool) -> settings:
    """`examples` inputs; others in each run unless `always_the_same`."""
    return settings(
        max_examples=examples,
        derandomize=always_the_same,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
