"""Where a port is plugged in: its active binding, and those that live migration prepares."""

from typing import Any

from django.db import IntegrityError, transaction

from cloud.network import errors
from cloud.network.domain import events, standard
from cloud.network.models import Port, PortBinding, Subport, Trunk

Values = dict[str, Any]
UNBOUND = "unbound"
VIF_TYPE = "ovs"
VIF_DETAILS = {
    "connectivity": "l2",
    "port_filter": True,
    "ovs_hybrid_plug": False,
    "ovs_create_tap": True,
    "datapath_type": "system",
    "bridge_name": "br-int",
}
# Where the simulated agents live, and with them the ports of routers.
NETWORK_HOST = "network-0"


def vif(host: str) -> Values:
    """What a binding to `host` looks like."""
    if not host:
        return {"vif_type": UNBOUND, "vif_details": {}}
    return {"vif_type": VIF_TYPE, "vif_details": dict(VIF_DETAILS)}


def status_of(port: Port) -> str:
    """A port is up when it is bound, somebody is behind it, and nobody has put it down."""
    bound = port.host_id and port.vif_type not in (UNBOUND, "binding_failed")
    return "ACTIVE" if bound and port.device_owner and port.admin_state_up else "DOWN"


def bind(port: Port, host: str) -> None:
    """Set a port's binding, without saving it."""
    port.host_id = host
    for key, value in vif(host).items():
        setattr(port, key, value)


def announce(port: Port, was: str) -> None:
    """Tell compute, and carry the new status over to what hangs on the port."""
    if port.status == was:
        return
    if port.status == "ACTIVE":
        events.plugged(port)
    elif was == "ACTIVE":
        events.unplugged(port)
    trunk = Trunk.objects.filter(port_id=port.id).first()
    if trunk is not None:
        follow(trunk, port)


def follow(trunk: Trunk, parent: Port) -> None:
    """A trunk and its subports are bound where the parent is."""
    Trunk.objects.filter(id=trunk.id).update(status=parent.status)
    carried = Port.objects.filter(id__in=Subport.objects.filter(trunk=trunk).values("port_id"))
    carried.update(status=parent.status, host_id=parent.host_id, **vif(parent.host_id))


# Prepared bindings


def profile_of(profile: Values | None, trusted: bool | None) -> Values:
    """A binding's profile, which also says whether the port is trusted, if somebody said so."""
    return (profile or {}) | ({} if trusted is None else {"trusted": trusted})


def listed(port: Port) -> list[Values]:
    """Every binding of a port, the active one first."""
    shown = []
    if port.host_id:
        shown.append(
            {
                "host": port.host_id,
                "vif_type": port.vif_type,
                "vif_details": port.vif_details,
                "vnic_type": port.vnic_type,
                "profile": profile_of(port.binding_profile, port.trusted),
                "status": "ACTIVE",
            }
        )
    prepared = PortBinding.objects.filter(port=port).order_by("id")
    return shown + [_shown(binding) for binding in prepared]


def _shown(binding: PortBinding) -> Values:
    return {
        "host": binding.host,
        "vif_type": binding.vif_type,
        "vif_details": binding.vif_details,
        "vnic_type": binding.vnic_type,
        "profile": binding.profile,
        "status": "INACTIVE",
    }


def prepare(port: Port, *, host: str, vnic_type: str, profile: Values) -> Values:
    """Make an inactive binding."""
    if host == port.host_id:
        raise errors.PortBindingAlreadyExists(port_id=port.id, host=host)
    try:
        with transaction.atomic():
            binding = PortBinding.objects.create(
                port=port, host=host, vnic_type=vnic_type, profile=profile, **vif(host)
            )
    except IntegrityError:
        raise errors.PortBindingAlreadyExists(port_id=port.id, host=host) from None
    return _shown(binding)


def change(port: Port, host: str, values: Values) -> Values:
    """Change what an inactive binding says."""
    with transaction.atomic():
        binding = _prepared(port, host)
        for key in ("vnic_type", "profile"):
            if key in values:
                setattr(binding, key, values[key])
        binding.save()
        return _shown(binding)


def cancel(port: Port, host: str) -> None:
    """Drop a binding; without its active one a port is unbound."""
    with transaction.atomic():
        if host == port.host_id:
            was = port.status
            bind(port, "")
            standard.change(port, {"status": "DOWN"})
            announce(port, was)
            return
        _prepared(port, host).delete()


def activate(port: Port, host: str) -> Values:
    """Make a prepared binding the active one; the active one becomes a prepared one."""
    with transaction.atomic():
        if host == port.host_id:
            raise errors.PortBindingAlreadyActive(port_id=port.id, host=host)
        binding = _prepared(port, host)
        binding.delete()
        if port.host_id:
            PortBinding.objects.create(
                port=port,
                host=port.host_id,
                vnic_type=port.vnic_type,
                profile=port.binding_profile,
                **vif(port.host_id),
            )
        was = port.status
        bind(port, host)
        port.vnic_type, port.binding_profile = binding.vnic_type, binding.profile
        standard.change(port, {"status": status_of(port)})
        announce(port, was)
        trunk = Trunk.objects.filter(port_id=port.id).first()
        if trunk is not None:
            follow(trunk, port)
        return _shown(binding) | {"status": "ACTIVE"}


def _prepared(port: Port, host: str) -> PortBinding:
    binding = PortBinding.objects.filter(port=port, host=host).first()
    if binding is None:
        raise errors.PortBindingNotFound(port_id=port.id, host=host)
    return binding
