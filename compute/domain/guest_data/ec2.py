"""The EC2 tree: one value a path, and lists of the names below a path."""

from typing import Any, Final

from compute.domain.guest_data.facts import Facts

VERSIONS: Final = (
    "1.0",
    "2007-01-19",
    "2007-03-01",
    "2007-08-29",
    "2007-10-10",
    "2007-12-15",
    "2008-02-01",
    "2008-09-01",
    "2009-04-04",
)
LATEST: Final = "latest"
LISTED: Final = (*VERSIONS, LATEST)


def tree(facts: Facts, version: str) -> dict[str, Any]:
    """Everything at a version: {"meta-data": …, "user-data": …}; a KeyError for no version."""
    if version == LATEST:
        version = VERSIONS[-1]
    elif version not in VERSIONS:
        raise KeyError(version)
    found: dict[str, Any] = {"meta-data": _meta_data(facts, version)}
    if facts.user_data is not None:
        found["user-data"] = facts.user_data
    return found


def _meta_data(facts: Facts, version: str) -> dict[str, Any]:
    server = facts.server
    fixed, floating = facts.addresses("fixed"), facts.addresses("floating")
    found: dict[str, Any] = {
        "ami-id": image_id("ami", server.image_ref),
        "ami-launch-index": server.launch_index,
        "ami-manifest-path": "FIXME",
        "instance-id": f"i-{server.id:08x}",
        "hostname": facts.hostname,
        "local-ipv4": fixed[0] if fixed else facts.address,
        "reservation-id": server.reservation_id,
        "security-groups": list(facts.security_groups),
    }
    if server.key_name:
        found["public-keys"] = {
            "0": {
                "_name": f"0={server.key_name}",
                "openssh-key": server.key["public_key"] if server.key else None,
            }
        }
    # Of equal length all, 1.0 comes before the dates.
    if version >= "2007-01-19":
        found["local-hostname"] = facts.hostname
        found["public-hostname"] = facts.hostname
        found["public-ipv4"] = floating[0] if floating else ""
    if version >= "2007-08-29":
        found["instance-type"] = server.flavor_name
    if version >= "2007-12-15":
        found["block-device-mapping"] = facts.disk_names()
        for kind, prefix in (("kernel", "aki"), ("ramdisk", "ari")):
            number = image_id(prefix, getattr(server, f"{kind}_id"))
            if number:
                found[f"{kind}-id"] = number
    if version >= "2008-02-01":
        found["placement"] = {"availability-zone": server.availability_zone}
    if version >= "2008-09-01":
        found["instance-action"] = "none"
    return found


def image_id(prefix: str, uuid: str) -> str | None:
    """An image's name for EC2, made of the beginning of its uuid.

    Nova counts the images that anybody has asked for, and keeps a table of that.
    """
    return f"{prefix}-{uuid.replace('-', '')[:8]}" if uuid else None


def find(found: Any, path: list[str]) -> Any:
    """What stands at a path of the tree; a KeyError when nothing does.

    Nova: to go on from a value ends in a TypeError, which nobody catches.
    """
    for index, name in enumerate(path):
        if isinstance(found, (dict, list)):
            if name not in found:
                raise KeyError(name)
        elif index != len(path) - 1:
            raise KeyError(name)
        found = found[name]
    return found


def printed(found: Any) -> bytes:
    """A value as it is; a list or the names below a path one a line."""
    if isinstance(found, bytes):
        return found
    if isinstance(found, dict):
        found = [_entry(name, found[name]) for name in sorted(found) if name != "_name"]
    if isinstance(found, (list, tuple)):
        return "\n".join(found).encode()
    return str(found).encode()


def _entry(name: str, below: Any) -> str:
    if not isinstance(below, dict):
        return name
    # A key is listed as `0=its name`, and its directory is called 0.
    return str(below["_name"]) if "_name" in below else f"{name}/"
