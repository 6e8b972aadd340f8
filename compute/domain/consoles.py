"""Consoles: what a guest has written, and URLs with tokens to talk to it."""

import hashlib
import uuid
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlparse

from django.conf import settings
from django.db import transaction

from compute.domain import lifecycle
from compute.domain.errors import BadRequest, ComputeError, NotFound, ServerNotFound, ServerNotReady
from compute.domain.states import VmState
from compute.models import ConsoleToken, Server
from compute.virt import registry
from compute.virt.driver import GuestMissing, Unsupported
from compute.virt.streams import Stream
from compute.work import clock
from middleware.context import RequestContext

MALFORMED = (
    "The server could not comply with the request since it is either malformed or otherwise "
    "incorrect."
)

# The consoles of each protocol: the setting of its proxy's URL, and where that is below our own.
# fmt: off
_BASES = {
    "novnc":        ("NOVNC_BASE_URL",        "{http}/console/vnc_auto.html?path=console/socket"),
    "spice-html5":  ("SPICE_BASE_URL",        "{http}/console/spice_auto.html"),
    "spice-direct": ("SPICE_DIRECT_BASE_URL", "{http}/console/spice_direct"),
    "serial":       ("SERIAL_BASE_URL",       "{ws}/console/serial"),
    "webmks":       ("MKS_BASE_URL",          "{http}/console/mks"),
}
# fmt: on
_KINDS = {
    "vnc": ("novnc",),
    "spice": ("spice-html5", "spice-direct"),
    "mks": ("webmks",),
}


class ConsoleTypeInvalid(BadRequest):
    message = "Invalid console type {kind}"


class ConsoleTypeInvalidUnforeseen(ComputeError):
    """Nova: the older actions did not foresee a type that the schema lets through."""

    message = (
        "Unexpected API Error. Please contact the administrator\n"
        "<class 'nova.exception.ConsoleTypeInvalid'>"
    )


class ConsoleTypeUnavailable(BadRequest):
    message = "Unavailable console type {kind}."


class TokenNotFound(NotFound):
    message = "Token not found"


def output(context: RequestContext, server: Server, *, length: int | None = None) -> str:
    """The last `length` lines of the console, or all of it."""
    lifecycle.permit(context, server, "get_console_output")
    try:
        text = registry.driver(str(server.host)).console_output(server)
    except GuestMissing:
        raise ServerNotFound(server_id=server.uuid) from None
    if length is not None:
        # Nova: -1 was meant to be everything, and leaves out the first line.
        text = "\n".join(text.split("\n")[-length:]) if length else ""
    return text.encode("latin-1", "replace").decode("ascii", "replace")


def is_enabled(protocol: str) -> bool:
    """Whether the deployment offers consoles of that protocol."""
    enabled = getattr(settings, "CONSOLES", ("vnc", "spice", "serial", "mks"))
    return protocol in enabled


def open_console(
    context: RequestContext,
    server: Server,
    protocol: str,
    kind: str,
    *,
    root: str,
    is_older: bool = False,
) -> str:
    """Authorise a console and return its URL, which holds for a while.

    `root` is where this cloud is reached, for proxies that have no URL of their own.
    """
    lifecycle.permit(context, server, "get_console", says=f"get_{protocol}_console")
    if not is_enabled(protocol):
        raise ConsoleTypeUnavailable(kind=kind)
    if protocol in _KINDS and kind not in _KINDS[protocol]:
        raise ConsoleTypeInvalidUnforeseen if is_older else ConsoleTypeInvalid(kind=kind)
    # Nova: a serial console is one whatever its type is called.
    base = _base("serial" if protocol == "serial" else kind, root)
    return _url(kind, base, _authorise(server, kind))


def _base(kind: str, root: str) -> str:
    setting, default = _BASES[kind]
    configured = getattr(settings, setting, None)
    return str(configured or default.format(http=root, ws="ws" + root.removeprefix("http")))


def _url(kind: str, base: str, token: str) -> str:
    if kind != "novnc":
        return f"{base}?token={token}"
    # noVNC reads the token from within its path.
    parsed = urlparse(base)
    query = parse_qs(parsed.query)
    query["path"] = [f"{query.get('path', [''])[0]}?token={token}"]
    return parsed._replace(query=urlencode(query, doseq=True)).geturl()


def _authorise(server: Server, kind: str) -> str:
    try:
        endpoint = registry.driver(str(server.host)).console(server, kind)
    except GuestMissing:
        if server.vm_state == VmState.BUILDING:
            raise ServerNotReady(server_id=server.uuid) from None
        raise ServerNotFound(server_id=server.uuid) from None
    except Unsupported:
        raise ConsoleTypeUnavailable(kind=kind) from None
    token = str(uuid.uuid4())
    now = clock.now()
    lives = timedelta(seconds=getattr(settings, "CONSOLE_TOKEN_TTL", 600))
    with transaction.atomic():
        ConsoleToken.objects.filter(server_id=server.pk, expires_at__lt=now).delete()
        ConsoleToken.objects.create(
            token_hash=_hash(token),
            server=server,
            console_type=kind,
            host=endpoint.host,
            port=endpoint.port,
            tls_port=endpoint.tls_port,
            internal_access_path=endpoint.internal_access_path,
            expires_at=now + lives,
        )
    return token


def stream(token: str) -> Stream:
    """A connection to the console that a token stands for; TokenNotFound when it is not good."""
    row = validate(token)
    return registry.driver(str(row.server.host)).console_stream(row.server, row.console_type)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def validate(token: str) -> ConsoleToken:
    """What a token stands for, if it has not expired and its server is still there."""
    rows = ConsoleToken.objects.filter(token_hash=_hash(token), expires_at__gt=clock.now())
    row = rows.filter(server__deleted=False).select_related("server").first()
    if row is None:
        raise TokenNotFound
    return row
