"""The revision of Identity's state, which says whether what was worked out still holds."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Generic, TypeVar

from django.db import transaction

from cloud.identity.models import Revision
from versioned.prepared import Prepared

T = TypeVar("T")
_ROW = 1
_CURRENT = Prepared(lambda: Revision.objects.filter(pk=_ROW).values_list("number", flat=True))


def current() -> int | None:
    """The number of the present state; None before anything was written."""
    # Every request of every service asks this.
    return _CURRENT.first()


def bump() -> None:
    """Say that the state is another one; part of the transaction that changes it."""
    number = secrets.randbits(62)
    if not Revision.objects.filter(pk=_ROW).update(number=number):
        Revision.objects.create(pk=_ROW, number=number)


@contextmanager
def change() -> Iterator[None]:
    """A transaction that changes what tokens depend on."""
    with transaction.atomic():
        yield
        bump()


class Cached(Generic[T]):
    """Something that is read from the database and good for one revision."""

    def __init__(self, load: Callable[[], T]) -> None:
        self._load = load
        self._held: tuple[int | None, T] | None = None

    def get(self, revision: int | None) -> T:
        held = self._held
        if held is not None and revision is not None and held[0] == revision:
            return held[1]
        value = self._load()
        self._held = (revision, value)
        return value


class Shelf(Generic[T]):
    """Values by key, all of them good for one revision; at most `size` of them."""

    def __init__(self, size: int = 10_000) -> None:
        self._size = size
        self._lock = Lock()
        self._revision: int | None = None
        self._values: dict[str, T] = {}

    def get(self, key: str, revision: int | None) -> T | None:
        if revision is None or revision != self._revision:
            return None
        return self._values.get(key)

    def put(self, key: str, value: T, revision: int | None) -> None:
        with self._lock:
            if revision != self._revision or len(self._values) >= self._size:
                self._values = {}
                self._revision = revision
            self._values[key] = value
