"""Config drives: who gets one, and the documents on it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from types import MappingProxyType
from typing import Any

from django.conf import settings

from compute.domain.guest_data import ec2, facts, openstack, vendordata
from compute.domain.guest_data.conf import conf
from compute.models import Server

File = tuple[str, bytes]


def is_wanted(server: Server) -> bool:
    """Whether the server was asked to have one, its image insists, or every new server has one."""
    return bool(
        server.config_drive
        or (conf.force_config_drive and server.launched_at is None)
        or server.image_properties.get("img_config_drive") == "mandatory"
    )


def shown(server: Server) -> str:
    """What a server says of its drive once it has been spawned, and from then on.

    Nova: nova.virt.configdrive.update_instance.
    """
    return "True" if is_wanted(server) else server.config_drive


def files(
    server: Server,
    *,
    coming: Mapping[str, Any] = MappingProxyType({}),
    injected: Sequence[Mapping[str, str]] = (),
    admin_password: str | None = None,
) -> list[File]:
    """The paths and contents of the server's drive; none when it has no drive.

    `coming` are columns that the server gets when the work for which it is made is done.
    """
    if not is_wanted(server):
        return []
    server = copy(server)
    for name, value in coming.items():
        setattr(server, name, value)
    known = facts.gather(server, files=injected, admin_password=admin_password)
    return [*_ec2(known), *_openstack(known)]


def _ec2(known: facts.Facts) -> Iterator[File]:
    for version in ec2.LISTED:
        if version in conf.config_drive_skip_versions:
            continue
        found = ec2.tree(known, version)
        if "user-data" in found:
            yield f"ec2/{version}/user-data", found["user-data"]
        # Nova: the `_name` of public keys, which is meant for lists only, is in here.
        yield f"ec2/{version}/meta-data.json", openstack.dumped(found["meta-data"])


def _openstack(known: facts.Facts) -> Iterator[File]:
    together = openstack.document(known, openstack.VERSIONS[-1], openstack.VENDOR_DATA2)
    for listed in (*openstack.VERSIONS, openstack.LATEST):
        version = openstack.known(listed)
        for name in openstack.names(known, version):
            if name == openstack.PASSWORD:
                continue
            if name == openstack.META_DATA:
                content = openstack.dumped(openstack.meta_data(known, version, _seed))
            elif name == openstack.VENDOR_DATA2:
                # Targets are asked once a drive, not once a version.
                content = together
            elif name == openstack.VENDOR_DATA and not vendordata.is_static():
                continue
            else:
                content = openstack.document(known, version, name)
            yield f"openstack/{listed}/{name}", content
    for number, content in known.content.items():
        yield f"openstack/{openstack.CONTENT}/{number}", content


def _seed(known: facts.Facts) -> bytes:
    """The same for the same server: work that is done again makes the same drive again."""
    text = f"config drive {known.server.uuid} {settings.SECRET_KEY}"
    return hashlib.shake_256(text.encode()).digest(openstack.SEED_BYTES)
