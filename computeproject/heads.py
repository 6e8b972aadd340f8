"""Heads of requests and of answers that look as nearly all do: read, and written, in one piece.

Clients say the same again and again: what was read is remembered, whole heads and single lines.
"""

import re
from collections.abc import Sequence
from email.utils import formatdate
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

END = b"\r\n\r\n"
# Longer ones are read, but not remembered.
_LONGEST = 2048
# No fragment, no authority, and nothing in the path that has to be unquoted.
_LINE = re.compile(
    rb"(GET|HEAD|POST|PUT|PATCH|DELETE) "
    rb"((/(?!/)[\w\-./~:@!$&'()*+,;=]*)(?:\?([!-\"$-~]*))?) HTTP/1\.1"
)
_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9_-]*):[ \t]*([^\r\n]*)")
# What decides how the body is read, beside its length, is not left to a short way.
_NOT_PLAIN = (b"Transfer-Encoding", b"Expect", b"Upgrade")
# What decides how an answer ends, and what the server says itself.
_NOT_ALONE = ("connection", "date", "server")
_name = itemgetter(0)


class Head(NamedTuple):
    """What a head says, to cheroot and to WSGI; many requests share one, so nobody changes it."""

    method: bytes
    uri: bytes
    path: bytes
    query: bytes
    headers: dict[bytes, bytes]
    environ: dict[str, str]


def read(head: bytes) -> Head | None:
    """What a head says, given without the empty line at its end; None if any of it is odd."""
    return _read(head) if len(head) <= _LONGEST else _read.__wrapped__(head)


@lru_cache(maxsize=1024)
def _read(head: bytes) -> Head | None:
    line, *lines = head.split(b"\r\n")
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    method, uri, path, query = found.groups(b"")
    environ = {
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "REQUEST_METHOD": method.decode("latin-1"),
        "REQUEST_URI": uri.decode("latin-1"),
        "SERVER_PROTOCOL": "HTTP/1.1",
    }
    headers: dict[bytes, bytes] = {}
    for each in lines:
        header = _header(each) if len(each) <= _LONGEST else _header.__wrapped__(each)
        if header is None or header[0] in headers:
            return None
        name, content, key, text = header
        headers[name] = content
        environ[key] = text
    if not headers.get(b"Content-Length", b"0").isdigit() or not headers.keys().isdisjoint(
        _NOT_PLAIN
    ):
        return None
    return Head(method, uri, path, query, headers, environ)


@lru_cache(maxsize=1024)
def _header(line: bytes) -> tuple[bytes, bytes, str, str] | None:
    """A header's name and content, and what WSGI calls both."""
    found = _HEADER.fullmatch(line)
    if found is None:
        return None
    name, content = found[1].title(), found[2].strip()
    return name, content, key(name), content.decode("latin-1")


def key(name: bytes) -> str:
    """What WSGI calls a header."""
    text = name.decode("latin-1").upper().replace("-", "_")
    return text if text in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{text}"


def written(status: str, headers: Sequence[tuple[str, str]], server: str, now: int) -> bytes:
    """The head of an answer, its end included, with the date and the name of the server."""
    lines = "\r\n".join(map(": ".join, headers))
    return f"HTTP/1.1 {status}\r\n{lines}\r\n{_last_lines(server, now)}".encode("latin-1")


@lru_cache(maxsize=8)
def _last_lines(server: str, now: int) -> str:
    return f"Date: {formatdate(now, usegmt=True)}\r\nServer: {server}\r\n\r\n"


def length(headers: Sequence[tuple[str, str]]) -> int | None:
    """The length of an answer's content; None if it is not said, or something else decides, too."""
    at = _length_at(tuple(map(_name, headers)))
    return None if at is None else int(headers[at][1])


@lru_cache(maxsize=512)
def _length_at(names: tuple[str, ...]) -> int | None:
    lowered = [name.lower() for name in names]
    if "content-length" not in lowered or any(name in lowered for name in _NOT_ALONE):
        return None
    return lowered.index("content-length")
