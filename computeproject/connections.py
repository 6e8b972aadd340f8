"""Connections and requests of cheroot, with a short way for those that look as nearly all do.

Fast yes, slow no: a head that is plain is read in one piece; whatever is odd about another is for
cheroot to read, and to refuse.  An answer leaves in one piece where there is one.
"""

import time
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from cheroot import wsgi
from cheroot.server import HTTPConnection, HTTPRequest

from computeproject import heads
from computeproject.websockets import take_over, wants_upgrade

Environ = dict[str, Any]


class Request(HTTPRequest):  # type: ignore[misc]
    """A request that is read in one piece, if it came so, and answered in one."""

    # cheroot's own annotations are of what they are at first.
    status: Any
    rfile: Any
    head: heads.Head | None = None
    answered: Sequence[tuple[str, str]] = ()
    length: int | None = None
    _waiting_head = b""

    def parse_request(self) -> None:
        if not self._read_plain():
            super().parse_request()

    def _read_plain(self) -> bool:
        """Read the head, if all of it is there and nothing about it is odd."""
        connection = self.conn
        buffer = connection.rfile
        if not buffer.has_data():
            buffer._read_buf = connection.socket.recv(buffer.buffer_size)
            buffer._read_pos = 0
        start = buffer._read_pos
        end = buffer._read_buf.find(heads.END, start)
        head = heads.read(buffer._read_buf[start:end]) if end >= 0 else None
        if head is None:
            return False
        buffer._read_pos = end + len(heads.END)
        self.head = head
        self.started_request = True
        self.method, self.uri, self.path, self.qs, self.inheaders, _ = head
        self.authority = b""
        self.request_protocol, self.response_protocol = b"HTTP/1.1", "HTTP/1.1"
        self.close_connection = head.headers.get(b"Connection") == b"close"
        self.ready = True
        return True

    def send_headers(self) -> None:
        """Make the head, which leaves with what comes first of the body."""
        if self._ends_plainly():
            server = self.server.server_name
            self._waiting_head = heads.written(self.status, self.answered, server, int(time.time()))
            return
        self.spell_out()
        writer, self.conn.wfile = self.conn.wfile, _Kept()
        try:
            super().send_headers()
            self._waiting_head = self.conn.wfile.content
        finally:
            self.conn.wfile = writer

    def spell_out(self) -> None:
        """Say status and headers to cheroot, which has them in bytes."""
        if isinstance(self.status, str):
            self.status = self.status.encode("latin-1")
        self.outheaders += [
            (name.encode("latin-1"), text.encode("latin-1")) for name, text in self.answered
        ]
        self.answered = ()

    def _ends_plainly(self) -> bool:
        """Whether the answer's length is known, and others will follow it."""
        return bool(
            self.head is not None
            and self.length is not None
            and not self.outheaders
            and not self.close_connection
            and not self.status.startswith("413")
            and not self.rfile.remaining
            and self.server.can_add_keepalive_connection
        )

    def write(self, chunk: bytes) -> None:
        if self._waiting_head and not self.chunked_write:
            chunk, self._waiting_head = self._waiting_head + chunk, b""
            # Nothing waits in the connection's file, which is written through.
            self.conn.socket.sendall(chunk)
            return
        self.send_head()
        super().write(chunk)

    def send_head(self) -> None:
        """Send the head, if there has been nothing to send it with."""
        if self._waiting_head:
            head, self._waiting_head = self._waiting_head, b""
            self.conn.wfile.write(head)


class _Kept:
    """Takes what is written, in the place of a socket's file."""

    content = b""

    def write(self, content: bytes) -> None:
        self.content += content


class Connection(HTTPConnection):  # type: ignore[misc]
    """A connection whose next request is waited for by the thread that answered the last."""

    RequestHandlerClass = Request
    # Seconds, where there are more connections than threads; and where not, after which it is
    # looked again whether the thread is needed: a count of idle ones may have been about to change.
    SHORTLY = 0.002
    A_WHILE = 1.0
    _is_calm = True

    @cached_property
    def environ(self) -> Environ:
        """What is the same in the environment of all its plain requests."""
        return {
            **self.server.environ,
            "REMOTE_ADDR": self.remote_addr or "",
            "REMOTE_PORT": str(self.remote_port or ""),
            "wsgi.input_terminated": False,
            "wsgi.url_scheme": "http" if self.server.ssl_adapter is None else "https",
            **(self.ssl_env or {}),
        }

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
            # As it was the last time; who is needed will be called.
            seconds = self.A_WHILE if self._is_calm else self.SHORTLY
            found = server.waiting.wait(self.socket, seconds, server.needs_threads)
            if found is not False:
                return bool(found)
            was_calm, self._is_calm = self._is_calm, server.has_threads_to_spare()
            if not was_calm:
                return False
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
        connection = request.conn
        if request.head is not None:
            return {**connection.environ, **request.head.environ, "wsgi.input": request.rfile}
        environ: Environ = {
            **connection.environ,
            "PATH_INFO": request.path.decode("latin-1"),
            "QUERY_STRING": request.qs.decode("latin-1"),
            "REQUEST_METHOD": request.method.decode("latin-1"),
            "REQUEST_URI": request.uri.decode("latin-1"),
            "SERVER_PROTOCOL": request.request_protocol.decode("latin-1"),
            "wsgi.input": request.rfile,
            "wsgi.input_terminated": bool(request.chunked_read),
            "wsgi.url_scheme": request.scheme.decode("latin-1"),
        }
        for name, text in request.inheaders.items():
            environ[heads.key(name)] = text.decode("latin-1")
        return environ

    def respond(self) -> None:
        request = self.req
        if request.head is None and wants_upgrade(self.env):
            connection = request.conn
            # Sent and lingering: cheroot neither answers nor shuts the socket down.
            request.sent_headers = request.close_connection = connection.linger = True
            take_over(self.env, connection.socket.dup())
            return
        answer = request.server.wsgi_app(self.env, self.start_response)
        try:
            for chunk in answer:
                if chunk:
                    self.write(chunk)
        finally:
            try:
                request.ensure_headers_sent()
                if hasattr(answer, "close"):
                    answer.close()
            finally:
                # Now: the end of a body in chunks is written without asking the request.
                request.send_head()

    def start_response(self, status: str, headers: Any, exc_info: Any = None) -> Any:
        request = self.req
        if status[0] in "45" and getattr(request.rfile, "remaining", 0) > self.MOST_TO_DRAIN:
            headers = [*headers, ("Connection", "close")]
        if self.started_response or exc_info:
            request.spell_out()
            return super().start_response(status, headers, exc_info)
        self.started_response = True
        request.status, request.answered = status, headers
        self.remaining_bytes_out = request.length = heads.length(headers)
        return self.write
