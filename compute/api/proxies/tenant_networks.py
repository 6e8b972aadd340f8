"""Networks as members of a project once saw them, until 2.35.  /os-tenant-networks"""

from typing import Any

from compute.api.proxies.base import LAST, STUMBLES, ProxyViewSet
from compute.api.proxies.networks import find
from compute.clients.network import network
from versioned.operation import operation
from versioned.shape import Attr, Const, Shape

RULE = "os_compute_api:os-tenant-networks"


class Network(Shape):
    id = Attr()
    # Nova: it knows of no cidr, and says so in Python's word for it.
    cidr = Const("None")
    named = Attr("name", key="label")


class TenantNetworkViewSet(ProxyViewSet):
    @operation(policy=f"{RULE}:list", query=STUMBLES, until=LAST)
    def list(self, request: Any) -> Any:
        return {"networks": Network.render_many(network().networks(request.context), self.ask)}

    @operation(policy=f"{RULE}:show", query=STUMBLES, until=LAST)
    def retrieve(self, request: Any, id: str) -> Any:
        return {"network": Network.render(find(request, id), self.ask)}
