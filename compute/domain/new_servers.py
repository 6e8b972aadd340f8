"""The rows of new servers: what an order, an image and a flavor make of them."""

import re
import uuid
from collections.abc import Sequence
from typing import Any

from compute.domain import boot_devices, image_properties
from compute.domain.block_devices import Device
from compute.domain.orders import Order
from compute.models import (
    BlockDevice,
    Flavor,
    Server,
    ServerGroup,
    ServerGroupMember,
    ServerTag,
)
from middleware.context import RequestContext
from versioned.prepared import insert

YES = frozenset({"1", "t", "true", "on", "y", "yes"})


def columns(
    context: RequestContext, order: Order, image: dict[str, Any], flavor: Flavor
) -> dict[str, Any]:
    """What all servers of one order have in common."""
    properties = image["properties"]
    kernel = properties.get("kernel_id") or ""
    nothing = kernel == "nokernel"
    automatic = order.disk_config == "AUTO" or (
        order.disk_config is None
        and str(properties.get("auto_disk_config", "")).strip().lower() in YES
    )
    kept: dict[str, Any] = {**image_properties.kept(properties)}
    for name in ("container_format", "disk_format", "min_disk", "min_ram"):
        if image.get(name) is not None:
            kept[name] = image[name]
    # Nova: what the first flavor had is the least disk that the server's images will ask for.
    kept["min_disk"] = max(int(image.get("min_disk") or 0), flavor.root_gb)
    return {
        "project_id": context.project_id,
        "user_id": context.user_id,
        "description": order.description,
        "vm_state": "building",
        "task_state": "scheduling",
        "image_ref": order.image_id,
        "kernel_id": "" if nothing else kernel,
        "ramdisk_id": "" if nothing else properties.get("ramdisk_id") or "",
        "image_properties": kept,
        "root_device_name": boot_devices.root_name(properties),
        "key_name": order.key_name,
        "user_data": order.user_data,
        "disk_config": "AUTO" if automatic else "MANUAL",
        "access_ip_v4": order.access_ip_v4,
        "access_ip_v6": order.access_ip_v6,
        "metadata": order.metadata,
        "trusted_image_certificates": order.trusted_image_certificates,
        "scheduler_hints": {
            name: value
            for name, value in order.scheduler_hints.items()
            if not name.startswith("_nova")
        },
        "personality": order.personality,
        "requested_networks": order.networks,
        "availability_zone": order.availability_zone,
        "pinned_availability_zone": order.availability_zone,
        "system_metadata": {
            "owner_user_name": context.user_name,
            "owner_project_name": context.project_name,
        },
        **flavor.as_chosen(),
    }


def row(shared: dict[str, Any], order: Order, index: int, count: int) -> Server:
    server = Server(uuid=str(uuid.uuid4()), launch_index=index, **shared)
    server.updated_at = server.created_at
    server.system_metadata = dict(shared["system_metadata"])
    server.name = order.name
    server.hostname = order.hostname or hostname_of(order.name)
    if not server.hostname:
        server.hostname = f"Server-{server.uuid}"
    elif count > 1:
        server.hostname = f"{server.hostname}-{index + 1}"
    if count > 1:
        server.name = f"{order.name}-{index + 1}"
    return server


def hostname_of(name: str) -> str:
    """The host name that a display name makes: at most 63 letters, digits, dashes."""
    text = name.encode("latin-1", "ignore").decode("latin-1")[:63]
    text = re.sub(r"[ _.]", "-", text)
    return re.sub(r"[^\w.-]+", "", text).lower().strip(".-")


def add_parts(
    servers: Sequence[Server],
    order: Order,
    devices: list[Device],
    group: ServerGroup | None,
) -> None:
    """What hangs on the servers' rows: disks, tags, the membership in a group."""
    insert(BlockDevice(server=each, **one.columns()) for each in servers for one in devices)
    insert(ServerTag(server=each, tag=tag) for each in servers for tag in dict.fromkeys(order.tags))
    if group is not None:
        insert(ServerGroupMember(group=group, server_uuid=each.uuid) for each in servers)
