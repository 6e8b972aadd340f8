"""A socket for consoles that clients reach without a proxy: SPICE."""

import socketserver
import threading

from compute.virt.streams import Spice

_lock = threading.Lock()
_server: socketserver.ThreadingTCPServer | None = None


class _Connection(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        stream = Spice()
        self.request.settimeout(60)
        try:
            while data := self.request.recv(4096):
                for answer in stream.feed(data):
                    self.request.sendall(answer)
        except (OSError, ConnectionError):
            return


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def spice_port() -> int:
    """The port on loopback where this process speaks SPICE; opened at first use."""
    global _server
    with _lock:
        if _server is None:
            _server = _Server(("127.0.0.1", 0), _Connection)
            threading.Thread(target=_server.serve_forever, name="spice", daemon=True).start()
        return int(_server.server_address[1])
