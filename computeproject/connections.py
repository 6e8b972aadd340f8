"""Connections and requests of cheroot, with a short way for those that look as nearly all do.

Fast yes, slow no: a head that is plain is read in one piece; whatever is odd about another is for
cheroot to read, and to refuse.  An answer leaves in one piece where there is one.
"""

import re
import time
from email.utils import formatdate
from functools import lru_cache
from typing import Any

from cheroot import wsgi
from cheroot.server import HTTPConnection, HTTPRequest

from computeproject.websockets import take_over, wants_upgrade

Environ = dict[str, Any]

_END = b"\r\n\r\n"
# No fragment, no authority, and nothing in the path that has to be unquoted.
_PLAIN_LINE = re.compile(
    rb"(GET|HEAD|POST|PUT|PATCH|DELETE) "
    rb"((/(?!/)[\w\-./~:@!$&'()*+,;=]*)(?:\?([!-\"$-~]*))?) HTTP/1\.1"
)
_PLAIN_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9_-]*):[ \t]*([^\r\n]*)")
# What decides how the body is read, and what else is not left to a short way.
_LENGTHS = (b"Content-Length", b"content-length")
_NOT_PLAIN = (b"Transfer-Encoding", b"Expect", b"Upgrade")


@lru_cache(maxsize=512)
def _title(name: bytes) -> bytes:
    return name.title()


@lru_cache(maxsize=512)
def _encoded(name: str) -> bytes:
    return name.encode("latin-1")


@lru_cache(maxsize=512)
def _key(title: bytes) -> str:
    """What WSGI calls a header."""
    name = title.decode("latin-1").upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"


class Request(HTTPRequest):  # type: ignore[misc]
    """A request that is read in one piece, if it came so, and answered in one."""

    # cheroot's own annotations are of what they are at first.
    status: Any
    rfile: Any
    _head = b""

    def parse_request(self) -> None:
        if not self._read_plain():
            super().parse_request()

    def _read_plain(self) -> bool:
        """Read the head, if all of it is there and nothing about it is odd."""
        rfile = self.conn.rfile
        there = rfile.peek(1)
        end = there.find(_END)
        if end < 0:
            return False
        line, *lines = there[:end].split(b"\r\n")
        found = _PLAIN_LINE.fullmatch(line)
        if found is None:
            return False
        headers: dict[bytes, bytes] = {}
        for each in lines:
            header = _PLAIN_HEADER.fullmatch(each)
            if header is None:
                return False
            name = _title(header[1])
            if name in headers:
                return False
            headers[name] = header[2].strip()
        length = headers.get(b"Content-Length", b"0")
        if not length.isdigit() or not headers.keys().isdisjoint(_NOT_PLAIN):
            return False
        rfile.read(end + len(_END))
        self.started_request = True
        self.method, self.uri, self.path, query = found.groups()
        self.qs, self.authority = query or b"", b""
        self.request_protocol, self.response_protocol = b"HTTP/1.1", "HTTP/1.1"
        self.inheaders = headers
        self.close_connection = headers.get(b"Connection") == b"close"
        self.ready = True
        return True

    def send_headers(self) -> None:
        """Make the head, which leaves with what comes first of the body."""
        writer, self.conn.wfile = self.conn.wfile, _Kept()
        try:
            if not self._make_plain():
                super().send_headers()
            self._head = self.conn.wfile.content
        finally:
            self.conn.wfile = writer

    def _make_plain(self) -> bool:
        """Make the head of an answer whose length is known, to be followed by others."""
        names = {name.lower() for name, _ in self.outheaders}
        if (
            b"content-length" not in names
            or not names.isdisjoint((b"connection", b"date", b"server"))
            or self.response_protocol != "HTTP/1.1"
            or self.close_connection
            or self.status.startswith(b"413")
            or getattr(self.rfile, "remaining", 0)
            or self.chunked_read
            or not self.server.can_add_keepalive_connection
        ):
            return False
        name = self.server.server_name.encode("latin-1")
        self.outheaders += ((b"Date", _date(int(time.time()))), (b"Server", name))
        lines = [b"HTTP/1.1 " + self.status]
        lines += [b"%b: %b" % header for header in self.outheaders]
        self.conn.wfile.write(b"\r\n".join(lines) + _END)
        return True

    def write(self, chunk: bytes) -> None:
        if self._head and not self.chunked_write:
            chunk, self._head = self._head + chunk, b""
            # Nothing waits in the connection's file, which is written through.
            self.conn.socket.sendall(chunk)
            return
        self.send_head()
        super().write(chunk)

    def send_head(self) -> None:
        """Send the head, if there has been nothing to send it with."""
        if self._head:
            head, self._head = self._head, b""
            self.conn.wfile.write(head)


