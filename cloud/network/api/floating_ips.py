"""Floating ips.  /v2.0/floatingips"""

from collections.abc import Mapping
from typing import Any

from cloud.network import errors
from cloud.network.api import checks, converters, dns_checks
from cloud.network.api.resource import Field, NetworkAsk, Rows
from cloud.network.api.standard import Tagged
from cloud.network.api.views import NounViewSet, Values
from cloud.network.domain import floating_ips
from cloud.network.models import FloatingIp, Port, PortForwarding


def _ports(rows: Rows, ask: NetworkAsk) -> Mapping[str, Values]:
    """Related loader: details of the port that each floating ip leads to."""
    ids = [row["port_id"] for row in rows if row["port_id"]]
    ports: Any = Port.objects.filter(id__in=ids).values(
        "id", "name", "network_id", "mac_address", "admin_state_up", "status", "device_id",
        "device_owner",
    )  # fmt: skip
    known = {port.pop("id"): port for port in ports}
    return {row["id"]: known[row["port_id"]] for row in rows if row["port_id"] in known}


def _forwardings(rows: Rows, ask: NetworkAsk) -> Mapping[str, list[Values]]:
    found: dict[str, list[Values]] = {row["id"]: [] for row in rows}
    for forwarding in PortForwarding.objects.filter(floating_ip_id__in=list(found)):
        shown: Values = {
            "id": forwarding.id,
            "protocol": forwarding.protocol,
            "internal_port_id": forwarding.internal_port_id,
            "internal_ip_address": forwarding.internal_ip_address,
        }
        # Neutron: a range of ports is not shown here.
        if forwarding.internal_first == forwarding.internal_last:
            shown["internal_port"] = forwarding.internal_first
        if forwarding.external_first == forwarding.external_last:
            shown["external_port"] = forwarding.external_first
        found[forwarding.floating_ip_id].append(shown)
    return found


class FloatingIpNoun(Tagged):
    member, plural, model = "floatingip", "floatingips", FloatingIp
    has_bulk = False
    related = {**Tagged.related, "port_details": _ports, "port_forwardings": _forwardings}

    # Neutron: a floating ip has no name.
    name = Field(show=False)
    floating_network_id = Field(post=True, check=checks.uuid, filters=True, sort=True)
    floating_ip_address = Field(
        post=True,
        default=None,
        convert=converters.to_address,
        check=checks.or_none(checks.address),
        filters=True,
        sort=True,
        guarded=True,
    )
    subnet_id = Field(show=False, post=True, default=None, check=checks.or_none(checks.uuid))
    # Neutron: takes this and does nothing with it.
    router_id = Field(
        post=True,
        put=True,
        default=None,
        check=checks.or_none(checks.uuid),
        filters=True,
        sort=True,
    )
    port_id = Field(
        post=True, put=True, default=None, check=checks.or_none(checks.uuid), filters=True
    )
    fixed_ip_address = Field(
        post=True,
        put=True,
        default=None,
        convert=converters.to_address,
        check=checks.or_none(checks.address),
        filters=True,
        sort=True,
    )
    status = Field(filters=True, sort=True)
    # Neutron: without a DNS service outside there is nobody to be told these names.
    dns_name = Field(
        lambda row, ask: "",
        post=True,
        default="",
        convert=converters.to_lower,
        check=dns_checks.floating_ip_name,
    )
    dns_domain = Field(
        lambda row, ask: "",
        post=True,
        default="",
        convert=converters.to_lower,
        check=dns_checks.domain,
    )
    qos_policy_id = Field(
        post=True, put=True, default=None, check=checks.or_none(checks.uuid), guarded=True
    )
    port_details = Field(needs="port_id")
    port_forwardings = Field()

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.FloatingIPNotFound(floatingip_id=resource_id)


class FloatingIpViewSet(NounViewSet):
    noun = FloatingIpNoun

    def make(self, values: Values) -> str:
        return floating_ips.create(self.context, values).id

    def change(self, found: FloatingIp, values: Values) -> None:
        floating_ips.change(self.context, found, values)

    def remove(self, found: FloatingIp) -> None:
        floating_ips.remove(found)
