"""What follows a server to another host: its ports are bound and its volumes attached there."""

from typing import Any

from django.db import transaction

from compute.clients.volume import volume
from compute.domain import networking, storage
from compute.models import BlockDevice, Server
from compute.virt import registry
from middleware.context import RequestContext


def follow(context: RequestContext, server: Server, host: str) -> dict[str, Any]:
    """Bind and attach everything at the host; return the columns that show the ports."""
    networking.rebind(context, server, host)
    attach_volumes(context, server, host)
    return networking.refresh(context, server)


def attach_volumes(context: RequestContext, server: Server, host: str) -> None:
    """Give every volume an attachment to the host in the place of the one it has."""
    acting = storage.acting_for(context, server)
    connector = registry.driver(host).connector()
    for row in storage.devices_of(server):
        if not row.is_volume or row.volume_id is None:
            continue
        if row.connection_info or row.attachment_id is None:
            storage.settle(acting, row)
            with transaction.atomic():
                made = volume().attachment_create(acting, row.volume_id, server.uuid)
                storage.detach(acting, row)
                row.attachment_id = str(made["id"])
                BlockDevice.objects.filter(pk=row.pk).update(attachment_id=row.attachment_id)
        # What a shelved server has of its volumes knows of no host yet, and can be had as it is.
        storage.attach(acting, server, row, connector)


def release_volumes(context: RequestContext, server: Server) -> None:
    """Keep every volume for the server, without a host: what a shelved server has of them."""
    acting = storage.acting_for(context, server)
    for row in storage.devices_of(server):
        if not row.is_volume or row.volume_id is None:
            continue
        storage.settle(acting, row)
        with transaction.atomic():
            made = volume().attachment_create(acting, row.volume_id, server.uuid)
            storage.detach(acting, row)
            BlockDevice.objects.filter(pk=row.pk).update(
                attachment_id=str(made["id"]), connection_info=None
            )
