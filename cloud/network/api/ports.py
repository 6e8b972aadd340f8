"""Ports.  /v2.0/ports"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from cloud.network import errors
from cloud.network.api import checks, converters, dns_checks, structure_checks
from cloud.network.api.resource import UNSET, Field, NetworkAsk, Rows
from cloud.network.api.standard import Tagged, flag, read_tags, shows_tags
from cloud.network.api.views import Items, NounViewSet, Values
from cloud.network.domain import bindings, ports, resource_requests, sharing
from cloud.network.models import (
    FixedIp,
    Network,
    Port,
    PortSecurityGroup,
    Subport,
    Trunk,
)
from middleware.context import RequestContext
from versioned.prepared import Prepared, Related

VNIC_TYPES = (
    "normal", "direct", "macvtap", "baremetal", "direct-physical", "virtio-forwarder",
    "smart-nic", "vdpa", "accelerator-direct", "accelerator-direct-physical", "remote-managed",
)  # fmt: skip


_FIXED_IPS = Related(
    lambda: FixedIp.objects.order_by("address", "subnet_id").values_list(
        "port_id", "subnet_id", "address"
    ),
    "port_id",
)
_GUARDS = Related(
    lambda: PortSecurityGroup.objects.order_by("id").values_list("port_id", "security_group_id"),
    "port_id",
)
_TRUNKS = Related(lambda: Trunk.objects.values_list("id", "port_id"), "port_id")
_NETWORK = Prepared(lambda id: Network.objects.filter(id=id), str)


def fixed_ips_of(rows: Rows, ask: NetworkAsk) -> Mapping[str, list[Values]]:
    """Related loader: the addresses of each port. Neutron: in the order of their texts."""
    found: dict[str, list[Values]] = {row["id"]: [] for row in rows}
    for port_id, subnet_id, address in _FIXED_IPS(list(found)):
        found[port_id].append({"subnet_id": subnet_id, "ip_address": address})
    return found


def _groups(rows: Rows, ask: NetworkAsk) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {row["id"]: [] for row in rows}
    for port_id, group_id in _GUARDS(list(found)):
        found[port_id].append(group_id)
    return found


def _trunks(rows: Rows, ask: NetworkAsk) -> Mapping[str, Values]:
    trunks = dict(_TRUNKS([row["id"] for row in rows]))
    found: dict[str, Values] = {
        port_id: {"trunk_id": trunk_id, "sub_ports": []} for trunk_id, port_id in trunks.items()
    }
    if trunks:
        carried = Subport.objects.filter(trunk_id__in=list(trunks)).select_related("port")
        for subport in carried:
            found[trunks[subport.trunk_id]]["sub_ports"].append(
                {
                    "port_id": subport.port_id,
                    "segmentation_type": subport.segmentation_type,
                    "segmentation_id": subport.segmentation_id,
                    "mac_address": subport.port.mac_address,
                }
            )
    return found


def _by_fixed_ips(values: list[str], context: RequestContext) -> Q:
    """fixed_ips=ip_address=…, fixed_ips=subnet_id=…, fixed_ips=ip_address_substr=…"""
    by: dict[str, list[str]] = {}
    for value in values:
        for part in value.split(","):
            key, sign, wanted = part.partition("=")
            if not sign:
                raise errors.InvalidInput(
                    error_message=f"'{part}' is not of the form <key>=[value]"
                )
            by.setdefault(key.strip(), []).append(wanted.strip())
    found = FixedIp.objects.all()
    if "ip_address" in by:
        found = found.filter(address__in=map(converters.to_address, by["ip_address"]))
    if "subnet_id" in by:
        found = found.filter(subnet_id__in=by["subnet_id"])
    for wanted in by.get("ip_address_substr", []):
        found = found.filter(address__contains=wanted)
    # Neutron: overlooks other keys.
    return Q(id__in=found.values("port_id"))


def _by_groups(values: list[str], context: RequestContext) -> Q:
    guards = PortSecurityGroup.objects.filter(security_group_id__in=values)
    return Q(id__in=guards.values("port_id"))


def _assignment(row: Values, ask: NetworkAsk) -> list[Values]:
    # Neutron: the port's own domain is for a DNS service outside, of which there is none.
    found = []
    for fixed in row["fixed_ips"]:
        dashed = fixed["ip_address"].replace(".", "-").replace(":", "-")
        name = row["dns_name"] or f"host-{dashed}"
        full = name if name.endswith(".") else f"{name}.{dns_checks.DOMAIN}"
        found.append({"ip_address": fixed["ip_address"], "hostname": name, "fqdn": full})
    return found


def _vif_details(row: Values, ask: NetworkAsk) -> Values:
    details: Values = row["vif_details"]
    # Neutron: which driver bound a port is known of ports, and not of their bindings.
    return details | {"bound_drivers": {"0": "openvswitch"}} if details else {}


def _binding(column: Any, key: str, **how: Any) -> Field:
    return Field(column, key=f"binding:{key}", **how)


class PortNoun(Tagged):
    member, plural, model = "port", "ports", Port
    is_core = True
    related = {
        **Tagged.related,
        "fixed_ips": fixed_ips_of,
        "security_groups": _groups,
        "trunk": _trunks,
        "request": lambda rows, ask: resource_requests.of_ports(rows),
    }

    network_id = Field(post=True, check=checks.uuid, filters=True, sort=True)
    admin_state_up = flag(post=True, put=True, sort=True)
    status = Field(filters=True, sort=True)
    mac_address = Field(
        post=True,
        put=True,
        default=UNSET,
        convert=lambda value: ports.any_mac() if value is None else converters.to_mac(value),
        check=checks.mac,
        filters=True,
        sort=True,
        guarded=True,
    )
    fixed_ips = Field(
        post=True,
        put=True,
        default=UNSET,
        check=structure_checks.fixed_ips,
        filters=_by_fixed_ips,
        guarded=True,
    )
    device_id = Field(
        post=True,
        put=True,
        default="",
        check=checks.text(255),
        filters=True,
        sort=True,
        guarded=True,
    )
    device_owner = Field(
        post=True,
        put=True,
        default="",
        check=checks.text(255),
        filters=True,
        sort=True,
        guarded=True,
    )
    security_groups = Field(
        post=True,
        put=True,
        default=UNSET,
        convert=converters.to_list,
        check=checks.uuids,
        filters=_by_groups,
    )
    port_security_enabled = flag(UNSET, post=True, put=True, filters=False, guarded=True)
    allowed_address_pairs = Field(
        post=True,
        put=True,
        default=UNSET,
        convert=converters.to_list,
        check=structure_checks.address_pairs,
        guarded=True,
    )
    extra_dhcp_opts = Field(
        post=True,
        put=True,
        default=None,
        check=structure_checks.dhcp_options,
    )
    vnic_type = _binding(
        "vnic_type",
        "vnic_type",
        post=True,
        put=True,
        default="normal",
        check=checks.one_of(*VNIC_TYPES),
        guarded=True,
    )
    host_id = _binding(
        "host_id",
        "host_id",
        post=True,
        put=True,
        default=UNSET,
        # Neutron: takes anything for the name of a host.
        convert=lambda value: value if value is None else str(value),
        filters=True,
        guarded=True,
    )
    profile = _binding(
        lambda row, ask: bindings.profile_of(row["binding_profile"], row["trusted"]),
        "profile",
        needs=("binding_profile", "trusted"),
        post=True,
        put=True,
        default=UNSET,
        check=checks.or_none(checks.mapping),
        guarded=True,
    )
    vif_type = _binding("vif_type", "vif_type")
    vif_details = _binding(_vif_details, "vif_details", needs="vif_details")
    dns_name = Field(
        post=True,
        put=True,
        default="",
        convert=converters.to_lower,
        check=dns_checks.name,
    )
    dns_domain = Field(
        post=True, put=True, default="", convert=converters.to_lower, check=dns_checks.domain
    )
    dns_assignment = Field(_assignment, needs=("dns_name", "fixed_ips"))
    qos_policy_id = Field(
        post=True, put=True, default=None, check=checks.or_none(checks.uuid), guarded=True
    )
    qos_network_policy_id = Field("network__qos_policy_id")
    resource_request = Field(
        lambda row, ask: row["request"],
        needs=(
            "qos_policy_id",
            "network__qos_policy_id",
            "network__physical_network",
            "vnic_type",
            "request",
        ),
    )
    ip_allocation = Field(filters=True, sort=True)
    numa_affinity_policy = Field(
        post=True,
        put=True,
        default=None,
        check=checks.one_of("required", "preferred", "legacy", "socket", None),
    )
    hints = Field(
        post=True,
        put=True,
        default=None,
        check=structure_checks.hints,
        guarded=True,
        parts=("openvswitch",),
    )
    device_profile = Field(post=True, default=None, check=checks.or_none(checks.text(255)))
    hardware_offload_type = Field(
        post=True,
        default=UNSET,
        convert=lambda value: None if value is None else str(value),
        check=checks.one_of("switchdev"),
        guarded=True,
    )
    propagate_uplink_status = flag(post=True, put=True, filters=False)
    data_plane_status = Field(put=True, check=checks.one_of(None, "ACTIVE", "DOWN"), guarded=True)
    trusted = flag(UNSET, post=True, put=True, filters=False, guarded=True)
    tags = Field(
        lambda row, ask: row["tags"],
        needs="tags",
        post=True,
        default=[],
        check=read_tags,
        when=shows_tags,
    )
    # Neutron: only ports that are a trunk's parent have details of it.
    trunk_details = Field("trunk", when=lambda row, ask: row["trunk"] is not None)

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.PortNotFound(port_id=resource_id)

    @classmethod
    def visible(cls, context: RequestContext) -> Q:
        return Q(project_id=context.project_id) | Q(network__project_id=context.project_id)


class PortViewSet(NounViewSet):
    noun = PortNoun

    def network(self, network_id: str) -> Network:
        """The network of a new port; one query even if many ports are made on it."""
        known: dict[str, Network] = self.__dict__.setdefault("networks", {})
        if network_id not in known:
            network = _NETWORK.first(network_id)
            if network is None:
                raise errors.NetworkNotFound(net_id=network_id)
            known[network_id] = network
        return known[network_id]

    def target_of_new(self, values: Values) -> Values:
        network, context = self.network(values["network_id"]), self.context
        target = {**values, "network_project_id": network.project_id}
        if context.is_admin or "service" in context.roles:
            return target
        if network.project_id != context.project_id:
            target["network_shared"] = sharing.is_offered("network", network.id, context)
            if not target["network_shared"] and not network.is_external:
                raise errors.NetworkNotFound(net_id=network.id)
        return target

    def target_of(self, found: Port) -> Values:
        context = self.context
        target: Values = {"project_id": found.project_id, "device_owner": found.device_owner}
        if context.is_admin or "service" in context.roles:
            return target
        target["network_project_id"] = found.network.project_id
        target["network_shared"] = sharing.is_offered("network", found.network_id, context)
        return target

    def items(self, body: Any) -> tuple[Items, bool]:
        items, self.are_many = super().items(body)
        return items, self.are_many

    def make(self, values: Values) -> str:
        values["together"] = self.are_many
        return ports.create(self.context, self.network(values["network_id"]), values).id

    def change(self, found: Port, values: Values) -> None:
        ports.change(self.context, found, values)

    def remove(self, found: Port) -> None:
        ports.remove(found)
