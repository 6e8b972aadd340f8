"""Routers and what is done to them.  /v2.0/routers"""

from collections.abc import Mapping
from typing import Any

from cloud.network import errors
from cloud.network.api import checks, converters, structure_checks
from cloud.network.api.resource import UNSET, Field, NetworkAsk, Rows
from cloud.network.api.standard import Tagged, flag
from cloud.network.api.views import NounViewSet, Values
from cloud.network.domain import agents, extra_routes, routers, zones
from cloud.network.models import ConntrackHelper, FixedIp, Router
from versioned.operation import operation


def _gateways(rows: Rows, ask: NetworkAsk) -> Mapping[str, list[Values]]:
    """Related loader: the addresses of each router's gateway port."""
    ports = {row["gateway_port_id"]: row["id"] for row in rows if row["gateway_port_id"]}
    found: dict[str, list[Values]] = {id: [] for id in ports.values()}
    if ports:
        held = FixedIp.objects.filter(port_id__in=list(ports)).order_by("address")
        for port_id, subnet_id, address in held.values_list("port_id", "subnet_id", "address"):
            found[ports[port_id]].append({"subnet_id": subnet_id, "ip_address": address})
    return found


def _gateway_info(row: Values, ask: NetworkAsk) -> Values | None:
    if row["gateway_port_id"] is None:
        return None
    shown = {
        "network_id": row["gateway_port__network_id"],
        "external_fixed_ips": row["gateway_ips"] or [],
        "enable_snat": row["enable_snat"],
    }
    policy_id = row["gateway_qos_policy_id"]
    return shown | {"qos_policy_id": policy_id} if policy_id else shown


def _helpers(rows: Rows, ask: NetworkAsk) -> Mapping[str, list[Values]]:
    found: dict[str, list[Values]] = {row["id"]: [] for row in rows}
    for helper in ConntrackHelper.objects.filter(router_id__in=list(found)):
        found[helper.router_id].append(
            {"protocol": helper.protocol, "port": helper.port, "helper": helper.helper}
        )
    return found


def gateway_info(value: Any) -> str | None:
    """Check: where a gateway is to be; null and {} take it away."""
    if not value:
        return None
    if not isinstance(value, dict):
        return f"'{value}' is not a dictionary"
    if "network_id" not in value:
        return checks.wrong_keys(("network_id",), value)
    unknown = set(value) - {"network_id", "external_fixed_ips", "enable_snat", "qos_policy_id"}
    if unknown:
        return f"Unexpected keys supplied: {', '.join(sorted(unknown))}"
    reason = checks.uuid(value["network_id"])
    if value.get("external_fixed_ips") is not None:
        reason = reason or structure_checks.fixed_ips(value["external_fixed_ips"])
    return reason or checks.or_none(checks.uuid)(value.get("qos_policy_id"))


def _read_gateway(value: Any) -> Any:
    if isinstance(value, dict) and "enable_snat" in value:
        value = value | {"enable_snat": converters.to_bool(value["enable_snat"])}
    return value


def _read_interface(body: Any) -> tuple[str | None, str | None]:
    """The subnet and the port that a request about an interface names."""
    given = [key for key in ("port_id", "subnet_id") if isinstance(body, dict) and key in body]
    reason: str | None = None if given else "Either subnet_id or port_id must be specified"
    for key in given:
        reason = reason or checks.uuid(body[key])
    if reason:
        raise errors.BadRequest(resource="router", msg=reason)
    return body.get("subnet_id"), body.get("port_id")


class RouterNoun(Tagged):
    member, plural, model = "router", "routers", Router
    has_bulk = False
    related = {
        **Tagged.related,
        "gateway_ips": _gateways,
        "helpers": _helpers,
        "is_hosted": lambda rows, ask: dict.fromkeys(
            agents.hosted_among([row["id"] for row in rows]), True
        ),
    }

    admin_state_up = flag(post=True, put=True, sort=True)
    status = Field(sort=True)
    external_gateway_info = Field(
        _gateway_info,
        needs=(
            "gateway_port_id",
            "gateway_port__network_id",
            "enable_snat",
            "gateway_qos_policy_id",
            "gateway_ips",
        ),
        post=True,
        put=True,
        default=None,
        convert=_read_gateway,
        check=gateway_info,
        guarded=True,
        parts=("network_id", "external_fixed_ips", "enable_snat", "qos_policy_id"),
    )
    routes = Field(put=True, default=[], convert=converters.to_list, check=structure_checks.routes)
    ha = Field(post=True, put=True, default=UNSET, convert=converters.to_bool_or_none, guarded=True)
    availability_zone_hints = Field(post=True, default=[], check=checks.each(checks.text()))
    flavor_id = Field(post=True, default=UNSET, sort=True, guarded=True)
    distributed = Field(
        post=True, put=True, default=UNSET, convert=converters.to_bool_or_none, guarded=True
    )
    # Neutron: a router is nowhere until an agent has it, which takes a gateway or an interface.
    availability_zones = Field(
        lambda row, ask: [zones.ZONE] if row["is_hosted"] and not ask.is_new else [],
        needs="is_hosted",
    )
    conntrack_helpers = Field("helpers")

    @classmethod
    def missing(cls, resource_id: str) -> errors.NetworkError:
        return errors.RouterNotFound(router_id=resource_id)


class RouterViewSet(NounViewSet):
    noun = RouterNoun

    def make(self, values: Values) -> str:
        return routers.create(self.context, values).id

    def change(self, found: Router, values: Values) -> None:
        routers.change(self.context, found, values)

    def remove(self, found: Router) -> None:
        routers.remove(found)

    def acted_on(self, found: Router) -> Values:
        values: Values = {"ha": found.ha, "distributed": found.distributed}
        values["flavor_id"] = found.flavor_id
        if found.gateway_port_id:
            values["external_gateway_info"] = {
                "network_id": None,
                "external_fixed_ips": None,
                "enable_snat": None,
            }
        return values

    def act(self, id: str, rule: str) -> Router:
        """The router that an action is about, if the caller may do it."""
        body = self.request.json
        given = body.get("router") if isinstance(body, dict) else None
        found: Router = self.act_on(id, rule, given)
        return found

    @operation()
    def add_router_interface(self, request: Any, *, id: str) -> Any:
        """Connect a router to a subnet."""
        found = self.act(id, "add_router_interface")
        subnet_id, port_id = _read_interface(request.json)
        return routers.add_interface(self.context, found, subnet_id=subnet_id, port_id=port_id)

    @operation()
    def remove_router_interface(self, request: Any, *, id: str) -> Any:
        """Disconnect a router from a subnet."""
        found = self.act(id, "remove_router_interface")
        subnet_id, port_id = _read_interface(request.json)
        return routers.remove_interface(found, subnet_id=subnet_id, port_id=port_id)

    def routes(self, body: Any) -> Any:
        routes = self.one(body if isinstance(body, dict) else {}).get("routes")
        reason = structure_checks.routes(routes)
        if reason:
            raise errors.HTTPBadRequest(f"Invalid input for routes. Reason: {reason}.")
        return routes

    @operation()
    def add_extraroutes(self, request: Any, *, id: str) -> Any:
        """Add routes to a router."""
        found = self.act(id, "add_extraroutes")
        extra_routes.add(found, self.routes(request.json))
        return self.show(id)

    @operation()
    def remove_extraroutes(self, request: Any, *, id: str) -> Any:
        """Take routes out of a router."""
        found = self.act(id, "remove_extraroutes")
        extra_routes.remove(found, self.routes(request.json))
        return self.show(id)
