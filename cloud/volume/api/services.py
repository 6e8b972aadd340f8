"""Services, hosts, pools, capabilities, zones and extensions.  /os-services, /os-hosts"""

from typing import Any

from django.db.models import Count, Sum
from django.utils import timezone

from cloud.volume import backends, queries, services
from cloud.volume.api import formats
from cloud.volume.api.base import VolumeServiceViewSet
from cloud.volume.errors import BadRequest, NotFound, invalid_input
from cloud.volume.models import Service, Snapshot, Volume
from cloud.volume.timing import shown
from versioned.operation import operation

_HOST = {"type": ["string", "null"], "minLength": 1, "maxLength": 255,
         "pattern": r"^[a-zA-Z0-9-._#@:/+\[\]]*$"}  # fmt: skip
_TEXT = {"type": "string", "minLength": 1, "maxLength": 255}
TOGGLE = {
    "type": "object",
    "properties": {"binary": _TEXT, "host": _HOST, "cluster": formats.TEXT, "service": _TEXT},
    "anyOf": [{"required": ["service"]}, {"required": ["binary"]}],
    "additionalProperties": False,
}
REASON = {
    **TOGGLE,
    "properties": {
        **TOGGLE["properties"],  # type: ignore[dict-item]
        "disabled_reason": {
            "type": "string", "minLength": 1, "maxLength": 255, "format": "disabled_reason",
        },
    },
}  # fmt: skip
FREEZE = formats.closed(cluster=formats.TEXT, host=_HOST)
FAILOVER = formats.closed(host=_HOST, backend_id=formats.TEXT, cluster=formats.TEXT)
_BINARIES = ("cinder-scheduler", "cinder-volume", "cinder-backup", "cinder-api", "", "*")
_BINARY = {"type": "string", "enum": list(_BINARIES)}
GET_LOG = formats.closed(binary=_BINARY, server=formats.TEXT, prefix=formats.TEXT)
SET_LOG = formats.closed(
    binary=_BINARY, server=formats.TEXT, prefix=formats.TEXT, level={"type": ["string", "null"]}
)
_UPDATE = "volume_extension:services:update"
_POOLS = "scheduler_extension:scheduler_stats:get_pools"


class ServicesViewSet(VolumeServiceViewSet):
    """/os-services"""

    @operation(policy="volume_extension:services:index")
    def list(self, request: Any) -> Any:
        asked = {name: values[-1] for name, values in request.params.items()}
        found = services.listed(asked.get("host"), asked.get("binary"))
        return {"services": [self._shown(service, request.version) for service in found]}

    def _shown(self, service: Service, version: Any) -> dict[str, Any]:
        is_volume = service.binary == backends.BINARY
        row: dict[str, Any] = {
            "binary": service.binary,
            "host": service.host,
            "zone": service.zone,
            "status": "disabled" if service.disabled else "enabled",
            # The embedded services are this process: who reads this knows that they are up.
            "state": "up",
            "updated_at": shown(timezone.now().replace(microsecond=0)),
        }
        if version >= (3, 49) and is_volume:
            row["backend_state"] = "up"
        if version >= (3, 7):
            row["cluster"] = None
        row["disabled_reason"] = service.disabled_reason
        if is_volume:
            row |= {
                "replication_status": "disabled",
                "active_backend_id": None,
                "frozen": service.frozen,
            }
        return row

    def _host(self, body: dict[str, Any]) -> str:
        if not body.get("host"):
            raise invalid_input("Host field is missing.")
        return str(body["host"])

    def _toggle(self, body: dict[str, Any], disabled: bool, reason: str | None) -> dict[str, Any]:
        host = self._host(body)
        service, binary = body.get("service", ""), body.get("binary", "")
        services.set_disabled(host, binary or service, disabled, reason)
        return {
            "host": host,
            "service": service,
            "binary": binary,
            "status": "disabled" if disabled else "enabled",
            "disabled": disabled,
        }

    @operation(policy=_UPDATE, body=TOGGLE)
    def enable(self, request: Any, body: dict[str, Any]) -> Any:
        return self._toggle(body, False, None)

    @operation(policy=_UPDATE, body=TOGGLE)
    def disable(self, request: Any, body: dict[str, Any]) -> Any:
        return self._toggle(body, True, None)

    @operation(policy=_UPDATE, body=REASON)
    def disable_log_reason(self, request: Any, body: dict[str, Any]) -> Any:
        reason = body.get("disabled_reason")
        return {**self._toggle(body, True, reason), "disabled_reason": reason}

    @operation(policy=_UPDATE, body=FREEZE)
    def freeze(self, request: Any, **body: Any) -> None:
        services.set_frozen(self._host(request.json), True)

    @operation(policy=_UPDATE, body=FREEZE)
    def thaw(self, request: Any, **body: Any) -> None:
        services.set_frozen(self._host(request.json), False)

    @operation(policy=_UPDATE, body=FAILOVER, status=202)
    def failover_host(self, request: Any, **body: Any) -> Any:
        host = self._host(request.json)
        if host not in backends.hosts(enabled=False):
            raise BadRequest(f"No service found with host={host}")
        raise invalid_input(
            f"replication_status in {host} must be enabled or failed-over and must be up to "
            "failover."
        )

    @operation(policy=_UPDATE, since="3.26", body=FAILOVER, status=202)
    def failover(self, request: Any, **body: Any) -> Any:
        return self.failover_host(request)

    @operation(policy=_UPDATE, since="3.32", body=SET_LOG, target="found", status=202)
    def set_log(self, request: Any, body: dict[str, Any]) -> Any:
        """Refuse: the embedded services log as their process does."""
        level = body.get("level")
        if level is not None and level.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise invalid_input(f"{level} is not a valid log level.")
        self.authorize()
        raise BadRequest("The log levels of embedded services cannot be changed.")

    @operation(policy=_UPDATE, since="3.32", body=GET_LOG)
    def get_log(self, request: Any, body: dict[str, Any]) -> Any:
        binary = body.get("binary")
        asked = None if binary in (None, "", "*") else binary
        return {
            "log_levels": [
                {"binary": service.binary, "host": service.host, "levels": {}}
                for service in services.listed(body.get("server"), asked)
            ]
        }


