"""The HTTP server in the process: cheroot around the WSGI application, gated until it is ready."""

import logging
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from cheroot import wsgi

from computeproject.connections import Connection, Environ, Gateway
from computeproject.waiting import Waiting

LOG = logging.getLogger(__name__)

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
        self.waiting = Waiting()

    def needs_threads(self) -> bool:
        """Whether more connections have something to say than threads have nothing to do."""
        queued = self.requests.qsize
        return bool(queued and queued > self.requests.idle)

    def has_threads_to_spare(self) -> bool:
        """Whether there is a thread for each connection that no thread has."""
        waiting_elsewhere = self._connections._num_connections  # type: ignore[attr-defined]
        return bool(not waiting_elsewhere or waiting_elsewhere <= self.requests.idle)

    def process_conn(self, conn: Connection) -> None:
        super().process_conn(conn)
        if self.needs_threads():
            self.waiting.call()

    def stop(self) -> None:
        self.waiting.end()
        super().stop()

    @cached_property
    def environ(self) -> Environ:
        """What is the same in the environment of every request."""
        return {
            "ACTUAL_SERVER_PROTOCOL": self.protocol,
            "SCRIPT_NAME": "",
            "SERVER_NAME": self.server_name,
            "SERVER_PORT": str(self.bind_addr[1]),
            "SERVER_SOFTWARE": self.software,
            "wsgi.errors": sys.stderr,
            "wsgi.multiprocess": False,
            "wsgi.multithread": True,
            "wsgi.run_once": False,
            "wsgi.version": (1, 0),
        }

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
