"""What POST /servers does before its 202: checks, quota, and the rows of new servers."""

import base64
import binascii
import random
from typing import Any

from django.db import transaction

from compute.domain import (
    block_devices,
    boot_devices,
    boot_images,
    building,
    device_checks,
    image_values,
    images,
    new_servers,
    requested_networks,
    server_quota,
    zones,
)
from compute.domain import groups as server_groups
from compute.domain.errors import (
    BadRequest,
    FlavorNotFound,
    Forbidden,
    NotFound,
)
from compute.domain.hardware import encryption, numa, pci
from compute.domain.orders import Order
from compute.models import (
    Flavor,
    KeyPair,
    Server,
    ServerGroup,
)
from compute.models.host import Host
from middleware.context import RequestContext
from versioned.prepared import Prepared, insert

_FLAVOR = Prepared(lambda flavor_id: Flavor.objects.filter(flavor_id=flavor_id), str)


class HostMissing(BadRequest):
    message = "Compute host {host} could not be found."


class DeviceProfileUnknown(BadRequest):
    # There is no accelerator service, here as in most clouds.
    message = (
        "Device profile name {name}: Could not communicate with Cyborg: ['internal', 'public'] "
        "endpoint for accelerator service not found"
    )


def create(context: RequestContext, order: Order) -> tuple[list[Server], str]:
    """Make the servers' rows and queue their building; return them and the reservation's id.

    Anything that cannot be had is refused here and changes nothing.
    """
    flavor = _FLAVOR.first(order.flavor_id)
    if flavor is None or not _may_use(context, flavor):
        raise BadRequest(FlavorNotFound(flavor_id=order.flavor_id).text)
    _check_counts(order)
    _check_zone(order)
    image = boot_images.find(context, order)
    boot_images.check_disk_config(order, image)
    if flavor.disabled:
        raise BadRequest(FlavorNotFound(flavor_id=flavor.id).text)
    _check_user_data(order)
    groups = _as_asked(requested_networks.security_groups, context, order.security_groups)
    count, has_external = _as_asked(
        requested_networks.check, context, order.networks, order.max_count
    )
    boot_images.check_kernel(context, image)
    config_drive = _config_drive(order)
    key = _key(context, order)
    _check_hardware(context, order, image, flavor)
    if count < order.min_count:
        raise Forbidden("Maximum number of ports exceeded")
    count = min(count, order.max_count)
    devices = boot_devices.of_order(order, image, flavor, count)
    encryption.check_disks(images.wish(image, flavor))
    server_quota.check_metadata(context, order.metadata)
    server_quota.check_personality(context, order.personality)
    boot_images.check_fits(order, image, flavor, block_devices.root_of(devices))
    group = _group(context, order)
    _check_destination(order)
    reservation_id = f"r-{''.join(random.choices(_LETTERS, k=8))}"  # noqa: S311 - no secret
    with device_checks.kept_if_accepted(context, devices), transaction.atomic():
        count = server_quota.check_servers(context, flavor, order.min_count, count)
        if profile := (flavor.extra_specs or {}).get("accel:device_profile"):
            raise DeviceProfileUnknown(name=profile)
        columns = {
            **new_servers.columns(context, order, image, flavor),
            "reservation_id": reservation_id,
            "config_drive": config_drive,
            "key": key,
        }
        columns["system_metadata"]["security_group_ids"] = groups
        if has_external and not order.may_use_external_networks:
            columns["system_metadata"]["is_forbidden_network"] = True
        servers = [new_servers.row(columns, order, index, count) for index in range(count)]
        # Volumes are reserved here; a server with one is the only one of its order.
        _as_asked(
            device_checks.check,
            context,
            devices,
            flavor,
            server_id=servers[0].uuid,
            many_attachments=order.knows_many_attachments,
        )
        if group is not None:
            server_quota.check_group_members(context, group, count)
        insert(servers)
        new_servers.add_parts(servers, order, device_checks.to_have(context, devices), group)
        building.enqueue(
            context,
            servers,
            scheduler_hints=order.scheduler_hints,
            forced_host=order.forced_host,
            forced_node=order.forced_node,
            requested_host=order.requested_host,
            requested_node=order.requested_node,
            admin_password=order.admin_password,
            injected_files=order.personality,
        )
    return servers, reservation_id


