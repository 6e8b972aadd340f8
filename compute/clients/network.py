"""The Network service, version 2.0."""

from typing import Any

from compute.clients.base import Client, Refusals, error_type, sentence
from compute.clients.errors import (
    AddressInUse,
    AutoAllocationFailed,
    FloatingIpNotFound,
    InvalidAddress,
    MacAddressInUse,
    NetworkNotFound,
    NoMoreFixedIps,
    PortInUse,
    PortLimitExceeded,
    PortNotFound,
    SecurityGroupNotFound,
)
from compute.clients.transport import Answer
from compute.domain.errors import BadRequest, ComputeError, Conflict, NotFound
from middleware.context import RequestContext

Row = dict[str, Any]

_ADDRESS_ERRORS = {"InvalidIpForNetwork", "InvalidIpForSubnet", "InvalidInput", "IpAddressInUse"}


def _network(network_id: str) -> Refusals:
    return {404: lambda _: NetworkNotFound(network_id=network_id)}


def _group(group_id: str) -> Refusals:
    return {404: lambda _: SecurityGroupNotFound(security_group_id=group_id)}


def _floating_ip(floating_ip_id: str) -> Refusals:
    return {404: lambda _: FloatingIpNotFound(floating_ip_id=floating_ip_id)}


def _port(port_id: str | None, network_id: str | None) -> Refusals:
    """What refusals of a port's creation or change mean."""

    def missing(answer: Answer) -> ComputeError:
        kind = error_type(answer)
        if kind == "NetworkNotFound" or (port_id is None and kind != "SecurityGroupNotFound"):
            return NetworkNotFound(network_id=network_id)
        if kind == "SecurityGroupNotFound":
            return SecurityGroupNotFound(sentence(answer))
        return PortNotFound(port_id=port_id)

    def clash(answer: Answer) -> ComputeError:
        kind = error_type(answer)
        if kind == "OverQuota":
            return PortLimitExceeded()
        if kind.startswith("IpAddressGenerationFailure"):
            return NoMoreFixedIps(network_id=network_id)
        if kind in ("IpAddressInUse", "IpAddressAlreadyAllocated"):
            return AddressInUse(sentence(answer))
        if kind in _ADDRESS_ERRORS:
            return InvalidAddress(sentence(answer))
        if kind == "MacAddressInUse":
            return MacAddressInUse(sentence(answer))
        if kind == "PortInUse":
            return PortInUse(port_id=port_id)
        return Conflict(sentence(answer))

    def bad(answer: Answer) -> ComputeError:
        if error_type(answer) in _ADDRESS_ERRORS:
            return InvalidAddress(sentence(answer))
        return BadRequest(sentence(answer))

    return {400: bad, 404: missing, 409: clash}


