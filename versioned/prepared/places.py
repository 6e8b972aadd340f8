"""Stand-ins: values that a statement is compiled with, in the place of those that it gets later."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

_FIRST_MOMENT = datetime(2073, 7, 3, 11, 13, 17, 190_000, tzinfo=UTC)


def stand_in(kind: type, number: int) -> Any:
    """A value that no query holds by chance, of the kind that the column wants."""
    if kind is int:
        return 2_073_000_000 + number
    if kind is datetime:
        return _FIRST_MOMENT + timedelta(microseconds=number)
    return f"stand-in-{number}-7300000000"


class Slots:
    """Where in a statement's constants each parameter goes, and how the database wants it."""

    def __init__(self, connection: Any, kinds: Sequence[type], constants: Sequence[Any]) -> None:
        self.constants = tuple(constants)
        self._adapt = [
            connection.ops.adapt_datetimefield_value if k is datetime else None for k in kinds
        ]
        self._slots = []
        for number, kind in enumerate(kinds):
            sought = stand_in(kind, number)
            if kind is datetime:
                sought = connection.ops.adapt_datetimefield_value(sought)
            found = [at for at, each in enumerate(constants) if each == sought]
            if not found:
                raise ValueError(f"Place {number} is not a parameter of the statement.")
            self._slots.append(found)

    def filled(self, parameters: Sequence[Any]) -> list[Any]:
        """The constants with the parameters in their places."""
        values = list(self.constants)
        for slots, adapt, parameter in zip(self._slots, self._adapt, parameters, strict=True):
            value = parameter if adapt is None else adapt(parameter)
            for slot in slots:
                values[slot] = value
        return values
