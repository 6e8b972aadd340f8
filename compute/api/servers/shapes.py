"""What a server looks like in answers, at every version."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from compute.api.base import ComputeAsk
from compute.api.times import micros_of, seconds_of
from compute.domain import image_properties, states, zones
from versioned import wire
from versioned.shape import Attr, Shape

ATTRIBUTES = "os_compute_api:os-extended-server-attributes"
EXTRA_SPECS = "os_compute_api:servers:show:flavor-extra-specs"
HOST_STATUS = "os_compute_api:servers:show:host_status"
HOST_STATUS_UNKNOWN = "os_compute_api:servers:show:host_status:unknown-only"

Row = Mapping[str, Any]

_WITH_PROGRESS = {"ACTIVE", "BUILD", "REBUILD", "RESIZE", "VERIFY_RESIZE", "MIGRATING"}
# Nova: a server's faults are deleted with it.
_WITH_FAULT = {"ERROR"}
# Image properties that Nova keeps but does not count among an image's metadata properties.
_NOT_PROPERTIES = {"container_format", "disk_format", "min_disk", "min_ram"}
_STATE = ("vm_state", "task_state", "deleted")


def status(row: Row, ask: ComputeAsk) -> str:
    if row["deleted"]:
        return "DELETED"
    return states.shown_status(row["vm_state"], row["task_state"])


def _links(row: Row, ask: ComputeAsk) -> Any:
    return ask.links.of("servers", row["uuid"])


def _image(row: Row, ask: ComputeAsk) -> Any:
    if not row["image_ref"]:
        return ""
    return {"id": row["image_ref"], "links": ask.links.bookmark("images", row["image_ref"])}


def _image_with_properties(row: Row, ask: ComputeAsk) -> Any:
    image = _image(row, ask)
    if image:
        image["properties"] = _known(row["image_properties_text"])
    return image


@lru_cache(maxsize=256)
def _known(text: str) -> Any:
    """The properties of an image that Nova knows; many servers are of one image."""
    kept = orjson.loads(text)
    shown = {
        name: value
        for name, value in kept.items()
        if name not in _NOT_PROPERTIES and name in image_properties.KNOWN
    }
    return wire.fragment(wire.dumps(shown).decode())


def _flavor_link(row: Row, ask: ComputeAsk) -> Any:
    return {"id": row["flavor_id"], "links": ask.links.bookmark("flavors", row["flavor_id"])}


def _flavor_embedded(row: Row, ask: ComputeAsk) -> Any:
    flavor = {
        "vcpus": row["vcpus"],
        "ram": row["memory_mb"],
        "disk": row["root_gb"],
        "ephemeral": row["ephemeral_gb"],
        "swap": row["swap_mb"],
        "original_name": row["flavor_name"],
    }
    if ask.allows(EXTRA_SPECS):
        flavor["extra_specs"] = wire.fragment(row["flavor_extra_specs_text"])
    return flavor


_EMBEDDED = (
    "vcpus",
    "memory_mb",
    "root_gb",
    "ephemeral_gb",
    "swap_mb",
    "flavor_name",
    "flavor_extra_specs_text",
)


def _addresses(row: Row, ask: ComputeAsk) -> Any:
    # Nova: addresses are hidden while the server is building.
    return {} if row["vm_state"] == "building" else wire.fragment(row["addresses_text"])


def _addresses_brief(row: Row, ask: ComputeAsk) -> Any:
    if row["vm_state"] == "building":
        return {}
    return {
        name: [{"version": a["version"], "addr": a["addr"]} for a in addresses]
        for name, addresses in orjson.loads(row["addresses_text"]).items()
    }


@lru_cache(maxsize=4096)
def host_id(project_id: str, host: str) -> str:
    """What a project is told of a host: enough to tell it from others."""
    return hashlib.sha224((project_id + host).encode()).hexdigest()


def _host_id(row: Row, ask: ComputeAsk) -> str:
    if not row["host"]:
        return ""
    return host_id(row["project_id"], row["host"])


def _has_progress(row: Row, ask: ComputeAsk) -> bool:
    return status(row, ask) in _WITH_PROGRESS


def _fault(row: Row, ask: ComputeAsk) -> Any:
    fault = ask.related["faults"][row["id"]]
    shown = {"code": fault["code"], "created": fault["created_at"], "message": fault["message"]}
    if fault["details"] and (ask.context.is_admin or fault["code"] != 500):
        shown["details"] = fault["details"]
    return shown


def _has_fault(row: Row, ask: ComputeAsk) -> bool:
    return status(row, ask) in _WITH_FAULT and row["id"] in ask.related["faults"]


def _zone(row: Row, ask: ComputeAsk) -> str:
    # Nova: the zone is that of the host, whatever was asked for.
    if row["host"]:
        return str(ask.related["zones"].get(row["host"]) or zones.default_zone())
    return row["availability_zone"] or ""


def _volumes(row: Row, ask: ComputeAsk) -> Any:
    return [{"id": device["volume_id"]} for device in ask.related["volumes"].get(row["id"], ())]


def _volumes_with_fate(row: Row, ask: ComputeAsk) -> Any:
    return [
        {"id": device["volume_id"], "delete_on_termination": device["delete_on_termination"]}
        for device in ask.related["volumes"].get(row["id"], ())
    ]


def _instance_name(row: Row, ask: ComputeAsk) -> str:
    return f"instance-{row['id']:08x}"


def _seconds(column: str) -> Attr:
    text = f"{column}_text"
    return Attr(lambda row, ask: seconds_of(row[text]), needs=text)


def _micros(column: str, key: str) -> Attr:
    text = f"{column}_text"
    return Attr(lambda row, ask: micros_of(row[text]), key=key, needs=text)


def _host_status(row: Row, ask: ComputeAsk) -> str:
    # Nova: nobody looks for the services of a deleted server.
    if not row["host"] or row["deleted"]:
        return ""
    return str(ask.related["host_status"].get(row["host"], "UNKNOWN"))


def _hints(row: Row, ask: ComputeAsk) -> Any:
    # Nova: whoever gives one value is shown a list of one.
    text = row["scheduler_hints_text"]
    if text == "{}":
        return {}
    return {
        name: value if isinstance(value, list) else [value]
        for name, value in orjson.loads(text).items()
    }


def _shows_host_status(row: Row, ask: ComputeAsk) -> bool:
    if ask.allows(HOST_STATUS):
        return True
    return ask.allows(HOST_STATUS_UNKNOWN) and _host_status(row, ask) == "UNKNOWN"


def _may_see_hostname_already(row: Row, ask: ComputeAsk) -> bool:
    return not ask.allows(ATTRIBUTES)


class ServerInList(Shape):
    """/servers"""

    id = Attr("uuid")
    name = Attr()
    links = Attr(_links)


class _Core(Shape):
    """What answers to every request about a server have."""

    id = Attr("uuid")
    name = Attr()
    status = Attr(status, needs=_STATE)
    tenant_id = Attr("project_id")
    user_id = Attr()
    metadata = Attr(lambda row, ask: wire.fragment(row["metadata_text"]), needs="metadata_text")
    hostId = Attr(_host_id, needs=("host", "project_id"))
    image = (
        Attr(_image, until="2.97", needs="image_ref"),
        Attr(_image_with_properties, since="2.98", needs=("image_ref", "image_properties_text")),
    )
    flavor = (
        Attr(_flavor_link, until="2.46", needs="flavor_id"),
        Attr(_flavor_embedded, since="2.47", needs=_EMBEDDED),
    )
    created = _seconds("created_at")
    updated = _seconds("updated_at")
    accessIPv4 = Attr(lambda row, ask: row["access_ip_v4"] or "", needs="access_ip_v4")
    accessIPv6 = Attr(lambda row, ask: row["access_ip_v6"] or "", needs="access_ip_v6")
    links = Attr(_links)
    disk_config = Attr(key="OS-DCF:diskConfig")
    progress = Attr(when=_has_progress)
    fault = Attr(_fault, when=_has_fault, needs=("id", "faults"))
    locked = Attr(lambda row, ask: bool(row["locked_by"]), since="2.9", needs="locked_by")
    description = Attr(since="2.19")
    tags = Attr(
        lambda row, ask: ask.related["tags"].get(row["id"], []), since="2.26", needs=("id", "tags")
    )
    trusted_image_certificates = Attr(
        lambda row, ask: wire.fragment(row["trusted_image_certificates_text"]),
        since="2.63",
        needs="trusted_image_certificates_text",
    )
    locked_reason = Attr(since="2.73")
    hostname = Attr(key="OS-EXT-SRV-ATTR:hostname", since="2.90", when=_may_see_hostname_already)
    pinned_availability_zone = Attr(since="2.96")
    scheduler_hints = Attr(_hints, since="2.100", needs="scheduler_hints_text")


_GROUPS = Attr(
    lambda row, ask: ask.related["groups"].get(row["uuid"], []),
    key="server_groups",
    since="2.71",
    needs=("uuid", "groups"),
)


class _More(Shape):
    """What a server shows beside that when it is looked at, and from 2.75 when it is changed."""

    addresses = Attr(_addresses, needs=("vm_state", "addresses_text"))
    zone = Attr(
        _zone, key="OS-EXT-AZ:availability_zone", needs=("host", "availability_zone", "zones")
    )
    config_drive = Attr()
    key_name = Attr()
    launched_at = _micros("launched_at", "OS-SRV-USG:launched_at")
    terminated_at = _micros("terminated_at", "OS-SRV-USG:terminated_at")
    security_groups = Attr(
        lambda row, ask: wire.fragment(row["security_groups_text"]),
        needs="security_groups_text",
        when=lambda row, ask: row["security_groups_text"] != "[]",
    )
    host = Attr(key="OS-EXT-SRV-ATTR:host", policy=ATTRIBUTES)
    instance_name = Attr(
        _instance_name, key="OS-EXT-SRV-ATTR:instance_name", policy=ATTRIBUTES, needs="id"
    )
    node = Attr(key="OS-EXT-SRV-ATTR:hypervisor_hostname", policy=ATTRIBUTES)
    hostname = Attr(key="OS-EXT-SRV-ATTR:hostname", since="2.3", policy=ATTRIBUTES)
    kernel_id = Attr(key="OS-EXT-SRV-ATTR:kernel_id", since="2.3", policy=ATTRIBUTES)
    launch_index = Attr(key="OS-EXT-SRV-ATTR:launch_index", since="2.3", policy=ATTRIBUTES)
    ramdisk_id = Attr(key="OS-EXT-SRV-ATTR:ramdisk_id", since="2.3", policy=ATTRIBUTES)
    reservation_id = Attr(key="OS-EXT-SRV-ATTR:reservation_id", since="2.3", policy=ATTRIBUTES)
    root_device_name = Attr(key="OS-EXT-SRV-ATTR:root_device_name", since="2.3", policy=ATTRIBUTES)
    user_data = Attr(key="OS-EXT-SRV-ATTR:user_data", since="2.3", policy=ATTRIBUTES)
    task_state = Attr(key="OS-EXT-STS:task_state")
    vm_state = Attr(key="OS-EXT-STS:vm_state")
    power_state = Attr(key="OS-EXT-STS:power_state")
    volumes_attached = (
        Attr(
            _volumes,
            key="os-extended-volumes:volumes_attached",
            until="2.2",
            needs=("id", "volumes"),
        ),
        Attr(
            _volumes_with_fate,
            key="os-extended-volumes:volumes_attached",
            since="2.3",
            needs=("id", "volumes"),
        ),
    )
    host_status = Attr(
        _host_status,
        since="2.16",
        needs=("host", "deleted", "host_status"),
        when=_shows_host_status,
    )


class ServerDetail(Shape):
    """/servers/detail"""

    attrs = (*_Core.attrs, *_More.attrs)


class ServerShown(Shape):
    """/servers/{id}"""

    attrs = (*_Core.attrs, *_More.attrs, _GROUPS)


class ServerUpdated(Shape):
    """PUT /servers/{id}: the core until 2.74, all of it from 2.75."""

    addresses = Attr(_addresses_brief, until="2.74", needs=("vm_state", "addresses_text"))
    attrs = (*_Core.attrs, _GROUPS, *(a.later("2.75") for a in _More.attrs if a.last is None))


class ServerRebuilt(Shape):
    """The answer to rebuild: as of an update, and what 2.54 and 2.57 let it change.

    Nova: a rebuild never shows user_data among the attributes for administrators.
    """

    addresses = Attr(_addresses_brief, until="2.74", needs=("vm_state", "addresses_text"))
    key_name = Attr(since="2.54")
    user_data = Attr(since="2.57")
    attrs = (
        *_Core.attrs,
        _GROUPS,
        *(
            attr.later("2.75")
            for attr in _More.attrs
            if attr.key not in ("key_name", "OS-EXT-SRV-ATTR:user_data") and attr.last is None
        ),
    )


class ServerCreated(Shape):
    """POST /servers"""

    id = Attr("uuid")
    links = Attr(_links)
    disk_config = Attr(key="OS-DCF:diskConfig")