class NetworkClient(Client):
    service = "network"
    _extensions: frozenset[str] | None = None

    def has_extension(self, context: RequestContext, alias: str) -> bool:
        """Whether the service has loaded an extension; asked once, as Nova does."""
        if self._extensions is None:
            rows = self._ask(context, "GET", "/v2.0/extensions")["extensions"]
            self._extensions = frozenset(row["alias"] for row in rows)
        return alias in self._extensions

    def _list(self, context: RequestContext, noun: str, filters: Row) -> list[Row]:
        path = f"/v2.0/{noun.replace('_', '-')}"
        return self._ask(context, "GET", path, query=filters)[noun]

    # Networks and subnets
    def networks(self, context: RequestContext, **filters: Any) -> list[Row]:
        """Networks that match; a filter's colon is written `router__external`."""
        query = {name.replace("__", ":"): value for name, value in filters.items()}
        return self._list(context, "networks", query)

    def show_network(self, context: RequestContext, network_id: str) -> Row:
        path = f"/v2.0/networks/{network_id}"
        return self._ask(context, "GET", path, refusals=_network(network_id))["network"]

    def subnets(self, context: RequestContext, **filters: Any) -> list[Row]:
        return self._list(context, "subnets", filters)

    def auto_allocated_topology(
        self, context: RequestContext, project_id: str, *, check_only: bool = False
    ) -> Row:
        """The project's own network, made when it is not there; or only whether it could be."""

        def refused(_: Answer) -> ComputeError:
            return AutoAllocationFailed(project_id=project_id)

        return self._ask(
            context,
            "GET",
            f"/v2.0/auto-allocated-topology/{project_id}",
            query={"fields": "dry-run"} if check_only else None,
            refusals={400: refused, 404: refused, 409: refused},
        )["auto_allocated_topology"]

    def port_quota(self, context: RequestContext, project_id: str) -> tuple[int, int]:
        """How many ports the project may have, -1 is without end; and how many it has."""
        quota = self._ask(context, "GET", f"/v2.0/quotas/{project_id}/details")["quota"]
        ports = quota.get("port", {})
        return int(ports.get("limit", -1)), int(ports.get("used", 0))

    # Ports
    def list_ports(self, context: RequestContext, **filters: Any) -> list[Row]:
        return self._list(context, "ports", filters)

    def show_port(self, context: RequestContext, port_id: str) -> Row:
        path = f"/v2.0/ports/{port_id}"
        return self._ask(context, "GET", path, refusals=_port(port_id, None))["port"]

    def create_port(self, context: RequestContext, **port: Any) -> Row:
        return self._ask(
            context,
            "POST",
            "/v2.0/ports",
            body={"port": port},
            refusals=_port(None, port.get("network_id")),
        )["port"]

    def update_port(self, context: RequestContext, port_id: str, **changes: Any) -> Row:
        path = f"/v2.0/ports/{port_id}"
        return self._ask(
            context, "PUT", path, body={"port": changes}, refusals=_port(port_id, None)
        )["port"]

    def delete_port(self, context: RequestContext, port_id: str) -> None:
        """Delete the port; one that is gone already is no error."""
        try:
            self._ask(context, "DELETE", f"/v2.0/ports/{port_id}")
        except NotFound:
            return

    # Bindings of a port to a second host, while a server moves
    def create_binding(self, context: RequestContext, port_id: str, host: str, **more: Any) -> Row:
        return self._ask(
            context,
            "POST",
            f"/v2.0/ports/{port_id}/bindings",
            body={"binding": {"host": host, **more}},
            refusals=_port(port_id, None),
        )["binding"]

    def activate_binding(self, context: RequestContext, port_id: str, host: str) -> None:
        path = f"/v2.0/ports/{port_id}/bindings/{host}/activate"
        self._ask(context, "PUT", path, refusals=_port(port_id, None))

    def delete_binding(self, context: RequestContext, port_id: str, host: str) -> None:
        try:
            self._ask(context, "DELETE", f"/v2.0/ports/{port_id}/bindings/{host}")
        except NotFound:
            return

    # Security groups
    def security_groups(self, context: RequestContext, **filters: Any) -> list[Row]:
        return self._list(context, "security_groups", filters)

    def show_security_group(self, context: RequestContext, group_id: str) -> Row:
        path = f"/v2.0/security-groups/{group_id}"
        return self._ask(context, "GET", path, refusals=_group(group_id))["security_group"]

    def create_security_group(self, context: RequestContext, **group: Any) -> Row:
        body = {"security_group": group}
        return self._ask(context, "POST", "/v2.0/security-groups", body=body)["security_group"]

    def update_security_group(self, context: RequestContext, group_id: str, **changes: Any) -> Row:
        return self._ask(
            context,
            "PUT",
            f"/v2.0/security-groups/{group_id}",
            body={"security_group": changes},
            refusals=_group(group_id),
        )["security_group"]

    def delete_security_group(self, context: RequestContext, group_id: str) -> None:
        path = f"/v2.0/security-groups/{group_id}"
        self._ask(context, "DELETE", path, refusals=_group(group_id))

    def security_group_rules(self, context: RequestContext, **filters: Any) -> list[Row]:
        return self._list(context, "security_group_rules", filters)

    def show_security_group_rule(self, context: RequestContext, rule_id: str) -> Row:
        body = self._ask(context, "GET", f"/v2.0/security-group-rules/{rule_id}")
        return body["security_group_rule"]

    def create_security_group_rule(self, context: RequestContext, **rule: Any) -> Row:
        body = {"security_group_rule": rule}
        answer = self._ask(context, "POST", "/v2.0/security-group-rules", body=body)
        return answer["security_group_rule"]

    def delete_security_group_rule(self, context: RequestContext, rule_id: str) -> None:
        self._ask(context, "DELETE", f"/v2.0/security-group-rules/{rule_id}")

    # Floating IPs
    def floating_ips(self, context: RequestContext, **filters: Any) -> list[Row]:
        return self._ask(context, "GET", "/v2.0/floatingips", query=filters)["floatingips"]

    def show_floating_ip(self, context: RequestContext, floating_ip_id: str) -> Row:
        path = f"/v2.0/floatingips/{floating_ip_id}"
        body = self._ask(context, "GET", path, refusals=_floating_ip(floating_ip_id))
        return body["floatingip"]

    def create_floating_ip(self, context: RequestContext, **floating_ip: Any) -> Row:
        body = {"floatingip": floating_ip}
        return self._ask(context, "POST", "/v2.0/floatingips", body=body)["floatingip"]

    def update_floating_ip(
        self, context: RequestContext, floating_ip_id: str, **changes: Any
    ) -> Row:
        return self._ask(
            context,
            "PUT",
            f"/v2.0/floatingips/{floating_ip_id}",
            body={"floatingip": changes},
            refusals=_floating_ip(floating_ip_id),
        )["floatingip"]

    def delete_floating_ip(self, context: RequestContext, floating_ip_id: str) -> None:
        path = f"/v2.0/floatingips/{floating_ip_id}"
        self._ask(context, "DELETE", path, refusals=_floating_ip(floating_ip_id))


def quoted(context: RequestContext, words: str) -> str:
    """Network's words, as Nova's client library for it passes them on."""
    return f"{words}\nNeutron server returns request_ids: ['{context.request_id}']"


_NETWORK = NetworkClient()


def network() -> NetworkClient:
    """The Network service's client."""
    return _NETWORK
