"""One side of a comparison: a Compute API, the cloud around it, and the variables saved there."""

import hashlib
import hmac
import http.client
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

# Who the steps call by name: user, project.
CAST = {
    "admin": ("admin", "admin"),
    "manager": ("manager", "demo"),
    "demo": ("demo", "demo"),
    "demo2": ("demo2", "demo"),
    "reader": ("reader", "demo"),
    "other": ("other", "demo"),
    "alt": ("alt_demo", "alt_demo"),
    "service": ("service", "service"),
}
_NEIGHBOUR = re.compile(r"(identity|image|network|volume):")
# How long a token is used; it is good for an hour, and a whole run takes longer.
TOKEN_SECONDS = 1200
# What proxies of both sides sign requests of guests with.
SECRET = b"oracle"
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|([A-Z_][A-Z0-9_]*))")


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class Side:
    """`cloud`: where Identity, Image, Network and Volume are; None: names of users are tokens.

    `metadata`: where guests ask.
    """

    base: str
    cloud: str | None = None
    metadata: str | None = None
    # As the header of versions names it.
    service: str = "compute"
    password: str = "password"
    variables: dict[str, Any] = field(default_factory=dict)
    # A name's token, and when it was fetched.
    tokens: dict[str, tuple[str, float]] = field(default_factory=dict)

    def filled(self, value: Any) -> Any:
        """Put this side's variables in the place of `$NAME` and `${name}`."""
        if isinstance(value, dict):
            return self._merged(value)
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if not isinstance(value, str):
            return value
        whole = _VARIABLE.fullmatch(value)
        if whole and (whole[1] or whole[2]) in self.variables:
            return self.variables[whole[1] or whole[2]]
        return _VARIABLE.sub(lambda m: str(self.variables.get(m[1] or m[2], m[0])), value)

    def _merged(self, value: dict[str, Any]) -> dict[str, Any]:
        filled: dict[str, Any] = {}
        for key, item in value.items():
            if item == "merge" and key.startswith("$"):
                filled.update(self.filled(key))
            else:
                filled[self.filled(key)] = self.filled(item)
        return filled

    def token(self, who: str) -> str:
        """The token of a user of the cast; anything else is sent as it is."""
        if self.cloud is None or who not in CAST:
            return who
        text, since = self.tokens.get(who, ("", 0.0))
        if not text or time.monotonic() - since > TOKEN_SECONDS:
            text = self._log_in(who)
            self.tokens[who] = text, time.monotonic()
        return text

    def _log_in(self, who: str) -> str:
        user, project = CAST[who]
        domain = {"id": "default"}
        credentials = {"user": {"name": user, "domain": domain, "password": self.password}}
        body = {
            "auth": {
                "identity": {"methods": ["password"], "password": credentials},
                "scope": {"project": {"name": project, "domain": domain}},
            }
        }
        answer = send(
            f"{self.cloud}/identity/v3/auth/tokens",
            "POST",
            [("Content-Type", "application/json")],
            json.dumps(body).encode(),
        )
        if answer.status != 201:
            raise RuntimeError(f"{who} cannot log in at {self.cloud}: {answer.body!r}")
        token = json.loads(answer.body)["token"]
        self.variables[f"{who.upper()}_PROJECT"] = token["project"]["id"]
        self.variables[f"{who.upper()}_USER"] = token["user"]["id"]
        return {k.lower(): v for k, v in answer.headers}["x-subject-token"]

    def guest(self, uuid: str) -> dict[str, str]:
        """The headers that a proxy sends for a guest of demo's project."""
        return {
            "X-Instance-ID": uuid,
            "X-Instance-ID-Signature": hmac.new(SECRET, uuid.encode(), hashlib.sha256).hexdigest(),
            "X-Tenant-ID": self.variables.get("DEMO_PROJECT", "d0000000000000000000000000000001"),
            "X-Forwarded-For": "192.0.2.1",
        }

    def ask(
        self,
        method: str,
        path: str,
        headers: list[tuple[str, str]],
        body: bytes | None,
        *,
        is_chunked: bool = False,
    ) -> Answer:
        """Ask Compute; of `network:/v2.0/ports` and the like, the neighbour of that name."""
        neighbour = _NEIGHBOUR.match(path)
        if neighbour:
            path = f"/{neighbour[1]}{path[neighbour.end() :]}"
        base = self.cloud or self.base if neighbour else self.base
        if path.startswith("metadata:"):
            path, base = path.removeprefix("metadata:"), str(self.metadata)
        return send(base + path, method, headers, body, is_chunked=is_chunked)


def send(
    url: str,
    method: str,
    headers: list[tuple[str, str]],
    body: bytes | None,
    *,
    is_chunked: bool = False,
) -> Answer:
    """Send exactly these headers, and Content-Length or chunks for a body."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    target = url.split(parts.netloc, 1)[1] or "/"
    has_host = any(name.lower() == "host" for name, _ in headers)
    connection.putrequest(method, target, skip_accept_encoding=True, skip_host=has_host)
    for name, value in headers:
        connection.putheader(name, value)
    if is_chunked:
        connection.putheader("Transfer-Encoding", "chunked")
    elif body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders()
    try:
        if body is not None and is_chunked:
            connection.send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        elif body:
            connection.send(body)
    except OSError:
        # It may have answered before it read everything.
        pass
    answer = connection.getresponse()
    try:
        content = answer.read()
    except http.client.IncompleteRead as exc:
        # It said that there would be more; what came is compared, and how much it was.
        content = exc.partial
    connection.close()
    return Answer(answer.status, answer.getheaders(), content)
