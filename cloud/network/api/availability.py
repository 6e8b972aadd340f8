"""What is there to be had: zones, addresses, pools, providers, a topology on demand."""

from ipaddress import ip_address, ip_network
from typing import Any

from cloud.network import errors, policies
from cloud.network.api.base import NetworkViewSet
from cloud.network.api.listing import only
from cloud.network.api.networks import NetworkNoun
from cloud.network.domain import topologies, zones
from cloud.network.models import FixedIp, Network, Subnet
from versioned.operation import operation

_DETAILS = (
    "total_ips_in_subnet",
    "total_ips_in_allocation_pool",
    "used_ips_in_subnet",
    "used_ips_in_allocation_pool",
)


class AvailabilityZoneViewSet(NetworkViewSet):
    """/v2.0/availability_zones"""

    @operation()
    def list(self, request: Any) -> Any:
        """List the zones of networks and of routers."""
        found: Any = [
            {"name": zones.ZONE, "resource": resource, "state": "available"}
            for resource in ("network", "router")
        ]
        for key in ("name", "resource", "state"):
            wanted = request.params.get(key)
            found = [zone for zone in found if not wanted or zone[key] in wanted]
        return {
            "availability_zones": self.visible("get_availability_zone", only(found, request.params))
        }


class ServiceProviderViewSet(NetworkViewSet):
    """/v2.0/service-providers"""

    @operation()
    def list(self, request: Any) -> Any:
        """List who provides which service."""
        names = ("dvr", "dvrha", "ha", "single_node")
        found = [
            {"service_type": "L3_ROUTER_NAT", "name": name, "default": False} for name in names
        ]
        return {"service_providers": self.visible("get_service_provider", found)}


class AvailabilityViewSet(NetworkViewSet):
    """/v2.0/network-ip-availabilities"""

    def rows(self, found: Any) -> Any:
        """Count what is taken and what there is; three queries."""
        networks = {network.id: network for network in found}
        subnets = Subnet.objects.filter(network_id__in=list(networks)).order_by("created_at")
        used: dict[str, list[int]] = {}
        for subnet_id, address in FixedIp.objects.filter(
            subnet__network_id__in=list(networks)
        ).values_list("subnet_id", "address"):
            used.setdefault(subnet_id, []).append(int(ip_address(address)))
        shown: dict[str, dict[str, Any]] = {
            id: {
                "network_id": id,
                "network_name": network.name,
                "project_id": network.project_id,
                "tenant_id": network.project_id,
                "subnet_ip_availability": [],
                "used_ips": 0,
                "total_ips": 0,
                "ip_availability_details": dict.fromkeys(_DETAILS, 0),
            }
            for id, network in networks.items()
        }
        for subnet in subnets:
            row = shown[subnet.network_id]
            pools = [
                (int(ip_address(pool["start"])), int(ip_address(pool["end"])))
                for pool in subnet.allocation_pools
            ]
            total = sum(last - first + 1 for first, last in pools)
            taken = used.get(subnet.id, [])
            block = ip_network(subnet.cidr)
            pooled = [ip for ip in taken if any(low <= ip <= high for low, high in pools)]
            # Network and broadcast address are nobody's.
            whole = block.num_addresses - (2 if block.version == 4 else 0)
            details = dict(zip(_DETAILS, (whole, total, len(taken), len(pooled)), strict=True))
            row["subnet_ip_availability"].append(
                {
                    "subnet_id": subnet.id,
                    "subnet_name": subnet.name,
                    "cidr": subnet.cidr,
                    "ip_version": subnet.ip_version,
                    "used_ips": len(taken),
                    "total_ips": total,
                    "ip_availability_details": details,
                }
            )
            for key, number in details.items():
                row["ip_availability_details"][key] += number
            row["used_ips"] += len(taken)
            row["total_ips"] += total
        return list(shown.values())

    def may(self) -> bool:
        return policies.allows(self.context, "get_network_ip_availability", {})

    @operation()
    def list(self, request: Any) -> Any:
        """List how full the networks are."""
        params = request.params
        found = Network.objects.all() if self.may() else Network.objects.none()
        for key, column in (
            ("network_id", "id"),
            ("network_name", "name"),
            ("tenant_id", "project_id"),
            ("project_id", "project_id"),
        ):
            if key in params:
                found = found.filter(**{f"{column}__in": params[key]})
        rows = self.rows(found)
        for wanted in params.get("ip_version", [])[-1:]:
            for row in rows:
                row["subnet_ip_availability"] = [
                    subnet
                    for subnet in row["subnet_ip_availability"]
                    if str(subnet["ip_version"]) == wanted
                ]
                shown = row["subnet_ip_availability"]
                for total in ("used_ips", "total_ips"):
                    row[total] = sum(subnet[total] for subnet in shown)
                for key in _DETAILS:
                    row["ip_availability_details"][key] = sum(
                        subnet["ip_availability_details"][key] for subnet in shown
                    )
            rows = [row for row in rows if row["subnet_ip_availability"]]
        return {"network_ip_availabilities": only(rows, params)}

    @operation()
    def retrieve(self, request: Any, *, id: str) -> Any:
        """Show how full a network is."""
        rows = self.rows(Network.objects.filter(id=id))
        if not rows:
            raise errors.NetworkNotFound(net_id=id)
        if not self.may():
            raise errors.HTTPNotFound("The resource could not be found.")
        return {"network_ip_availability": rows[0]}


class FloatingIpPoolViewSet(NetworkViewSet):
    """/v2.0/floatingip_pools"""

    @operation()
    def list(self, request: Any) -> Any:
        """List the subnets that floating ips come from."""
        networks = NetworkNoun.scope(self.context).filter(is_external=True)
        found = Subnet.objects.filter(network_id__in=networks.values("id"), ip_version=4)
        pools = [
            {
                "subnet_id": subnet.id,
                "subnet_name": subnet.name,
                "network_id": subnet.network_id,
                "cidr": subnet.cidr,
                # Neutron: that of who asks.
                "project_id": self.context.project_id,
                "tenant_id": self.context.project_id,
            }
            for subnet in found
        ]
        return {"floatingip_pools": self.visible("get_floatingip_pool", pools)}


class TopologyViewSet(NetworkViewSet):
    """/v2.0/auto-allocated-topology"""

    def project(self, rule: str, project_id: str) -> str:
        if project_id in ("", "None"):
            project_id = self.context.project_id or ""
        if project_id != self.context.project_id and not self.context.is_admin:
            raise errors.NotAuthorized
        # Neutron: looks for the topology, which makes it, before policy is asked.
        topologies.check(project_id)
        self.demand(rule, {"project_id": project_id})
        return project_id

    @operation()
    def retrieve(self, request: Any, *, project_id: str) -> Any:
        """Show the id of the network for a project that brings none; make it if need be."""
        id = self.project("get_auto_allocated_topology", project_id)
        if "dry-run" in request.params.get("fields", []):
            topologies.check()
            found = {"id": "dry-run=pass"}
        else:
            found = {"id": topologies.get(id)}
        return {"auto_allocated_topology": found | {"tenant_id": id, "project_id": id}}

    @operation(status=204)
    def destroy(self, request: Any, *, project_id: str) -> Any:
        """Take the topology down again."""
        topologies.remove(self.project("delete_auto_allocated_topology", project_id))
