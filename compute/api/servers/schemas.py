"""What clients may send to /servers: bodies of create and update, and the actions' own bodies."""

from typing import Any

from compute.api import types
from versioned.versions import changing, since, until

Type = dict[str, Any]

_name = changing({"2.0": types.padded_name, "2.1": types.name})
_hostname = changing({"2.90": types.hostname, "2.94": types.fqdn})

# Block devices

_legacy_block_device: dict[str, Any] = {
    "virtual_name": types.text(high=255),
    "volume_id": types.uuid,
    "snapshot_id": types.uuid,
    "volume_size": types.volume_size,
    "device_name": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255,
        "pattern": "^[a-zA-Z0-9._/-]*$",
    },
    "delete_on_termination": types.boolean,
    "no_device": types.anything,
    "connection_info": types.text(high=16777215),
}
_block_device: dict[str, Any] = {
    **_legacy_block_device,
    "source_type": types.one_of("volume", "image", "snapshot", "blank"),
    "uuid": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[a-zA-Z0-9._-]*$"},
    "image_id": types.uuid,
    "destination_type": types.one_of("local", "volume"),
    "guest_format": types.text(high=255),
    "device_type": types.text(high=255),
    "disk_bus": types.text(high=255),
    "boot_index": {"type": ["integer", "string", "null"], "pattern": "^-?[0-9]+$"},
    # Nova: a tag on a block device was accepted in exactly 2.32 by mistake, and again from 2.42.
    "tag": changing({"2.32": types.tag, "2.33": None, "2.42": types.tag}),
    "volume_type": since("2.67", types.volume_type),
}

# Networks

_port: Type = {"type": ["string", "null"], "format": "uuid"}
# Nova: the tag of a network was lost between 2.37 and 2.41, by mistake.
_tag = changing({"2.32": types.tag, "2.37": None, "2.42": types.tag})
_network = types.closed(
    {
        "fixed_ip": types.ip_address,
        "port": _port,
        "uuid": changing({"2.0": types.string, "2.37": types.uuid}),
        "tag": _tag,
    }
)
_networks = changing(
    {
        "2.0": types.list_of(_network),
        "2.37": {"oneOf": [types.list_of(_network), types.one_of("none", "auto")]},
    }
)

# Hints

_uuid_or_list: Type = {"oneOf": [types.uuid, types.list_of(types.uuid)]}
_hints: Type = {
    "type": "object",
    "properties": {
        "group": {"oneOf": [types.list_of(types.uuid), types.uuid]},
        "different_host": _uuid_or_list,
        "same_host": {"type": ["string", "array"], "items": types.uuid},
        "query": {"type": ["string", "object"]},
        "target_cell": types.name,
        "different_cell": {"type": ["string", "array"], "items": types.string},
        "build_near_host_ip": types.ip_address,
        "cidr": types.pattern("^/[0-9a-f.:]+$"),
    },
    "additionalProperties": True,
}

_user_data: Type = {"type": "string", "format": "base64", "maxLength": 65535}
_user_data_or_none: Type = {**_user_data, "type": ["string", "null"]}

CREATE: Type = {
    "type": "object",
    "properties": {
        "server": {
            "type": "object",
            "properties": {
                "name": _name,
                "imageRef": types.image_or_nothing,
                "flavorRef": types.flavor_ref,
                "adminPass": types.string,
                "metadata": types.metadata,
                "networks": _networks,
                "OS-DCF:diskConfig": types.disk_config,
                "accessIPv4": types.ipv4,
                "accessIPv6": types.ipv6,
                "personality": until("2.56", types.personality),
                "availability_zone": _name,
                "block_device_mapping": types.list_of(types.closed(_legacy_block_device)),
                "block_device_mapping_v2": types.list_of(types.closed(_block_device)),
                "config_drive": types.boolean,
                "key_name": _name,
                "min_count": types.positive_integer,
                "max_count": types.positive_integer,
                "return_reservation_id": types.boolean,
                "security_groups": types.list_of(types.closed({"name": _name})),
                "user_data": changing({"2.0": _user_data_or_none, "2.1": _user_data}),
                "description": since("2.19", types.description),
                "tags": since("2.52", types.list_of(types.tag, maxItems=50)),
                "trusted_image_certificates": since("2.63", types.trusted_certificates),
                "host": since("2.74", types.fqdn),
                "hypervisor_hostname": since("2.74", types.fqdn),
                "hostname": _hostname,
            },
            "required": ["name", "flavorRef", since("2.37", "networks")],
            "additionalProperties": False,
        },
        "os:scheduler_hints": _hints,
        "OS-SCH-HNT:scheduler_hints": _hints,
    },
    "required": ["server"],
    "additionalProperties": False,
}


def _envelope(name: str, inside: Any) -> Type:
    return types.closed({name: inside}, [name])


UPDATE = _envelope(
    "server",
    types.closed(
        {
            "name": _name,
            "OS-DCF:diskConfig": types.disk_config,
            "accessIPv4": types.ipv4,
            "accessIPv6": types.ipv6,
            "description": since("2.19", types.description),
            "hostname": _hostname,
            "pinned_availability_zone": since("2.104", types.name_or_none),
        }
    ),
)

