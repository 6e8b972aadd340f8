"""Which function does which kind of task, and what happens when it cannot be done."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compute.work.task import Work

Handler = Callable[["Work"], None]
GivingUp = Callable[["Work", Exception], None]

# Where kinds are registered: every module of these is imported when the first kind is looked up.
ROOMS = ("compute.conductor", "compute.agent")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of task; `gave_up` brings the server into a state that is no lie."""

    name: str
    run: Handler
    attempts: int
    gave_up: GivingUp | None


_KINDS: dict[str, Kind] = {}
_loaded = False


def task(
    name: str, *, attempts: int = 5, gave_up: GivingUp | None = None
) -> Callable[[Handler], Handler]:
    """Register the decorated function as what does tasks of this kind."""

    def register(handler: Handler) -> Handler:
        known = _KINDS.get(name)
        if known is not None and known.run.__module__ != handler.__module__:
            raise ValueError(f"Two functions do tasks of kind {name!r}.")
        _KINDS[name] = Kind(name, handler, attempts, gave_up)
        return handler

    return register


def kind(name: str) -> Kind | None:
    """The kind of that name, None when nobody knows it (any more)."""
    global _loaded
    if not _loaded:
        for room in ROOMS:
            package = import_module(room)
            for module in iter_modules(package.__path__, f"{room}."):
                import_module(module.name)
        _loaded = True
    return _KINDS.get(name)
