"""From the body of POST /servers to an order: what the API itself refuses or asks rules of."""

import ipaddress
import secrets
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from compute.api import policy
from compute.api.formats import is_uuid
from compute.api.types import is_true
from compute.domain import block_devices
from compute.domain.errors import BadRequest
from compute.domain.orders import Order
from compute.models import AggregateHost
from middleware.context import RequestContext
from versioned.versions import Version

RULE = "os_compute_api:servers:create"
_SYMBOLS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def password() -> str:
    """Twelve characters that are not mistaken for one another, of three kinds."""
    # Asked of the system once; each draw takes its part of it.
    left = secrets.randbits(256)

    def draw(among: int) -> int:
        nonlocal left
        left, drawn = divmod(left, among)
        return drawn

    groups = ("23456789", "ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz")
    chars = [group[draw(len(group))] for group in groups]
    chars += [_SYMBOLS[draw(len(_SYMBOLS))] for _ in range(9)]
    return "".join(chars.pop(draw(len(chars))) for _ in range(len(chars)))


def address(text: str | None) -> str | None:
    """An address in its shortest form, as Nova keeps it."""
    return text if text is None else str(ipaddress.ip_address(text))


def last_part(reference: object) -> str:
    """The id at the end of a link; an id stays itself."""
    return urlsplit(str(reference)).path.rsplit("/", 1)[-1]


def order_for(context: RequestContext, version: Version, body: dict[str, Any]) -> Order:
    """Read the body as an order; refuse what contradicts itself, and ask the rules it needs."""
    server = body["server"]
    name = server["name"].strip()
    hints = body.get("os:scheduler_hints", body.get("OS-SCH-HNT:scheduler_hints")) or {}
    least = int(server.get("min_count", 1))
    most = int(server.get("max_count", least))
    if least > most:
        raise BadRequest("min_count must be <= max_count")
    zone = server.get("availability_zone")
    target = {
        "project_id": context.project_id,
        "user_id": context.user_id,
        "availability_zone": zone,
    }
    policy.authorize(context, RULE, target)
    if server.get("trusted_image_certificates"):
        policy.authorize(context, f"{RULE}:trusted_certs", target)
    zone, host, node = _zone(zone)
    if host or node:
        policy.authorize(context, f"{RULE}:forced_host", target)
        zone = _zone_of_forced(zone, host)
    wanted_host, wanted_node = server.get("host"), server.get("hypervisor_hostname")
    if wanted_host or wanted_node:
        policy.authorize(context, "compute:servers:create:requested_destination", target)
        if host or node:
            raise BadRequest(
                "One mechanism with host and/or hypervisor_hostname and another mechanism with "
                "zone:host:node are mutually exclusive."
            )
    devices, older = _block_devices(server)
    if devices:
        policy.authorize(context, f"{RULE}:attach_volume", target)
    image_id = server.get("imageRef") or ""
    if not image_id and not devices:
        raise BadRequest("Missing imageRef attribute")
    networks = _networks(server.get("networks"))
    if networks and networks != "none":
        policy.authorize(context, f"{RULE}:attach_network", target)
    return Order(
        name=name,
        # Nova: before 2.19 the description was the name.
        description=server.get("description") if version >= (2, 19) else name,
        hostname=server.get("hostname"),
        flavor_id=last_part(server["flavorRef"]),
        image_id=image_id,
        networks=networks,
        block_devices=devices,
        uses_older_block_devices=older,
        metadata=server.get("metadata") or {},
        tags=server.get("tags") or [],
        security_groups=_group_names(server),
        key_name=server.get("key_name"),
        user_data=server.get("user_data"),
        config_drive=server.get("config_drive"),
        disk_config=server.get("OS-DCF:diskConfig"),
        personality=server.get("personality") or [],
        admin_password=server.get("adminPass") or password(),
        access_ip_v4=address(server.get("accessIPv4")),
        access_ip_v6=address(server.get("accessIPv6")),
        availability_zone=zone,
        forced_host=host,
        forced_node=node,
        requested_host=wanted_host,
        requested_node=wanted_node,
        scheduler_hints=hints,
        trusted_image_certificates=server.get("trusted_image_certificates"),
        min_count=least,
        max_count=most,
        may_have_no_disk=policy.allows(context, f"{RULE}:zero_disk_flavor"),
        may_use_external_networks=policy.allows(context, "network:attach_external_network"),
        knows_many_attachments=version >= (2, 60),
        knows_port_requests=version >= (2, 72),
    )


def _group_names(server: dict[str, Any]) -> list[str]:
    names = (group.get("name") for group in server.get("security_groups") or ())
    return list(dict.fromkeys(name for name in names if name))


def _zone(text: str | None) -> tuple[str | None, str | None, str | None]:
    """Read "zone:host:node", "zone:host" or "zone::node".

    Nova: "zone:" names a host without a letter, which nobody looks for, nor asks about the zone.
    """
    host = node = None
    if text and ":" in text:
        parts = text.split(":")
        if len(parts) > 3:
            raise BadRequest("Invalid input received: Unable to parse availability_zone")
        text, host, node = (*parts, None)[:3]
        if len(parts) > 2:
            host, node = host or None, node or None
    default = getattr(settings, "DEFAULT_SCHEDULE_ZONE", None)
    return text or default, host, node


def _zone_of_forced(zone: str | None, host: str | None) -> str | None:
    """The zone asked for if the forced host is in it; otherwise none, and the host decides."""
    default = getattr(settings, "DEFAULT_AVAILABILITY_ZONE", "nova")
    rows = AggregateHost.objects.filter(host=host).values_list("aggregate__metadata", flat=True)
    actual = next((m["availability_zone"] for m in rows if m.get("availability_zone")), None)
    return zone if zone == (actual or default) else None


def _block_devices(server: dict[str, Any]) -> tuple[list[dict[str, Any]], bool]:
    older = server.get("block_device_mapping") or []
    newer = server.get("block_device_mapping_v2") or []
    if older and newer:
        raise BadRequest(
            "Using different block_device_mapping syntaxes is not allowed in the same request."
        )
    for row in (*older, *newer):
        if "delete_on_termination" in row:
            row["delete_on_termination"] = is_true(row["delete_on_termination"])
    # Nova: what makes no sense by itself is refused before anything is looked up.
    for row in newer:
        block_devices.from_version_2(row, image_given=bool(server.get("imageRef")))
    return (newer, False) if newer else (older, True)


def _networks(asked: Any) -> Any:
    """The networks asked for, each with a network or a port; "auto" and "none" as they are."""
    if asked is None or isinstance(asked, str):
        return asked
    ports: set[str] = set()
    networks = []
    for item in asked:
        port, address = item.get("port"), item.get("fixed_ip")
        if port:
            if port in ports:
                raise BadRequest(
                    f"Port ID '{port}' was specified twice: you cannot attach a port multiple "
                    "times."
                )
            if address is not None:
                raise BadRequest(
                    f"Specified Fixed IP '{address}' cannot be used with port '{port}': the two "
                    "cannot be specified together."
                )
            ports.add(port)
        else:
            if "uuid" not in item:
                raise BadRequest("Bad network format: missing 'uuid'")
            if not is_uuid(item["uuid"]):
                raise BadRequest(
                    f"Bad networks format: network uuid is not in proper format ({item['uuid']})"
                )
        networks.append(
            {
                "uuid": None if port else item["uuid"],
                "port": port,
                "fixed_ip": address,
                "tag": item.get("tag"),
            }
        )
    return networks
