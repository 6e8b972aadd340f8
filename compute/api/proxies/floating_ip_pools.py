"""Pools of floating addresses: the external networks, until 2.35.  /os-floating-ip-pools"""

from typing import Any

from compute.api.proxies.base import LAST, OPEN, ProxyViewSet
from compute.clients.network import network
from versioned.operation import operation
from versioned.shape import Attr, Shape


class Pool(Shape):
    name = Attr(lambda row, ask: row["name"] or row["id"])


class FloatingIpPoolViewSet(ProxyViewSet):
    @operation(policy="os_compute_api:os-floating-ip-pools", target="found", query=OPEN, until=LAST)
    def list(self, request: Any) -> Any:
        self.authorize({})
        pools = network().networks(request.context, router__external=True)
        return {"floating_ip_pools": Pool.render_many(pools, self.ask)}
