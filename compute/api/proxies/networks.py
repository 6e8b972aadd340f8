"""Networks, of which two keys of thirty are left, until 2.35.  /os-networks"""

from typing import Any

from compute.api.proxies.base import LAST, STUMBLES, ProxyViewSet
from compute.clients.errors import NetworkNotFound
from compute.clients.network import network
from compute.domain.errors import NotFound
from versioned.operation import operation

RULE = "os_compute_api:os-networks"

_KEYS = (
    *("id", "cidr", "netmask", "gateway", "broadcast", "dns1", "dns2"),
    *("cidr_v6", "gateway_v6", "label", "netmask_v6"),
)
_ADMIN_KEYS = (
    *("created_at", "updated_at", "deleted_at", "deleted", "injected", "bridge", "vlan"),
    *("vpn_public_address", "vpn_public_port", "vpn_private_address", "dhcp_start"),
    *("project_id", "host", "bridge_interface", "multi_host", "priority", "rxtx_base", "mtu"),
    *("dhcp_server", "enable_dhcp", "share_address"),
)


class NoNetwork(NotFound):
    message = "Network not found"


def find(request: Any, network_id: str) -> dict[str, Any]:
    try:
        return network().show_network(request.context, network_id)
    except NetworkNotFound as exc:
        raise NoNetwork from exc


class NetworkViewSet(ProxyViewSet):
    @operation(policy=f"{RULE}:list", query=STUMBLES, until=LAST)
    def list(self, request: Any) -> Any:
        return {"networks": [self._shown(net) for net in network().networks(request.context)]}

    @operation(policy=f"{RULE}:show", query=STUMBLES, until=LAST)
    def retrieve(self, request: Any, id: str = "add") -> Any:
        return {"network": self._shown(find(request, id))}

    def _shown(self, net: dict[str, Any]) -> dict[str, Any]:
        keys = (*_KEYS, *_ADMIN_KEYS) if self.context.is_admin else _KEYS
        return {**dict.fromkeys(keys), "id": net["id"], "label": net["name"]}
