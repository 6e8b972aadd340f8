"""SimpleCIDRAffinityFilter: a host near the address in the `build_near_host_ip` hint."""

from ipaddress import ip_address, ip_network

from compute.scheduler.filters.base import Filter
from compute.scheduler.hosts import HostState
from compute.scheduler.request import Request


class CidrAffinity(Filter):
    def passes(self, host: HostState, request: Request) -> bool:
        near = request.hint("build_near_host_ip")
        if not near:
            return True
        size = str(request.hint("cidr") or "/24")
        network = ip_network(f"{near}/{size.removeprefix('/')}", strict=False)
        return ip_address(host.host_ip) in network