class _Kept:
    """Takes what is written, in the place of a socket's file."""

    content = b""

    def write(self, content: bytes) -> None:
        self.content += content


@lru_cache(maxsize=2)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()


class Connection(HTTPConnection):  # type: ignore[misc]
    """A connection whose next request is waited for by the thread that answered the last."""

    RequestHandlerClass = Request
    # Seconds, where there are more connections than threads; and where not, after which it is
    # looked again whether the thread is needed: a count of idle ones may have been about to change.
    SHORTLY = 0.002
    A_WHILE = 1.0

    def communicate(self) -> bool:
        while super().communicate():  # type: ignore[no-untyped-call]
            if not self._has_more():
                return not self.server.waiting.is_over
        return False

    def _has_more(self) -> bool:
        server = self.server
        if not server.ready:
            return False
        if self.rfile.has_data() or self._is_read_ahead():
            return True
        until = time.monotonic() + server.timeout
        while time.monotonic() < until:
            is_calm = server.has_threads_to_spare()
            seconds = self.A_WHILE if is_calm else self.SHORTLY
            found = server.waiting.wait(self.socket, seconds, server.needs_threads)
            if found is not False or not is_calm:
                return bool(found)
        return False

    def _is_read_ahead(self) -> bool:
        """Whether TLS has decrypted more than was asked for."""
        pending = getattr(self.socket, "pending", None)
        return pending is not None and pending() > 0


class Gateway(wsgi.Gateway_10):  # type: ignore[misc]
    """cheroot's gateway to WSGI, which gives connections away that become WebSockets."""

    # Beyond this, reading a body that was refused costs more than a new connection.
    MOST_TO_DRAIN = 1 << 20

    def get_environ(self) -> Environ:  # type: ignore[override]
        request = self.req
        connection, server = request.conn, request.server
        environ: Environ = {
            **server.environ,
            "PATH_INFO": request.path.decode("latin-1"),
            "QUERY_STRING": request.qs.decode("latin-1"),
            "REMOTE_ADDR": connection.remote_addr or "",
            "REMOTE_PORT": str(connection.remote_port or ""),
            "REQUEST_METHOD": request.method.decode("latin-1"),
            "REQUEST_URI": request.uri.decode("latin-1"),
            "SERVER_PROTOCOL": request.request_protocol.decode("latin-1"),
            "wsgi.input": request.rfile,
            "wsgi.input_terminated": bool(request.chunked_read),
            "wsgi.url_scheme": request.scheme.decode("latin-1"),
        }
        for name, text in request.inheaders.items():
            environ[_key(name)] = text.decode("latin-1")
        if connection.ssl_env:
            environ.update(connection.ssl_env)
        return environ

    def respond(self) -> None:
        if wants_upgrade(self.env):
            connection = self.req.conn
            # Sent and lingering: cheroot neither answers nor shuts the socket down.
            self.req.sent_headers = self.req.close_connection = connection.linger = True
            take_over(self.env, connection.socket.dup())
            return
        try:
            super().respond()
        finally:
            # Now: the end of a body in chunks is written without asking the request.
            self.req.send_head()

    def start_response(self, status: str, headers: Any, exc_info: Any = None) -> Any:
        if status[0] in "45" and getattr(self.req.rfile, "remaining", 0) > self.MOST_TO_DRAIN:
            headers = [*headers, ("Connection", "close")]
        if self.started_response or exc_info:
            return super().start_response(status, headers, exc_info)
        self.started_response = True
        request = self.req
        request.status = status.encode("latin-1")
        for name, text in headers:
            title = _encoded(name)
            if title in _LENGTHS:
                self.remaining_bytes_out = int(text)
            request.outheaders.append((title, text.encode("latin-1")))
        return self.write
