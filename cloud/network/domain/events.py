"""What compute is told of ports: collected in a transaction, sent after its commit."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from cloud.network.models import Port

COMPUTE = "compute:"


def plugged(port: Port) -> None:
    _send(port, "network-vif-plugged", status="completed", tag=port.id)


def unplugged(port: Port) -> None:
    _send(port, "network-vif-unplugged", status="completed", tag=port.id)


def deleted(port: Port) -> None:
    _send(port, "network-vif-deleted", tag=port.id)


def changed(port: Port) -> None:
    """Addresses of a port, or the floating ip on it, are others now."""
    _send(port, "network-changed", tag=port.id)


def _send(port: Port, name: str, **more: Any) -> None:
    if not port.device_owner.startswith(COMPUTE) or not port.device_id:
        return
    path = getattr(settings, "NETWORK_EVENTS", None)
    if path:
        event = {"name": name, "server_uuid": port.device_id, **more}
        transaction.on_commit(lambda: import_string(path)([event]))
