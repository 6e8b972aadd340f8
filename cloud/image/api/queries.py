"""What a query asks for, in order, with names that may stand there more than once."""

from typing import overload
from urllib.parse import parse_qsl

from cloud.image.errors import BadRequest


class Asked(list[tuple[str, str]]):
    """The pairs of a query.

    # Glance: webob's MultiDict; taking a name out takes the first of its values, asking for it
    # gives the last.
    """

    @classmethod
    def read(cls, query: str) -> "Asked":
        """Read a query, or refuse one whose bytes are no text."""
        try:
            return cls(parse_qsl(query, keep_blank_values=True, errors="strict"))
        except UnicodeDecodeError:
            raise BadRequest(
                "Error decoding your request. Either the URL or the request body contained "
                "characters that could not be decoded by Glance"
            ) from None

    def last(self, name: str) -> str | None:
        return dict(self).get(name)

    @overload
    def take(self, name: str) -> str | None: ...

    @overload
    def take(self, name: str, default: str) -> str: ...

    def take(self, name: str, default: str | None = None) -> str | None:
        for at, (key, value) in enumerate(self):
            if key == name:
                del self[at]
                return value
        return default

    def take_all(self, name: str) -> list[str]:
        found = [value for key, value in self if key == name]
        self[:] = [pair for pair in self if pair[0] != name]
        return found
