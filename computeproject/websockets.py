"""WebSockets on the cloud's own port: the consoles' proxy.  /console/socket, /console/serial

cheroot reads the request; if it asks for an upgrade on one of these paths, the connection is taken
from it and given to a thread that carries bytes between the client and the guest's console.
"""

import contextlib
import logging
import re
import socket
import threading
from typing import Any
from urllib.parse import parse_qs

from django.db import close_old_connections
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from compute.domain import consoles
from compute.domain.errors import ComputeError
from compute.virt.streams import Stream

LOG = logging.getLogger(__name__)
PATHS = ("/console/socket", "/console/serial", "/websockify")
_IN_COOKIE = re.compile(r"token(?:=|%3D)([0-9A-Za-z-]+)")


def wants_upgrade(environ: dict[str, Any]) -> bool:
    return environ.get("HTTP_UPGRADE", "").lower() == "websocket" and environ["PATH_INFO"] in PATHS


def token_of(environ: dict[str, Any]) -> str:
    """The token in the query, or in the cookie where older noVNC puts its own query."""
    found = parse_qs(environ.get("QUERY_STRING", "")).get("token")
    if found:
        return found[0]
    match = _IN_COOKIE.search(environ.get("HTTP_COOKIE", ""))
    return match[1] if match else ""


def take_over(environ: dict[str, Any], connection: socket.socket) -> None:
    """Answer the upgrade and carry bytes until one side is done, in a thread of its own."""
    threading.Thread(target=_serve, args=(environ, connection), name="console", daemon=True).start()


def _serve(environ: dict[str, Any], connection: socket.socket) -> None:
    try:
        connection.settimeout(600)
        protocol = _handshake(environ, connection)
        if protocol is not None:
            # Nova's proxy upgrades first and hangs up on a bad token afterwards.
            _carry(protocol, connection, consoles.stream(token_of(environ)))
    except ComputeError as exc:
        LOG.info("A console was refused: %s", exc.text)
    except (OSError, ConnectionError) as exc:
        LOG.info("A console was left: %s", exc)
    finally:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()
        close_old_connections()


def _handshake(environ: dict[str, Any], connection: socket.socket) -> ServerProtocol | None:
    protocol = ServerProtocol(subprotocols=[Subprotocol("binary")], select_subprotocol=_binary)
    # cheroot has read the request already; the protocol reads it again from the environment.
    lines = [f"GET {environ['PATH_INFO']} HTTP/1.1"]
    lines += [
        f"{name[5:].replace('_', '-')}: {value}"
        for name, value in environ.items()
        if name.startswith("HTTP_")
    ]
    protocol.receive_data(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
    for request in protocol.events_received():
        if isinstance(request, Request):
            protocol.send_response(protocol.accept(request))
    _flush(protocol, connection)
    return protocol if protocol.state is State.OPEN else None


def _binary(protocol: ServerProtocol, offered: Any) -> Subprotocol | None:
    return Subprotocol("binary") if "binary" in offered else None


def _carry(protocol: ServerProtocol, connection: socket.socket, stream: Stream) -> None:
    greeting = stream.greeting()
    if greeting:
        _send(protocol, connection, greeting)
    while protocol.state is State.OPEN:
        data = connection.recv(65536)
        if not data:
            return
        protocol.receive_data(data)
        for event in protocol.events_received():
            if isinstance(event, Frame) and event.opcode in (Opcode.TEXT, Opcode.BINARY):
                for answer in stream.feed(bytes(event.data)):
                    _send(protocol, connection, answer)
        _flush(protocol, connection)


def _send(protocol: ServerProtocol, connection: socket.socket, data: bytes) -> None:
    protocol.send_binary(data)
    _flush(protocol, connection)


def _flush(protocol: ServerProtocol, connection: socket.socket) -> None:
    for chunk in protocol.data_to_send():
        if chunk:
            connection.sendall(chunk)
