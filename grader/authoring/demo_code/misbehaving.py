"""Code that does not come to an answer: it raises, never ends, or takes all the memory. One function each."""

from __future__ import annotations

from grader.authoring.demo_code.body import Bodies, changed
from grader.authoring.demo_code.nested_loops import CONV_BACKWARD, MAX_POOL_BACKWARD, MAX_POOL_FORWARD, NESTED_LOOPS

#: One position too many.
CRASHING: Bodies = {
    **NESTED_LOOPS,
    "conv_backward": changed(CONV_BACKWARD, ("for i in range(OH):", "for i in range(OH + 1):")),
}

#: The row is never moved on.
LOOPING: Bodies = {
    **NESTED_LOOPS,
    "max_pool_forward": changed(
        MAX_POOL_FORWARD,
        ("    for i in range(OH):\n", "    i = 0\n    while i < OH:  # row by row\n"),
    ),
}

#: Blocks of 128 MiB until there are 4 GiB of them: enough for any limit, and an end where there is none.
MEMORY_HUNGRY: Bodies = {
    **NESTED_LOOPS,
    "max_pool_backward": changed(
        MAX_POOL_BACKWARD,
        (
            "dx = np.zeros(x.shape)\n",
            "dx = np.zeros(x.shape)\n"
            "scratch = []\n"
            "while len(scratch) < 32:\n"
            "    scratch.append(np.ones((16, 1024, 1024)))  # room for the gradients of very large pictures\n",
        ),
    ),
}
