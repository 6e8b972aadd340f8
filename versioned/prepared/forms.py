"""Prepared SELECTs that differ in more than their parameters: in columns, or in their page."""

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from versioned.prepared.selecting import Prepared

R = TypeVar("R")

# More of one kind is compiled anew each time, so that what is asked once is not kept.
_MOST = 256


class Forms(Generic[R]):
    """One statement for each form of a queryset, prepared when it is first asked for.

    `make` gets the form, which is whatever tells its statements apart, then what Prepared gives;
    a call gives the form and the parameters.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, R]], *places: type) -> None:
        self._make = make
        self._places = places
        self._prepared: dict[Hashable, Prepared[R]] = {}

    def __call__(self, form: Hashable, *parameters: Any) -> list[R]:
        prepared = self._prepared.get(form)
        if prepared is None:
            prepared = Prepared(lambda *places: self._make(form, *places), *self._places)
            if len(self._prepared) < _MOST:
                self._prepared[form] = prepared
        return prepared(*parameters)

    def first(self, form: Hashable, *parameters: Any) -> R | None:
        """The first of what is found, None when nothing is."""
        rows = self(form, *parameters)
        return rows[0] if rows else None
