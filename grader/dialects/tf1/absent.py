"""Stands for what TensorFlow 1 had and is not offered here: importing it costs nothing, using it says what was asked for."""

from __future__ import annotations

from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import NoReturn


class NotOffered(NotImplementedError):
    """A part of TensorFlow 1 that is not offered where hand-ins are graded; the text names the call."""

    def __init__(self, name: str):
        super().__init__(f"{name} is not available where TensorFlow 1 hand-ins are graded")
        self.name = name


class Absent:
    """Anything below an absent module: further attributes may be named, using one raises NotOffered."""

    def __init__(self, name: str):
        self.__dict__["_name"] = name

    def __getattr__(self, name: str) -> Absent:
        return _below(self._name, name)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        __tracebackhide__ = True
        raise NotOffered(self._name)

    def __repr__(self) -> str:
        return f"<{self._name}, which is not available here>"

    def __mro_entries__(self, bases: tuple[object, ...]) -> NoReturn:
        __tracebackhide__ = True
        raise NotOffered(self._name)

    def __call__(self, *args: object, **kwargs: object) -> NoReturn:
        __tracebackhide__ = True
        raise NotOffered(self._name)

    __getitem__ = __iter__ = __len__ = __enter__ = __exit__ = __array__ = __float__ = __int__ = __bool__ = __call__


class PartlyAbsent(ModuleType):
    """A module of which some names are there; any other is `Absent`. `offered` as in the student's code, ``tf.contrib.…``."""

    __all__: tuple[str, ...] = ()

    def __init__(self, offered_as: str, names: dict[str, object] | None = None):
        super().__init__(offered_as)
        self.__dict__["_offered_as"] = offered_as
        self.__dict__.update(names or {})
        self.__all__ = tuple(names or ())
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Absent:
        return _below(self._offered_as, name)


def _below(name: str, attribute: str) -> Absent:
    # Python itself looks for these: what is absent has to look like a module without them.
    if attribute.startswith("__") and attribute.endswith("__"):
        raise AttributeError(attribute)
    return Absent(f"{name}.{attribute}")


class AbsentModules:
    """Finds modules below `roots` (``tensorflow.contrib`` and the like) as ones in which all is absent."""

    def __init__(self, roots: tuple[str, ...]):
        self._roots = roots

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if not any(f"{fullname}.".startswith(f"{root}.") for root in self._roots):
            return None
        return ModuleSpec(fullname, self, origin="not available", is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return PartlyAbsent("tf" + spec.name.removeprefix("tensorflow") if "tensorflow" in spec.name else spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass
