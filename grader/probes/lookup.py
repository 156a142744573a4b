"""Finds a student's module and function inside the child."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from types import ModuleType
from typing import Any

from grader.probes.frameworks import stand_in_for_absent

_MISSING = object()


class ModuleNotImported(Exception):
    """Importing the student's module raised; `cause` is that exception."""

    def __init__(self, module: str, cause: BaseException):
        super().__init__(module)
        self.cause = cause


class FunctionMissing(Exception):
    """The module has no such function, or has something there that cannot be called."""

    def __init__(self, function: str):
        super().__init__(function)
        self.function = function


def student_module(name: str) -> ModuleType:
    """The module `name` of the work folder, imported.

    Raises ModuleNotImported, except where the import ran out of memory or left the process: these have outcomes of
    their own and go through as they are.
    """
    while True:
        try:
            return importlib.import_module(name)
        except (MemoryError, SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            if not _may_be_left_out(error, besides=name.partition(".")[0]):
                raise ModuleNotImported(name, error) from error


def _may_be_left_out(error: BaseException, besides: str) -> bool:
    """Whether the import failed for a package (not the student's own) that is not installed here.

    If so, a stand-in takes its place from now on.
    """
    if not isinstance(error, ModuleNotFoundError) or not isinstance(error.name, str):
        return False
    package = error.name.partition(".")[0]
    if package == besides:
        return False
    try:
        installed = importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return False
    if installed:
        return False
    stand_in_for_absent(package)
    return True


def student_function(module: str, name: str) -> Callable[..., Any]:
    """The function `name` of module `module`. Raises ModuleNotImported or FunctionMissing."""
    function = getattr(student_module(module), name, _MISSING)
    if function is _MISSING or not callable(function):
        raise FunctionMissing(name)
    return function