REBUILD = _envelope(
    "rebuild",
    types.closed(
        {
            "name": _name,
            "imageRef": types.uuid,
            "adminPass": types.string,
            "metadata": types.metadata,
            "preserve_ephemeral": types.boolean,
            "OS-DCF:diskConfig": types.disk_config,
            "accessIPv4": types.ipv4,
            "accessIPv6": types.ipv6,
            "personality": until("2.56", types.personality),
            "description": since("2.19", types.description),
            "key_name": since("2.54", types.name_or_none),
            "user_data": since("2.57", _user_data_or_none),
            "trusted_image_certificates": since("2.63", types.trusted_certificates),
            "hostname": _hostname,
        },
        ["imageRef"],
    ),
)

RESIZE = _envelope(
    "resize",
    types.closed(
        {"flavorRef": types.flavor_ref, "OS-DCF:diskConfig": types.disk_config}, ["flavorRef"]
    ),
)
CREATE_IMAGE = _envelope(
    "createImage", types.closed({"name": types.name, "metadata": types.metadata}, ["name"])
)
REBOOT = _envelope(
    "reboot",
    types.closed({"type": types.one_of("HARD", "Hard", "hard", "SOFT", "Soft", "soft")}, ["type"]),
)
TRIGGER_CRASH_DUMP = _envelope("trigger_crash_dump", {"type": "null"})


def bare(name: str) -> Type:
    """The body of an action whose value does not matter."""
    return _envelope(name, types.anything)


# Queries

_HIDDEN_SORT_KEYS = (
    "architecture",
    "cell_name",
    "cleaned",
    "default_ephemeral_device",
    "default_swap_device",
    "deleted",
    "deleted_at",
    "disable_terminate",
    "ephemeral_gb",
    "ephemeral_key_uuid",
    "id",
    "key_data",
    "launched_on",
    "locked",
    "memory_mb",
    "os_type",
    "reservation_id",
    "root_gb",
    "shutdown_terminate",
    "user_data",
    "vcpus",
    "vm_mode",
)
SORT_KEYS = (
    "access_ip_v4",
    "access_ip_v6",
    "auto_disk_config",
    "availability_zone",
    "config_drive",
    "created_at",
    "display_description",
    "display_name",
    "host",
    "hostname",
    "image_ref",
    "instance_type_id",
    "kernel_id",
    "key_name",
    "launch_index",
    "launched_at",
    "locked_by",
    "node",
    "power_state",
    "progress",
    "project_id",
    "ramdisk_id",
    "root_device_name",
    "task_state",
    "terminated_at",
    "updated_at",
    "user_id",
    "uuid",
    "vm_state",
)
JOINED = (
    "block_device_mapping",
    "services",
    "metadata",
    "system_metadata",
    "info_cache",
    "security_groups",
    "pci_devices",
)


def hidden_sort_keys(version: tuple[int, int]) -> frozenset[str]:
    """Sort keys that are accepted and ignored."""
    hidden = set(_HIDDEN_SORT_KEYS)
    if version >= (2, 73):
        hidden.discard("locked")
    return frozenset(hidden)


_sort_key = changing(
    {
        "2.0": types.one_of(*SORT_KEYS, *_HIDDEN_SORT_KEYS),
        "2.73": types.one_of(
            "locked", *SORT_KEYS, *(key for key in _HIDDEN_SORT_KEYS if key != "locked")
        ),
        "2.75": types.one_of("locked", *SORT_KEYS),
    }
)

LIST: Type = {
    "type": "object",
    "properties": {
        "user_id": types.any_text,
        "project_id": types.any_text,
        "tenant_id": types.any_text,
        "launch_index": types.any_text,
        "image_ref": types.any_text,
        "image": types.any_text,
        "kernel_id": types.any_regex,
        "ramdisk_id": types.any_regex,
        "hostname": types.any_regex,
        "key_name": types.any_regex,
        "power_state": types.any_regex,
        "vm_state": types.any_text,
        "task_state": types.any_text,
        "host": types.any_text,
        "node": types.any_regex,
        "flavor": types.any_regex,
        "reservation_id": types.any_regex,
        "launched_at": types.any_regex,
        "terminated_at": types.any_regex,
        "availability_zone": types.any_regex,
        "name": types.any_regex,
        "display_name": types.any_regex,
        "description": types.any_regex,
        "display_description": types.any_regex,
        "locked_by": types.any_regex,
        "uuid": types.any_text,
        "root_device_name": types.any_regex,
        "config_drive": types.any_regex,
        "access_ip_v4": types.any_regex,
        "access_ip_v6": types.any_regex,
        "auto_disk_config": types.any_regex,
        "progress": types.any_regex,
        "sort_key": types.many(_sort_key),  # type: ignore[arg-type]
        "sort_dir": types.any_text,
        "all_tenants": types.any_text,
        "soft_deleted": types.any_text,
        "deleted": types.any_text,
        "status": types.any_text,
        "changes-since": types.many({"type": "string", "format": "date-time"}),
        "ip": types.any_regex,
        "ip6": types.any_regex,
        "created_at": types.any_regex,
        # Joined tables are let through, to be refused by name.
        **dict.fromkeys(JOINED, types.any_text),
        **types.paging,
        "tags": since("2.26", types.any_regex),
        "tags-any": since("2.26", types.any_regex),
        "not-tags": since("2.26", types.any_regex),
        "not-tags-any": since("2.26", types.any_regex),
        "changes-before": since("2.66", types.many({"type": "string", "format": "date-time"})),
        "locked": since("2.73", types.any_text),
    },
    "additionalProperties": changing({"2.0": True, "2.75": False}),
    "patternProperties": {"^_": types.any_text},
}

SHOW: Type = {
    "type": "object",
    "properties": {},
    "additionalProperties": changing({"2.0": True, "2.102": False}),
}
