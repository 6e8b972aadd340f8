"""Trunks: a port that carries others."""

from typing import Any

from django.db import IntegrityError, transaction

from cloud.network import errors
from cloud.network.domain import bindings, quotas, standard
from cloud.network.models import Port, Subport, Trunk
from middleware.context import RequestContext

Values = dict[str, Any]
SUBPORT_OWNER = "trunk:subport"


def create(context: RequestContext, values: Values) -> Trunk:
    """Make a port the parent of a trunk."""
    with transaction.atomic():
        quotas.check("trunk", values["project_id"])
        parent = _port(context, values["port_id"])
        _refuse_taken(parent)
        if parent.host_id and parent.device_owner.startswith("compute:"):
            raise errors.ParentPortInUse(port_id=parent.id)
        trunk = standard.add(Trunk, standard.columns(values, Trunk), status=parent.status)
        _carry(context, trunk, parent, values["sub_ports"])
        return trunk


def change(trunk: Trunk, values: Values) -> None:
    with transaction.atomic():
        standard.change(trunk, standard.columns(values, Trunk), lazily=True)


def remove(trunk: Trunk) -> None:
    """Delete a trunk whose parent is not in use."""
    with transaction.atomic():
        _refuse_disabled(trunk)
        if trunk.port.host_id and trunk.port.device_id:
            raise errors.TrunkInUse(trunk_id=trunk.id)
        _release(Subport.objects.filter(trunk=trunk))
        standard.discard(trunk)


def add_subports(context: RequestContext, trunk: Trunk, wanted: list[Values]) -> None:
    """Put ports under a trunk."""
    with transaction.atomic():
        _refuse_disabled(trunk)
        _carry(context, trunk, trunk.port, wanted)
        standard.change(trunk, {})


def remove_subports(trunk: Trunk, gone: list[Values]) -> None:
    """Take ports from under a trunk."""
    with transaction.atomic():
        _refuse_disabled(trunk)
        for subport in gone:
            found = Subport.objects.filter(trunk=trunk, port_id=subport["port_id"])
            if not found.exists():
                raise errors.SubPortNotFound(trunk_id=trunk.id, port_id=subport["port_id"])
            _release(found)
        standard.change(trunk, {})


def shown(trunk_ids: list[str]) -> dict[str, list[Values]]:
    """The subports of trunks."""
    found: dict[str, list[Values]] = {id: [] for id in trunk_ids}
    for subport in Subport.objects.filter(trunk_id__in=trunk_ids).order_by("id"):
        found[subport.trunk_id].append(
            {
                "port_id": subport.port_id,
                "segmentation_type": subport.segmentation_type,
                "segmentation_id": subport.segmentation_id,
            }
        )
    return found


def _refuse_disabled(trunk: Trunk) -> None:
    if not trunk.admin_state_up:
        raise errors.TrunkDisabled(trunk_id=trunk.id)


def _port(context: RequestContext, port_id: str) -> Port:
    found = Port.objects.filter(id=port_id)
    if not context.is_admin:
        found = found.filter(project_id=context.project_id)
    port = found.first()
    if port is None:
        raise errors.PortNotFound(port_id=port_id)
    return port


def _refuse_taken(port: Port) -> None:
    if Subport.objects.filter(port=port).exists():
        raise errors.TrunkPortInUse(port_id=port.id)
    if Trunk.objects.filter(port=port).exists():
        raise errors.ParentPortInUse(port_id=port.id)


def _carry(context: RequestContext, trunk: Trunk, parent: Port, wanted: list[Values]) -> None:
    segmentations = [_segmentation(context, parent, subport) for subport in wanted]
    for subport, (kind, number) in zip(wanted, segmentations, strict=True):
        port = _port(context, subport["port_id"])
        _refuse_taken(port)
        if port.host_id or port.device_id:
            raise errors.PortInUse(
                port_id=port.id, net_id=port.network_id, device_id=port.device_id
            )
        try:
            with transaction.atomic():
                Subport.objects.create(
                    trunk=trunk, port=port, segmentation_type=kind, segmentation_id=number
                )
        except IntegrityError:
            raise errors.DuplicateSubPort(
                segmentation_type=kind, segmentation_id=number, trunk_id=trunk.id
            ) from None
        bindings.bind(port, parent.host_id)
        standard.change(
            port,
            {"device_owner": SUBPORT_OWNER, "device_id": trunk.id, "status": parent.status},
        )


def _segmentation(context: RequestContext, parent: Port, subport: Values) -> tuple[str, int]:
    if subport["port_id"] == parent.id:
        raise errors.ParentPortInUse(port_id=parent.id)
    kind, number = subport.get("segmentation_type"), subport.get("segmentation_id")
    if kind == "inherit":
        network = _port(context, subport["port_id"]).network
        return str(network.network_type), int(network.segmentation_id or 0)
    if kind is None or number is None:
        raise errors.InvalidInput(
            error_message=(
                f"Invalid subport details '{subport}': missing segmentation information. "
                "Must specify both segmentation_id and segmentation_type"
            )
        )
    try:
        number = int(number)
    except (TypeError, ValueError):
        number = 0
    if kind != "vlan":
        raise errors.InvalidInput(error_message=f"Unknown segmentation_type '{kind}'")
    if not 1 <= number <= 4094:
        raise errors.InvalidInput(
            error_message=f"Segmentation ID '{subport['segmentation_id']}' is not in range"
        )
    return kind, number


def _release(subports: Any) -> None:
    ids = list(subports.values_list("port_id", flat=True))
    subports.delete()
    for port in Port.objects.filter(id__in=ids):
        bindings.bind(port, "")
        standard.change(port, {"device_owner": "", "device_id": "", "status": "DOWN"})
