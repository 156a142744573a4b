"""Runs one command and turns whatever happens into an exit code and, where it went wrong, one line."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback

from grader.cli import exit_codes
from grader.cli.dependencies import missing_line
from grader.cli.streams import complain, harmless, silence_stdout
from grader.engine import packages
from grader.model.errors import UsageError

#: Read when NumPy is first imported, here and in worker processes. What the grader computes is many small products, for
#: which a second thread does little more than wait, and waits by spinning.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def main(argv: list[str]) -> int:
    """The exit code of the command line `argv` (without the program's name)."""
    for name, value in _ONE_THREAD.items():
        os.environ.setdefault(name, value)
    verbose = "-v" in argv or "--verbose" in argv
    try:
        # Here and not above: what a command needs may be missing, and that is told below.
        from grader.cli.parser import parse
        from grader.messages import ENGLISH, speaking

        arguments = parse(argv)
        with speaking(getattr(arguments, "lang", ENGLISH)):
            code = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except SystemExit as end:  # argparse, after --help and --version
        return end.code if isinstance(end.code, int) else exit_codes.USAGE
    except UsageError as error:
        complain(str(error))
        return exit_codes.USAGE
    except KeyboardInterrupt:
        complain("interrupted")
        return exit_codes.INTERRUPTED
    except BrokenPipeError:
        silence_stdout()
        return exit_codes.ALL_PASSED
    except ImportError as error:
        package = packages.KNOWN.get((error.name or "").partition(".")[0])
        if package is None:
            return _fault(error, verbose)
        complain(missing_line(packages.missing(packages.SELF_CHECK) or [package]))
        return exit_codes.USAGE
    except Exception as error:
        return _fault(error, verbose)


def _fault(error: Exception, verbose: bool) -> int:
    details = traceback.format_exc()
    if verbose:
        sys.stderr.write(harmless(details))
        complain(f"the grader failed: {type(error).__name__}: {error}")
        return exit_codes.GRADER_FAULT
    try:
        descriptor, log = tempfile.mkstemp(prefix="cnn-grader-fault-", suffix=".log")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(details)
        where = f"details are in {log}"
    except OSError:
        where = "run it with -v for details"
    complain(f"the grader failed (not your code): {type(error).__name__}: {error}; {where}")
    return exit_codes.GRADER_FAULT
