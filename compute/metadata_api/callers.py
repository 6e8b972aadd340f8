"""Which guest asks: by its address, by a proxy's signed headers, or by a load balancer's."""

import hashlib
import hmac
import logging
from typing import Any

from django.http import HttpRequest

from compute.clients.network import network
from compute.domain import context as contexts
from compute.domain.errors import BadRequest
from compute.domain.guest_data import facts
from compute.domain.guest_data.conf import conf
from compute.domain.guest_data.facts import Facts
from compute.metadata_api.cache import cache
from compute.metadata_api.errors import Refused
from compute.models import Server

LOG = logging.getLogger("nova.api.metadata")

_UNKNOWN_ERROR = "An unknown error has occurred. Please try your request again."


def find(request: HttpRequest) -> Facts:
    """All about the guest that asks, or the refusal that it gets."""
    if not conf.service_metadata_proxy:
        return _by_address(request.META.get("REMOTE_ADDR") or "")
    if request.headers.get("X-Metadata-Provider"):
        return _by_provider(request)
    return _by_proxy(request)


# By address


def _by_address(address: str) -> Facts:
    key = f"address {address}"
    known: Facts | None = cache.get(key)
    if known is None:
        known = _looked_up(lambda: _gathered(_uuid_at(address), address))
        cache.set(key, known)
    return known


def _uuid_at(address: str) -> str:
    """The server that has the address; Nova fails where several networks have it."""
    if not address:
        raise LookupError("no address")
    rows = network().list_ports(contexts.cloud(), fixed_ips=f"ip_address={address}")
    found = [row["device_id"] for row in rows if row["device_id"]]
    if len(found) > 1:
        raise LookupError(f"{address} belongs to {len(found)} servers")
    return found[0] if found else ""


# By a proxy


def _by_proxy(request: HttpRequest) -> Facts:
    headers = request.headers
    uuid, project_id = headers.get("X-Instance-ID"), headers.get("X-Tenant-ID")
    signature = headers.get("X-Instance-ID-Signature")
    for name, value in (
        ("X-Instance-ID", uuid),
        ("X-Instance-ID-Signature", signature),
        ("X-Tenant-ID", project_id),
    ):
        if value is None:
            raise Refused(400, f"{name} header is missing from request.")
    assert uuid is not None
    _check_signature(uuid, signature)
    return _of_project(uuid, project_id, headers.get("X-Forwarded-For"))


def _check_signature(signed: str, signature: str | None) -> None:
    secret = conf.metadata_proxy_shared_secret.encode()
    expected = hmac.new(secret, signed.encode(), hashlib.sha256).hexdigest()
    if not signature or not hmac.compare_digest(expected.encode(), signature.encode()):
        LOG.warning("The signature of %s is wrong.", signed)
        raise Refused(403, "Invalid proxy request signature.")


# By a load balancer


def _by_provider(request: HttpRequest) -> Facts:
    forwarded = request.headers.get("X-Forwarded-For")
    if forwarded is None:
        raise Refused(400, "X-Forwarded-For is missing from request.")
    provider = request.headers["X-Metadata-Provider"]
    address = forwarded.split(",")[0]
    if conf.metadata_proxy_shared_secret:
        _check_signature(provider, request.headers.get("X-Metadata-Provider-Signature"))
    key = f"provider {provider} {address}"
    known: tuple[str, str] | None = cache.get(key)
    if known is None:
        known = _behind(provider, address)
        cache.set(key, known)
    return _of_project(*known, address)


def _behind(provider: str, address: str) -> tuple[str, str]:
    """The server, and its project, whose address is on one of the provider's networks."""
    filters = _networks_of(provider)
    try:
        ports = network().list_ports(
            contexts.cloud(),
            fixed_ips=f"ip_address={address}",
            fields=["device_id", "tenant_id"],
            **filters,
        )
    except Exception as exc:
        LOG.exception("The server at %s of provider %s was not found.", address, provider)
        raise Refused(400, _UNKNOWN_ERROR) from exc
    if len(ports) != 1:
        text = f"Expected a single port matching provider {provider} and IP {address}."
        raise Refused(400, f"{text} Found {len(ports)}.")
    return ports[0]["device_id"], ports[0]["tenant_id"]


def _networks_of(provider: str) -> dict[str, list[str]]:
    """The filter for ports on the networks that the provider is connected to."""
    try:
        subnets = network().subnets(
            contexts.cloud(), advanced_service_providers=provider, fields="network_id"
        )
    except BadRequest:
        # A Network without providers, as ours is: everything is behind the same load balancer.
        # Nova: fails there.
        return {}
    if not subnets:
        raise Refused(400, f"Could not find any subnets for provider {provider}")
    return {"network_id": sorted({row["network_id"] for row in subnets})}


# What is known of a server


def _of_project(uuid: str, project_id: str | None, address: str | None) -> Facts:
    key = f"server {uuid}"
    known: Facts | None = cache.get(key)
    if known is None:
        known = _looked_up(lambda: _gathered(uuid, address))
        cache.set(key, known)
    if known.server.project_id != project_id:
        raise Refused(404)
    return known


def _gathered(uuid: str, address: str | None) -> Facts:
    server = Server.objects.filter(uuid=uuid, deleted=False).first()
    if server is None:
        raise Refused(404)
    return facts.gather(server, address)


def _looked_up(look: Any) -> Facts:
    try:
        found: Facts = look()
    except Refused:
        raise
    except Exception as exc:
        LOG.exception("What a guest asks for could not be looked up.")
        raise Refused(500, _UNKNOWN_ERROR) from exc
    return found
