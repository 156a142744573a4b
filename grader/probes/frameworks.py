"""Stand-ins for packages that a part forbids (and for a few harmless ones that are not installed), put before every import.

A forbidden package imports, however the import is spelled, as a tree of stubs: module-level attributes, calls and
decorators give further stubs and cost nothing. Using one outside an import (calling, indexing, arithmetic,
iterating, turning into an array) raises `ForbiddenFrameworkError` and is remembered, so that code which swallows the
exception is found out as well.

This module imports nothing of the grader: its source is also handed to kernels that run where the grader cannot be
imported.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

_IMPORT_MACHINERY = "<frozen importlib._bootstrap>"
_used: list[str] = []
_absent: set[str] = set()


class ForbiddenFrameworkError(RuntimeError):
    """A framework that this part forbids was used; the text is the dotted name."""


def used_frameworks() -> tuple[str, ...]:
    """Dotted names used since the last `forget_uses`, in order."""
    return tuple(_used)


def forget_uses() -> None:
    _used.clear()


def install_stand_ins(forbidden: Sequence[str]) -> None:
    """Make the packages `forbidden` import as stubs, and numba, tqdm and past pass through where they are not installed."""
    sys.meta_path.insert(0, _StandInFinder(frozenset(forbidden)))


def stand_in_for_absent(package: str) -> None:
    """Make `package`, which is not installed, import as stubs; using one raises ModuleNotFoundError.

    So an import that the graded functions do not need costs nothing. Call it only after an import has failed: code
    that looks for a package with try and except must see that it is not there.
    """
    _absent.add(package)


class _StandInFinder:
    """Finds stubs for forbidden packages and everything below them."""

    def __init__(self, forbidden: frozenset[str]):
        self._forbidden = forbidden

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        package = fullname.partition(".")[0]
        if package in _HARMLESS and package not in self._forbidden and not _installed(package, besides=self):
            # What its stand-in does not offer is absent.
            _absent.add(package)
        if package in self._forbidden or package in _absent:
            return ModuleSpec(fullname, self, origin="stand-in", is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        package = spec.name.partition(".")[0]
        if package in _HARMLESS and package not in self._forbidden:
            return _HARMLESS[package](spec.name)
        return _StubModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def _installed(package: str, besides: _StandInFinder) -> bool:
    finders = [finder for finder in sys.meta_path if finder is not besides and hasattr(finder, "find_spec")]
    return any(finder.find_spec(package, None) is not None for finder in finders)


def _during_import() -> bool:
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == _IMPORT_MACHINERY:
            return True
        frame = frame.f_back
    return False


def _use(name: str) -> Stub:
    __tracebackhide__ = True
    if _during_import():
        return Stub(name)
    package = name.partition(".")[0]
    if package in _absent:
        raise ModuleNotFoundError(f"No module named {package!r} where this is graded", name=package)
    _used.append(name)
    raise ForbiddenFrameworkError(name)


class StubBase:
    """What a class that inherits from a stub inherits from: it can be defined, not instantiated."""

    _stub_name = ""

    def __init__(self, *args: object, **kwargs: object):
        __tracebackhide__ = True
        _use(type(self)._stub_name)


class Stub:
    """Stands for anything that a forbidden package could offer."""

    def __init__(self, name: str):
        self.__dict__["_stub_name"] = name

    def __getattr__(self, name: str) -> Stub:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Stub(f"{self._stub_name}.{name}")

    def __setattr__(self, name: str, value: object) -> None:
        _use(self._stub_name)

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        return (type("StubBase", (StubBase,), {"_stub_name": self._stub_name}),)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, Stub)

    def __subclasscheck__(self, subclass: type) -> bool:
        return False

    def __repr__(self) -> str:
        return f"<stand-in for {self._stub_name}>"


class _StubModule(ModuleType):
    """A module of a forbidden package: any attribute is a stub."""

    __all__: tuple[str, ...] = ()
    __version__ = "0"

    def __getattr__(self, name: str) -> Stub:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Stub(f"{self.__name__}.{name}")

    def __call__(self, *args: object, **kwargs: object) -> Stub:
        return _use(self.__name__)


def _forbid(method: str, constant: object = None) -> None:
    def used(self: Stub, *args: object, **kwargs: object) -> object:
        __tracebackhide__ = True
        stub = _use(self._stub_name)
        return stub if constant is None else constant

    used.__name__ = method
    setattr(Stub, method, used)


for _method in (
    "call getitem add radd sub rsub mul rmul matmul rmatmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow "
    "neg pos abs invert lt le gt ge and rand or ror xor rxor lshift rlshift rshift rrshift enter array array_ufunc "
    "array_function"
).split():
    _forbid(f"__{_method}__")
# These must give a value of their own type even while a module is being imported.
for _method, _constant in (
    ("setitem", False),
    ("delitem", False),
    ("exit", False),
    ("len", 0),
    ("contains", False),
    ("iter", iter(())),
    ("int", 0),
    ("float", 0.0),
    ("index", 0),
):
    _forbid(f"__{_method}__", _constant)


class _Signature:
    """A numba type or signature: can be called and indexed, means nothing."""

    def __call__(self, *args: object, **kwargs: object) -> _Signature:
        return self

    def __getitem__(self, key: object) -> _Signature:
        return self


class _PassThroughNumba(_StubModule):
    """The parts of numba that only make code faster: `jit`, `njit`, `prange`, `vectorize`, and the types of signatures."""

    prange = range

    @staticmethod
    def jit(*args: object, **options: object) -> object:
        """The function itself, used plain or with options or a signature."""
        if args and callable(args[0]) and not isinstance(args[0], _Signature):
            return args[0]
        return lambda function: function

    njit = jit

    @staticmethod
    def vectorize(*args: object, **options: object) -> object:
        """The function for each number of its arguments, used plain or with options or signatures."""
        import numpy

        if args and callable(args[0]) and not isinstance(args[0], _Signature):
            return numpy.vectorize(args[0])
        return numpy.vectorize

    def __getattr__(self, name: str) -> object:
        if name.startswith(("int", "uint", "float", "complex", "boolean", "void", "b1", "f4", "f8", "i4", "i8")):
            return _Signature()
        return super().__getattr__(name)


class _Progress:
    """What tqdm wraps, without the bar."""

    def __init__(self, iterable: Iterable[object] = (), *args: object, **options: object):
        self._iterable = iterable

    def __iter__(self) -> Iterator[object]:
        return iter(self._iterable)

    def __len__(self) -> int:
        return len(self._iterable)  # type: ignore[arg-type]

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def update(self, *args: object, **options: object) -> None:
        """Nothing to move on; so with the other methods."""

    close = set_description = set_postfix = refresh = update


class _PassThroughTqdm(_StubModule):
    """Progress bars, which change no answer."""

    tqdm = tqdm_notebook = _Progress

    @staticmethod
    def trange(*args: int, **options: object) -> _Progress:
        return _Progress(range(*args))


class _PassThroughPast(_StubModule):
    """Python 2's names for what Python 3 has."""

    xrange = range
    unicode = basestring = str
    long = int


#: Packages that right answers may do without: used where they are not installed, they pass through what they are given.
_HARMLESS = {"numba": _PassThroughNumba, "tqdm": _PassThroughTqdm, "past": _PassThroughPast}