class HostsViewSet(VolumeServiceViewSet):
    """/os-hosts"""

    @operation(policy="volume_extension:hosts")
    def list(self, request: Any) -> Any:
        now = shown(timezone.now().replace(microsecond=0))
        asked = {name: values[-1] for name, values in request.params.items()}
        return {
            "hosts": [
                {
                    "host_name": service.host,
                    "service": service.binary,
                    "zone": service.zone,
                    "service-status": "available",
                    "service-state": "disabled" if service.disabled else "enabled",
                    "last-update": now,
                }
                for service in services.listed(None, None)
                if not service.disabled and service.zone == (asked.get("zone") or service.zone)
            ]
        }

    @operation(policy="volume_extension:hosts")
    def retrieve(self, request: Any, host: str) -> Any:
        enabled = [row for row in services.listed(host, backends.BINARY) if not row.disabled]
        if not enabled:
            raise services.not_found(host, backends.BINARY)
        by_project: dict[str | None, list[int]] = {}
        on_host = {"host": backends.pool_of(enabled[0].host)}
        volumes = Volume.objects.filter(**on_host).values("project_id").order_by()
        for row in volumes.annotate(n=Count("id"), total=Sum("size")):
            by_project[row["project_id"]] = [row["n"], row["total"], 0, 0]
        snapshots = Snapshot.objects.filter(volume__host=on_host["host"]).values("project_id")
        for row in snapshots.order_by().annotate(n=Count("id"), total=Sum("volume_size")):
            counts = by_project.setdefault(row["project_id"], [0, 0, 0, 0])
            counts[2:] = [row["n"], row["total"]]
        totals = [sum(column) for column in zip(*by_project.values(), strict=True)] or [0] * 4
        rows: Any = [("(total)", totals), *by_project.items()]
        return {
            "host": [
                {
                    "resource": {
                        "host": host,
                        "project": project,
                        "volume_count": str(counts[0]),
                        "total_volume_gb": str(counts[1]),
                        "snapshot_count": str(counts[2]),
                        "total_snapshot_gb": str(counts[3]),
                    }
                }
                for project, counts in rows
            ]
        }


class BackendsViewSet(VolumeServiceViewSet):
    """/scheduler-stats/get_pools, /capabilities/{host}, /os-availability-zone"""

    @operation(policy=_POOLS)
    def pools(self, request: Any) -> Any:
        detail = self.flag("detail")
        asked = {name: values[-1] for name, values in request.params.items() if name != "detail"}
        if request.version < (3, 28):
            asked = {}
        found = []
        kind = asked.get("volume_type") if request.version >= (3, 35) else None
        specs = queries.volume_type(self.context, kind).extra_specs if kind else {}
        for host in backends.hosts():
            name = backends.pool_of(host)
            if asked.get("name") not in (None, name):
                continue
            if specs and backends.choose(specs, 0) is None:
                continue
            pool: dict[str, Any] = {"name": name}
            if detail:
                now = shown(timezone.now())
                pool["capabilities"] = {**backends.of_host(host), "timestamp": now}
            found.append(pool)
        return {"pools": found}

    @operation(policy="volume_extension:capabilities")
    def capabilities(self, request: Any, host: str) -> Any:
        if host not in backends.hosts(enabled=False):
            raise NotFound(f"Can't find service: {host}")
        known = backends.CAPABILITIES
        return {
            "namespace": f"OS::Storage::Capabilities::{host}",
            "vendor_name": known["vendor_name"],
            "volume_backend_name": host.partition("@")[2] or host,
            "pool_name": None,
            "driver_version": known["driver_version"],
            "storage_protocol": known["storage_protocol"],
            "display_name": None,
            "description": None,
            "visibility": None,
            "replication_targets": [],
            "properties": {
                name: {"title": title, "description": description, "type": "boolean"}
                for name, title, description in (
                    ("thin_provisioning", "Thin Provisioning", "Sets thin provisioning."),
                    ("compression", "Compression", "Enables compression."),
                    ("qos", "QoS", "Enables QoS."),
                    ("replication_enabled", "Replication", "Enables replication."),
                )
            },
        }

    @operation()
    def zones(self, request: Any) -> Any:
        return {
            "availabilityZoneInfo": [
                {"zoneName": name, "zoneState": {"available": available}}
                for name, available in backends.zones()
            ]
        }
