"""What simulated consoles say: a guest's end of VNC, SPICE and serial, as bytes in, bytes out.

Nothing here knows of sockets; whoever has one feeds what arrived and sends what comes back.
"""

import struct
from abc import ABC, abstractmethod


class Stream(ABC):
    """One connection to a console."""

    def greeting(self) -> bytes:
        """What the console says before it is spoken to."""
        return b""

    @abstractmethod
    def feed(self, data: bytes) -> list[bytes]:
        """Messages that answer `data`; raises ConnectionError for what no client would say."""


class Serial(Stream):
    """A terminal with a shell that echoes."""

    def __init__(self, text: str) -> None:
        self._text = text

    def greeting(self) -> bytes:
        return self._text.replace("\n", "\r\n").encode("utf-8", "replace")

    def feed(self, data: bytes) -> list[bytes]:
        return [data.replace(b"\r", b"\r\n")]


class Spice(Stream):
    """The link stage of SPICE: a header and a reply; no channel is carried further."""

    MAGIC, MAJOR, MINOR = b"REDQ", 2, 2

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> list[bytes]:
        self._held += data
        if len(self._held) < 16:
            return []
        magic, major, _, size = struct.unpack_from("<4sIII", self._held)
        if magic != self.MAGIC or major != self.MAJOR or size > 4096:
            raise ConnectionError("not a SPICE client")
        if len(self._held) < 16 + size:
            return []
        self._held = self._held[16 + size :]
        # SpiceLinkReply: error, public key (162 bytes), two counts and the offset of capabilities.
        reply = struct.pack("<I162sIII", 0, bytes(162), 0, 0, 178)
        header = struct.pack("<4sIII", self.MAGIC, self.MAJOR, self.MINOR, len(reply))
        return [header + reply]


class Rfb(Stream):
    """RFB 3.8 (and 3.3) without a password, showing a screen that is one colour.

    The stages follow RFC 6143: version, security, its result, client and server init, messages.
    """

    VERSION = b"RFB 003.008\n"
    WIDTH, HEIGHT = 320, 200
    # 32 bits a pixel, depth 24, little endian, true colour, 8 bits each, shifts 16, 8, 0.
    PIXELS = struct.pack(">BBBBHHHBBBxxx", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0)
    # How long the client's messages are, type byte included.
    LENGTHS = {0: 20, 3: 10, 4: 8, 5: 6}

    def __init__(self, name: str) -> None:
        self._name = name.encode("utf-8", "replace")
        self._held = b""
        self._stage = self._version

    def greeting(self) -> bytes:
        return self.VERSION

    def feed(self, data: bytes) -> list[bytes]:
        self._held += data
        answers: list[bytes] = []
        while True:
            before = len(self._held)
            answers += self._stage()
            if len(self._held) == before:
                return answers

    def _take(self, count: int) -> bytes | None:
        if len(self._held) < count:
            return None
        taken, self._held = self._held[:count], self._held[count:]
        return taken

    def _version(self) -> list[bytes]:
        said = self._take(12)
        if said is None:
            return []
        if not said.startswith(b"RFB 003."):
            raise ConnectionError("not an RFB client")
        if said == b"RFB 003.003\n":
            self._stage = self._client_init
            return [struct.pack(">I", 1)]
        self._stage = self._security
        return [bytes((1, 1))]

    def _security(self) -> list[bytes]:
        chosen = self._take(1)
        if chosen is None:
            return []
        if chosen != b"\x01":
            raise ConnectionError("a security type that was not offered")
        self._stage = self._client_init
        return [struct.pack(">I", 0)]

    def _client_init(self) -> list[bytes]:
        if self._take(1) is None:
            return []
        self._stage = self._message
        size = struct.pack(">HH", self.WIDTH, self.HEIGHT)
        return [size + self.PIXELS + struct.pack(">I", len(self._name)) + self._name]

    def _message(self) -> list[bytes]:
        if not self._held:
            return []
        length = self._length()
        message = None if length is None else self._take(length)
        if message is None:
            return []
        return [self._screen()] if message[0] == 3 else []

    def _length(self) -> int | None:
        kind = self._held[0]
        if kind in self.LENGTHS:
            return self.LENGTHS[kind]
        if kind == 2:
            if len(self._held) < 4:
                return None
            return 4 + 4 * int(struct.unpack_from(">xxH", self._held)[0])
        if kind == 6:
            if len(self._held) < 8:
                return None
            size = int(struct.unpack_from(">xxxxI", self._held)[0])
            if size > 1_000_000:
                raise ConnectionError("too much text")
            return 8 + size
        raise ConnectionError(f"no such message: {kind}")

    def _screen(self) -> bytes:
        """One rectangle, raw."""
        head = struct.pack(">BxHHHHHi", 0, 1, 0, 0, self.WIDTH, self.HEIGHT, 0)
        return head + struct.pack("<I", 0x1E1E46) * (self.WIDTH * self.HEIGHT)
