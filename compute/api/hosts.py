"""Hosts, as they were shown before hypervisors were.  /os-hosts"""

from typing import Any

from compute.api import types
from compute.api.base import ComputeViewSet
from compute.domain import hosts, zones
from compute.models import Service
from versioned.operation import operation
from versioned.schema import query

_SWITCH = types.one_of("enable", "disable", "Enable", "Disable", "ENABLE", "DISABLE")
UPDATE = {
    "type": "object",
    "properties": {"status": _SWITCH, "maintenance_mode": _SWITCH},
    "anyOf": [{"required": ["status"]}, {"required": ["maintenance_mode"]}],
    "additionalProperties": False,
}


class HostViewSet(ComputeViewSet):
    @operation(
        policy="os_compute_api:os-hosts:list",
        query=query(zone=types.many(types.string)),
        until="2.42",
    )
    def list(self, request: Any) -> Any:
        wanted = (request.params.get("zone") or [None])[-1]
        zone_of = zones.by_host()
        shown = [
            {
                "host_name": service.host,
                "service": service.binary.removeprefix("nova-"),
                "zone": zones.of_service(service.binary, service.host, zone_of),
            }
            for service in Service.objects.filter(disabled=False).order_by("id")
        ]
        return {"hosts": [row for row in shown if not wanted or row["zone"] == wanted]}

    @operation(policy="os_compute_api:os-hosts:show", until="2.42")
    def retrieve(self, request: Any, id: str) -> Any:
        return {"host": [{"resource": row} for row in hosts.resources(id)]}

    @operation(policy="os_compute_api:os-hosts:update", body=UPDATE, until="2.42")
    def update(self, request: Any, id: str, body: dict[str, str]) -> Any:
        shown = {"host": id}
        if "status" in body:
            enabled = body["status"].lower() == "enable"
            hosts.switch(id, enabled=enabled)
            shown["status"] = "enabled" if enabled else "disabled"
        if "maintenance_mode" in body:
            starts = body["maintenance_mode"].lower() == "enable"
            hosts.maintain(id, starts=starts)
            shown["maintenance_mode"] = "on_maintenance" if starts else "off_maintenance"
        return shown

    @operation(policy="os_compute_api:os-hosts:start", until="2.42")
    def startup(self, request: Any, id: str) -> Any:
        return self._power(id, "startup")

    @operation(policy="os_compute_api:os-hosts:shutdown", until="2.42")
    def shutdown(self, request: Any, id: str) -> Any:
        return self._power(id, "shutdown")

    @operation(policy="os_compute_api:os-hosts:reboot", until="2.42")
    def reboot(self, request: Any, id: str) -> Any:
        return self._power(id, "reboot")

    def _power(self, host: str, action: str) -> Any:
        hosts.power(host, action)
        return {"host": host, "power_action": action}