_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def _as_asked(check: Any, *args: Any, **kwargs: Any) -> Any:
    """What a request names and nobody has is the request's mistake: 400, not 404."""
    try:
        return check(*args, **kwargs)
    except NotFound as exc:
        raise BadRequest(exc.text) from exc


def _may_use(context: RequestContext, flavor: Flavor) -> bool:
    return (
        flavor.is_public
        or context.is_admin
        or flavor.access.filter(project_id=context.project_id).exists()
    )


def _check_counts(order: Order) -> None:
    if isinstance(order.networks, list) and order.networks and order.max_count > 1:
        if any(net.get("uuid") and net.get("fixed_ip") for net in order.networks):
            raise BadRequest(
                "Failed to launch instances: max_count cannot be greater than 1 if an fixed_ip "
                "is specified."
            )
        if any(net.get("port") for net in order.networks):
            raise BadRequest(
                "Failed to launch instances: Unable to launch multiple instances with a single "
                "configured port ID. Please launch your instance one by one with different ports."
            )
    if order.hostname and order.max_count > 1:
        raise BadRequest("Unable to allocate a single hostname to multiple instances")


def _check_zone(order: Order) -> None:
    zone = order.availability_zone
    if zone and order.forced_host is None and zone not in zones.available():
        raise BadRequest("The requested availability zone is not available")


def _check_user_data(order: Order) -> None:
    if order.user_data:
        try:
            base64.b64decode(order.user_data)
        except (binascii.Error, ValueError):
            raise BadRequest("User data needs to be valid base 64.") from None


_NO = {"0", "f", "false", "off", "n", "no", ""}


def _config_drive(order: Order) -> str:
    asked = order.config_drive
    if not asked:
        return ""
    text = str(asked).strip().lower()
    if text not in new_servers.YES | _NO:
        raise BadRequest("Invalid config_drive provided.")
    return "True" if text in new_servers.YES else ""


def _key(context: RequestContext, order: Order) -> dict[str, str] | None:
    if order.key_name is None:
        return None
    pair = (
        KeyPair.objects.filter(user_id=context.user_id, name=order.key_name)
        .values("type", "public_key", "name")
        .first()
    )
    if pair is None:
        raise BadRequest("Invalid key_name provided.")
    return {name: str(value) for name, value in pair.items()}


def _check_hardware(
    context: RequestContext, order: Order, image: dict[str, Any], flavor: Flavor
) -> None:
    """Refuse a topology and devices that no host could have, before anything else is looked at."""
    image_values.check(image["properties"])
    wish = images.wish(image, flavor)
    numa.wanted(wish)
    pci.affinity(wish)
    pci.wanted(wish)
    if not order.knows_port_requests:
        requested_networks.refuse_needy_ports(order.networks)


def _group(context: RequestContext, order: Order) -> ServerGroup | None:
    hint = order.scheduler_hints.get("group")
    if isinstance(hint, list):
        hint = hint[0] if hint else None
    if not hint:
        return None
    try:
        return server_groups.find(context, str(hint))
    except server_groups.ServerGroupNotFound as exc:
        raise BadRequest(exc.text) from None


def _check_destination(order: Order) -> None:
    host, node = order.requested_host, order.requested_node
    if host and not Host.objects.filter(host=host).exists():
        raise HostMissing(host=host)
    if node:
        known = Host.objects.filter(node=node)
        if host:
            known = known.filter(host=host)
        if not known.exists():
            raise HostMissing(host=host or node)
