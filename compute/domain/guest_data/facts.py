"""All that has to be looked up before a guest can be told anything, gathered once."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from compute.domain.guest_data import interfaces, vendordata
from compute.domain.guest_data.conf import conf
from compute.domain.guest_data.links import Link, look_up
from compute.models import BlockDevice, Server

# Nova: what it says of a server whose root disk has no name yet.
_USUAL_DISKS = {"ami": "sda1", "ephemeral0": "sda2", "root": "/dev/sda1", "swap": "sda3"}


@dataclass(slots=True)
class Facts:
    """One guest as it is told of itself; nothing in here asks anybody any more."""

    server: Server
    links: Sequence[Link]
    security_groups: Sequence[str]
    disks: Sequence[BlockDevice]
    # The address that the guest asked from, when it is known.
    address: str | None = None
    user_data: bytes | None = None
    vendor_data: Any = None
    # Documents by number: "0000".
    content: dict[str, bytes] = field(default_factory=dict)
    network_config: dict[str, str] | None = None
    files: list[dict[str, str]] = field(default_factory=list)
    # What only a config drive says.
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def hostname(self) -> str:
        domain = conf.dhcp_domain
        return f"{self.server.hostname}.{domain}" if domain else self.server.hostname

    def addresses(self, kind: str) -> list[str]:
        """The `fixed` or `floating` IPv4 addresses, in the order of the interfaces."""
        if kind == "floating":
            return [one for each in self.server.interfaces for one in each["floating_ips"]]
        return [
            fixed["ip_address"]
            for each in self.server.interfaces
            for fixed in each["fixed_ips"]
            if fixed["version"] == 4
        ]

    def disk_names(self) -> dict[str, str | None]:
        """The EC2 names of the disks."""
        root = self.server.root_device_name
        if root is None:
            return dict(_USUAL_DISKS)
        found: dict[str, str | None] = {"ami": root.removeprefix("/dev/"), "root": root}
        volumes = [disk.device_name for disk in self.disks if disk.is_volume]
        volumes.sort(key=lambda name: (name is not None, name))
        found.update((f"ebs{number}", name) for number, name in enumerate(volumes))
        blank = [d for d in self.disks if d.source_type == "blank" and not d.is_volume]
        found.update(("swap", d.device_name) for d in blank if d.guest_format == "swap")
        ephemeral = [d.device_name for d in blank if d.guest_format != "swap"]
        found.update((f"ephemeral{number}", name) for number, name in enumerate(ephemeral))
        return found


def gather(
    server: Server,
    address: str | None = None,
    *,
    files: Sequence[Mapping[str, str]] = (),
    admin_password: str | None = None,
) -> Facts:
    """Look everything up; `files` and the password are for config drives only."""
    links, groups = look_up(server)
    facts = Facts(
        server=server,
        links=links,
        security_groups=groups,
        disks=list(BlockDevice.objects.filter(server_id=server.pk).order_by("pk")),
        address=address,
        user_data=None if server.user_data is None else _decoded(server.user_data),
        vendor_data=vendordata.static(),
        extra={"admin_pass": admin_password} if admin_password else {},
    )
    written = interfaces.written(links) if conf.flat_injected else None
    if written:
        path = _add(facts, written.encode())
        facts.network_config = {"name": "network_config", "content_path": path}
    for each in files:
        path = _add(facts, _decoded(each["contents"]))
        facts.files.append({"path": each["path"], "content_path": path})
    return facts


def _add(facts: Facts, content: bytes) -> str:
    number = f"{len(facts.content):04}"
    facts.content[number] = content
    return f"/content/{number}"


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error:
        # The API has let it through, so it is there for a guest to complain about.
        return text.encode()
