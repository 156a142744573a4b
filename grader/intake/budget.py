"""What may still be taken from one hand-in. Counted while streaming: a declared size is never believed."""

from __future__ import annotations

from types import TracebackType
from typing import BinaryIO, Self

from grader.intake.rejection import rejected
from grader.model.limits import MEBIBYTE, IntakeLimits

CHUNK_BYTES = 1 << 18

#: Below this much output no stream is dangerous; small honest text can compress very well, and a tar has its padding.
STREAM_FLOOR_BYTES = 8 * MEBIBYTE

#: Junk and data sets are skipped unread, so a forgotten virtual environment may exceed the limits this many times
#: over before the archive is refused; without any bound an archive of empty members could keep a worker busy.
SKIPPED_ALLOWANCE = 8


class IntakeBudget:
    """Counters of one hand-in against its `IntakeLimits`; every method raises `SubmissionRejected` when one runs out.

    `source_bytes` is the size of the archive as received, None for a folder (which has no compression ratio).
    """

    def __init__(self, limits: IntakeLimits, source_bytes: int | None):
        self.limits = limits
        self.source_bytes = source_bytes
        self.members = 0
        self._kept_members = 0
        self._kept_bytes = 0
        self._streamed_bytes = 0
        if source_bytes is not None and source_bytes > limits.archive_bytes:
            raise rejected("archive_too_large", found=source_bytes, limit=limits.archive_bytes)

    def count_member(self) -> None:
        """One more entry of any kind."""
        self.members += 1
        limit = self.limits.members * SKIPPED_ALLOWANCE
        if self.members > limit:
            raise rejected("too_many_members", found=self.members, limit=limit)

    def count_kept_member(self) -> None:
        """One more entry that is not dropped."""
        self._kept_members += 1
        if self._kept_members > self.limits.members:
            raise rejected("too_many_members", found=self._kept_members, limit=self.limits.members)

    def count_kept_bytes(self, count: int) -> None:
        """`count` more bytes of members that are not dropped."""
        self._kept_bytes += count
        if self._kept_bytes > self.limits.unpacked_bytes:
            raise rejected("unpacked_too_large", found=self._kept_bytes, limit=self.limits.unpacked_bytes)

    def count_streamed_bytes(self, count: int) -> None:
        """`count` more bytes out of the decompressor, of whatever member."""
        self._streamed_bytes += count
        if self._streamed_bytes <= STREAM_FLOOR_BYTES:
            return
        limit = self.limits.unpacked_bytes * SKIPPED_ALLOWANCE
        if self._streamed_bytes > limit:
            raise rejected("unpacked_too_large", found=self._streamed_bytes, limit=limit)
        if self.source_bytes and self._streamed_bytes > self.source_bytes * self.limits.compression_ratio:
            ratio = self._streamed_bytes // self.source_bytes
            raise rejected("compressed_too_well", found=ratio, limit=self.limits.compression_ratio)


class CountedReader:
    """Reads `raw` in pieces of at most `CHUNK_BYTES` and counts them as streamed bytes."""

    def __init__(self, raw: BinaryIO, budget: IntakeBudget):
        self._raw = raw
        self._budget = budget

    def read(self, size: int) -> bytes:
        data = self._raw.read(min(size, CHUNK_BYTES))
        self._budget.count_streamed_bytes(len(data))
        return data

    def close(self) -> None:
        self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
