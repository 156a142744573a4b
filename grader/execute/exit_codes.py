"""Exit codes by which our own processes say why they ended."""

from __future__ import annotations

#: The child could not go on; nothing of the student's did this.
FAILED = 70
#: The process that ran student code could not answer any more because its socket was gone.
CHANNEL_LOST = 77
#: The kernel of the notebook died.
KERNEL_DIED = 78
