"""How intake says no: reasons from the catalogue, and damage of any kind turned into one of them."""

from __future__ import annotations

import contextlib
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

from grader.messages import catalogue
from grader.model.errors import InfrastructureError, SubmissionRejected


def rejected(reason: str, **values: object) -> SubmissionRejected:
    """The error whose text is the catalogue's ``intake.<reason>``."""
    return SubmissionRejected(catalogue().text(f"intake.{reason}", **values))


@contextlib.contextmanager
def damage_rejects() -> Iterator[None]:
    """Turn whatever the archive readers raise on damaged input into `SubmissionRejected`.

    An `OSError` that carries an errno came from this machine, not from the archive: it becomes `InfrastructureError`.
    """
    try:
        yield
    except SubmissionRejected:
        raise
    except (EOFError, tarfile.StreamError) as error:
        raise rejected("truncated", detail=_one_line(error)) from error
    except tarfile.ReadError as error:
        reason = "truncated" if "unexpected end" in str(error) else "corrupted"
        raise rejected(reason, detail=_one_line(error)) from error
    except OSError as error:
        if error.errno is not None:
            raise InfrastructureError(catalogue().text("intake.cannot_read", detail=_one_line(error))) from error
        raise rejected("corrupted", detail=_one_line(error)) from error
    except NotImplementedError as error:
        raise rejected("unsupported_compression", detail=_one_line(error)) from error
    except (
        tarfile.TarError,
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        struct.error,
        ValueError,
        OverflowError,
        IndexError,
        RecursionError,
    ) as error:
        raise rejected("corrupted", detail=_one_line(error)) from error


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text[:200]
