"""The seed of what is drawn for a hand-in: the same for the same hand-in, and not to be guessed without the course's salt.

A seed is derived from what was handed in, so grading again gives the same cases; the salt keeps a team from trying
variants of its hand-in at home until lucky cases come up. A self-check has no salt: it draws nothing that is secret.
"""

from __future__ import annotations

import hashlib
import hmac

#: Seeds stay below this, so that every JSON reader keeps them exact.
SEED_LIMIT = 1 << 53


def derive(content_sha256: str, salt: bytes) -> int:
    """The seed of a hand-in, in ``[0, SEED_LIMIT)``."""
    digest = hmac.new(salt, content_sha256.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") % SEED_LIMIT
