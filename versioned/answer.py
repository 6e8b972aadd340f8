"""Answers of services: Django's, which are made of what needs no looking at twice."""

from collections.abc import Iterable
from functools import lru_cache
from http.cookies import SimpleCookie
from typing import Any

from django.http import HttpResponse
from django.http.response import ResponseHeaders


@lru_cache(maxsize=512)
def _key(name: str) -> str:
    """Under which a header is kept; Django's own errors for a name that cannot be one."""
    (kept,) = ResponseHeaders({name: ""})
    return str(kept).lower()


class Headers(ResponseHeaders):
    """Headers whose plain values are kept as they are."""

    def __init__(self) -> None:
        self._store: dict[str, tuple[str, str]] = {}

    def __setitem__(self, name: str, text: Any) -> None:
        if type(text) is str and text.isascii() and text.isprintable():
            self._store[_key(name)] = name, text
        else:
            super().__setitem__(name, text)

    def take(self, others: "Headers") -> None:
        """Put all of the others in, which were looked at when they were made."""
        self._store.update(others._store)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._store

    def pairs(self) -> Iterable[tuple[str, str]]:
        """What `items` gives, as it is kept."""
        return self._store.values()


class Answer(HttpResponse):
    """An answer whose content is there, with its length unless it has none.

    `content` is what is sent, `content_type` what it is said to be; further headers come after.
    """

    def __init__(
        self,
        content: bytes = b"",
        status: int = 200,
        content_type: str = "application/json",
        *,
        has_length: bool = True,
    ) -> None:
        # All that Django's constructors do, who ask first what they were given.
        self.headers = Headers()
        self.headers["Content-Type"] = content_type
        if has_length:
            self.headers["Content-Length"] = str(len(content))
        self._charset = self._reason_phrase = self._handler_class = None
        self._resource_closers: list[Any] = []
        self.cookies: SimpleCookie = SimpleCookie()
        self.closed = False
        self.status_code = status
        self._container = [content]
