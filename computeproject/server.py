"""The HTTP server in the process: cheroot around the WSGI application, gated until it is ready."""

import logging
import select
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any

from cheroot import wsgi
from cheroot.server import HTTPConnection

from computeproject.websockets import take_over, wants_upgrade

LOG = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class Gate:
    """Answers 503 to everything but the question whether the cloud is ready, until it is open."""

    def __init__(self) -> None:
        self._application: Any = None
        self._opened = threading.Event()

    def open(self, application: Any) -> None:
        self._application = application
        self._opened.set()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if self._opened.is_set():
            answer: Iterable[bytes] = self._application(environ, start_response)
            return answer
        body = b'{"ready": false}'
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Retry-After", "1"),
        ]
        start_response("503 Service Unavailable", headers)
        return [body]


class Gateway(wsgi.Gateway_10):  # type: ignore[misc]
    """cheroot's gateway to WSGI, which gives connections away that become WebSockets."""

    # Beyond this, reading a body that was refused costs more than a new connection.
    MOST_TO_DRAIN = 1 << 20

    def respond(self) -> None:
        if wants_upgrade(self.env):
            connection = self.req.conn
            # Sent and lingering: cheroot neither answers nor shuts the socket down.
            self.req.sent_headers = self.req.close_connection = connection.linger = True
            take_over(self.env, connection.socket.dup())
            return
        super().respond()

    def start_response(self, status: str, headers: Any, exc_info: Any = None) -> Any:
        if status[0] in "45" and getattr(self.req.rfile, "remaining", 0) > self.MOST_TO_DRAIN:
            headers = [*headers, ("Connection", "close")]
        return super().start_response(status, headers, exc_info)


class Connection(HTTPConnection):  # type: ignore[misc]
    """A connection whose next request is waited for a moment by the thread that answered the last.

    Handing it back costs as much CPU as answering a small request; clients that ask one thing after
    another get there in time.
    """

    # Milliseconds; nobody is waited for while there is no other thread to answer somebody else.
    PATIENCE = 2

    def communicate(self) -> bool:
        while super().communicate():  # type: ignore[no-untyped-call]
            if not self._has_more():
                return True
        return False

    def _has_more(self) -> bool:
        if not self.server.ready:
            return False
        if self.rfile.has_data():
            return True
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return bool(poll.poll(self.PATIENCE if self.server.requests.idle > 0 else 0))


class Server(wsgi.Server):  # type: ignore[misc]
    """A cheroot server that logs its own errors to Django's logs, and can share a socket."""

    ConnectionClass = Connection
    shared: socket.socket | None = None

    def bind(self, family: int, type: int, proto: int = 0) -> None:
        if self.shared is None:
            super().bind(family, type, proto)
        elif self.socket is None:
            self.socket = self.shared.dup()
            self.bind_addr = self.socket.getsockname()[:2]

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self.gateway = Gateway

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        LOG.log(level, msg, exc_info=traceback)


def make(
    host: str,
    port: int,
    application: Any,
    threads: int = 10,
    *,
    shared: socket.socket | None = None,
    certificate: tuple[str, str] | None = None,
    patience: float = 5,
) -> Server:
    """A server bound to `host` and `port`; `serve()` runs it until `stop()`.

    With `shared` it listens on that socket, as other processes do; `certificate` is a file and its
    key's; requests have `patience` seconds to come to an end when it stops.
    """
    server = Server(
        (host, port),
        application,
        numthreads=threads,
        max=threads * 3,
        server_name=host,
        request_queue_size=128,
        timeout=60,
        shutdown_timeout=patience,
    )
    server.shared = shared
    if certificate is not None:
        from cheroot.ssl.builtin import BuiltinSSLAdapter

        server.ssl_adapter = BuiltinSSLAdapter(*certificate)
    server.max_request_body_size = 0
    # An image of many gigabytes is streamed to disk; nothing here may buffer it.
    server.max_request_header_size = 64 * 1024
    server.prepare()
    if shared is not None:
        # Another process may be faster: then there is nothing to accept, and nothing to wait for.
        server.socket.settimeout(0)
    return server
