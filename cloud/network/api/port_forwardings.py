"""Port forwardings of a floating ip.  /v2.0/floatingips/{id}/port_forwardings"""

from typing import Any

from django.db.models import F, Q

from cloud.network import errors, policies
from cloud.network.api import checks, converters
from cloud.network.api.floating_ips import FloatingIpNoun
from cloud.network.api.resource import UNSET, Field, Noun
from cloud.network.api.security_groups import to_known_protocol
from cloud.network.api.views import NounViewSet, Values
from cloud.network.domain import port_forwardings
from cloud.network.models import FloatingIp, PortForwarding
from middleware.context import RequestContext

PROTOCOLS = ("tcp", "udp", "icmp", "icmp6", "sctp", "dccp")


def _port(value: Any) -> str | None:
    if isinstance(value, str) and value.isdecimal():
        # Neutron: fails on the number of a port that is written as a text.
        return f"'{value}' is not an integer"
    return checks.within(1, 65535)(value)


def _range(value: Any) -> str | None:
    if isinstance(value, int):
        # Neutron: fails on a range that is a number.
        return "Port range must be two integers separated by a colon"
    parts = str(value).split(":")
    if len(parts) > 2 or not all(parts):
        return "Port range must be two integers separated by a colon"
    for part in parts:
        if not part.isdigit() or int(part) > 65535:
            return f"Invalid port: {part}"
    numbers = [int(part) for part in parts]
    for number in numbers:
        if not 1 <= number <= 65535:
            return f"Invalid port: {number}, the port must be in the range [1, 65535]"
    if numbers[0] > numbers[-1]:
        return "First port in a port range must be lower than the second port"
    return None


def _shown_range(side: str) -> Any:
    return lambda row, ask: f"{row[f'{side}_first']}:{row[f'{side}_last']}"


def _shown_single(side: str) -> Any:
    def show(row: Values, ask: Any) -> int | None:
        first, last = row[f"{side}_first"], row[f"{side}_last"]
        return int(first) if first == last else None

    return show


def _by_external_port(values: list[str], context: RequestContext) -> Q:
    wanted = [int(value) for value in values if value.isascii() and value.isdecimal()]
    return Q(external_first__in=wanted, external_first=F("external_last"))


def _single(side: str) -> Field:
    return Field(
        _shown_single(side),
        needs=(f"{side}_first", f"{side}_last"),
        post=True,
        put=True,
        default=UNSET,
        check=checks.or_none(_port),
        when=lambda row, ask: ask.is_new or row[f"{side}_first"] == row[f"{side}_last"],
        filters=_by_external_port if side == "external" else False,
    )


def _several(side: str) -> Field:
    return Field(
        _shown_range(side),
        needs=(f"{side}_first", f"{side}_last"),
        post=True,
        put=True,
        default=UNSET,
        check=checks.or_none(_range),
    )


class PortForwardingNoun(Noun):
    member, plural, model = "port_forwarding", "port_forwardings", PortForwarding
    owned = False

    id = Field(filters=True, sort=True)
    internal_ip_address = Field(
        post=True,
        put=True,
        convert=converters.to_address,
        check=checks.address,
        filters=True,
        sort=True,
    )
    protocol = Field(
        post=True,
        put=True,
        convert=to_known_protocol,
        check=checks.one_of(*PROTOCOLS),
        filters=True,
        sort=True,
    )
    internal_port_id = Field(post=True, put=True, check=checks.uuid, filters=True, sort=True)
    description = Field(post=True, put=True, default="", check=checks.text(1024), filters=True)
    external_port = _single("external")
    internal_port = _single("internal")
    external_port_range = _several("external")
    internal_port_range = _several("internal")

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.PortForwardingNotFound(id=resource_id)


class PortForwardingViewSet(NounViewSet):
    noun = PortForwardingNoun
    parent: FloatingIp

    def enter(self, url: dict[str, str]) -> None:
        id = url["floatingip_id"]
        found = FloatingIpNoun.reach(self.context).filter(id=id).first()
        if found is None:
            raise errors.FloatingIPNotFound(floatingip_id=id)
        self.parent = found

    def below(self) -> Any:
        """All that hangs on the parent."""
        return PortForwarding.objects.filter(floating_ip=self.parent)

    def scope(self) -> Any:
        target = {"parent_project_id": self.parent.project_id}
        may = policies.allows(self.context, "get_floatingip_port_forwarding", target)
        return self.below() if may else self.below().none()

    def reach(self) -> Any:
        return self.below()

    def target_of_new(self, values: Values) -> Values:
        return {"parent_project_id": self.parent.project_id}

    def target_of(self, found: Any) -> Values:
        return {"parent_project_id": self.parent.project_id}

    def demand_write(self, action: str, target: Values, values: Values, given: Values) -> None:
        action = action.replace("_port_forwarding", "_floatingip_port_forwarding")
        super().demand_write(action, target, values, given)

    def make(self, values: Values) -> str:
        return port_forwardings.create(self.context, self.parent, values)

    def change(self, found: PortForwarding, values: Values) -> None:
        port_forwardings.change(self.context, self.parent, found, values)

    def remove(self, found: PortForwarding) -> None:
        self.demand("delete_floatingip_port_forwarding", self.target_of(found))
        port_forwardings.remove(self.parent, found)
